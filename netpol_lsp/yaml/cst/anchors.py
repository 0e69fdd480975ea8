"""What each comment of a document belongs to, so that a fix can be told that leaves one over another item."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from netpol_lsp.yaml.cst.build import build_tree
from netpol_lsp.yaml.cst.tree import Collection, UnfaithfulError
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Node
from netpol_lsp.yaml.to_python import content_key

Step = str | int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A comment with the item that it belongs to: the path to it, and what the item says (None where that is unknown)."""

    comment: str
    path: tuple[Step, ...]
    content: Hashable


@dataclass(frozen=True, slots=True)
class Anchors:
    """The comments of a document in order, and all its items: by path, what each says."""

    comments: tuple[Anchor, ...]
    items: dict[tuple[Step, ...], Hashable]


def anchors_of(document: Document) -> Anchors | None:
    """What the comments belong to; None for a document whose structure cannot be told."""
    if "#" not in document.text:
        return Anchors((), {})
    if document.root is None or document.error is not None:
        return None
    try:
        tree = build_tree(document)
    except UnfaithfulError:
        return None
    items: dict[tuple[Step, ...], Hashable] = {}
    comments = tuple(_walk(tree.root, (), items))
    head = [line.strip() for line in tree.head if line.strip().startswith("#")]
    return Anchors((*(Anchor(text, (), None) for text in head), *comments), items)


def _walk(collection: Collection, path: tuple[Step, ...], items: dict[tuple[Step, ...], Hashable]) -> Iterator[Anchor]:
    for number, item in enumerate(collection.items):
        place = (*path, item.name if item.key is not None else number)
        content = _content(item.value.node)
        items[place] = content
        for line in item.lead:
            if line.text.startswith("#"):
                yield Anchor(line.text, place, content)
        if "#" in item.rest:
            yield Anchor(item.rest[item.rest.index("#") :], place, content)
        if isinstance(item.value, Collection):
            yield from _walk(item.value, place, items)
        for line in item.tail:
            if line.text.startswith("#"):
                yield Anchor(line.text, place, content)


def _content(node: Node | None) -> Hashable:
    return content_key(node) if node is not None else None


def moved_comment(before: Anchors, after: Anchors) -> str | None:
    """A comment that belongs to another item than before, or None.

    A comment stays with its item when the item says the same, wherever it is, and when its path is the same and what
    is there now is not another item of before.
    """
    left: dict[str, list[Anchor]] = {}
    for anchor in after.comments:
        left.setdefault(anchor.comment, []).append(anchor)
    for anchor in before.comments:
        known = left.get(anchor.comment)
        if not known:
            continue
        now = known.pop(0)
        if now.content == anchor.content and now.path[-1:] == anchor.path[-1:]:
            continue
        if _is_other(anchor, now, before, after):
            return anchor.comment
    return None


def _is_other(was: Anchor, now: Anchor, before: Anchors, after: Anchors) -> bool:
    if not was.path or not now.path:
        return was.path != now.path
    if isinstance(was.path[-1], str) != isinstance(now.path[-1], str):
        # A word that became a mapping: the comment beside it is beside the first key now.
        return now.path[:-1] != was.path
    if isinstance(was.path[-1], str):
        # The key is there still, but the comment has gone to another one.
        return was.path[-1] != now.path[-1] and was.path in after.items
    others = {
        path: content for path, content in before.items.items() if path[:-1] == was.path[:-1] and path != was.path
    }
    return now.content != was.content and any(content == now.content for content in others.values())

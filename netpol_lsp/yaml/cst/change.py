"""Changes of the tree: what can be cut out, put in and wrapped, and the edits of the text that come out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from netpol_lsp.text.difference import difference
from netpol_lsp.yaml.cst.build import build_tree
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree, UnfaithfulError, Value, in_brackets
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import Edits
from netpol_lsp.yaml.manifests import parse_manifest

Change = Callable[[Tree], None]


def restructure(document: Document, change: Change) -> Edits | None:
    """The edits that make a change of the document's tree; None where it cannot be made without harm.

    `change` alters the tree, and raises UnfaithfulError where it cannot. The result is read again: it is YAML, and it
    has all comments.
    """
    if document.error is not None:
        return None
    try:
        tree = build_tree(document)
        if tree.text() != document.text:
            return None
        change(tree)
        text = tree.text()
    except UnfaithfulError:
        return None
    after = parse_manifest(text, document.source.uri)
    if text == document.text or after.error is not None or _comments(after) != _comments(document):
        return None
    edits = difference(document.text, text)
    if document.is_template and _touches_actions(document, edits):
        return None
    return edits


def _comments(document: Document) -> Counter[str]:
    return Counter(comment.text for comment in document.comments)


def _touches_actions(document: Document, edits: Edits) -> bool:
    """Whether an action of a template is in or between the lines that change: no one knows what it brings."""
    lines = document.source.lines
    start = lines.line_start(lines.line_of(min(edit.span.start for edit in edits)))
    end = lines.line_end(lines.line_of(max(edit.span.end for edit in edits)))
    touched = document.text[start:end]
    return any(mark in touched for mark in ("{{", "{%", "{#", "#@", "[[", "<%", "${"))


def touch(collection: Collection) -> None:
    """Note that a collection has changed, so that the brackets around it are written anew."""
    current: Collection | None = collection
    while current is not None:
        current.is_changed = True
        current = current.holder.parent if current.holder is not None else None


def cut(item: Item) -> Item:
    """Take an item out of its collection, with what belongs to it."""
    assert item.parent is not None
    item.parent.items.remove(item)
    touch(item.parent)
    item.parent = None
    return item


def put(collection: Collection, item: Item, index: int | None = None) -> Item:
    """Put an item into a collection, by default at its end."""
    if collection.is_flow:
        if any(True for _ in item.comments()):
            raise UnfaithfulError("a comment cannot go into brackets")
        item.lead, item.tail, item.rest = [], [], ""
        if isinstance(item.value, Collection):
            item.value = in_brackets(item.value)
    elif isinstance(item.value, Raw) and item.parent is None:
        _spaced(item.value)
    item.parent = collection
    collection.items.insert(len(collection.items) if index is None else index, item)
    if isinstance(item.value, Collection):
        item.value.holder = item
    touch(collection)
    return item


def _spaced(raw: Raw) -> None:
    """A value out of brackets needs a space after its colon or dash."""
    if raw.lines[0] and raw.lines[0][0] not in " \t":
        raw.lines[0] = f" {raw.lines[0]}"


def fresh_collection(parent: Collection, *, is_map: bool, step: int = 2, indents_items: bool = True) -> Collection:
    """An empty mapping or list for an item of `parent`, in its style."""
    if parent.is_flow:
        return Collection(is_map, is_flow=True, is_changed=True, quotes_keys=parent.quotes_keys)
    if not parent.is_map:
        return Collection(is_map, is_flow=False, offset=2)
    return Collection(is_map, is_flow=False, offset=step if is_map or indents_items else 0)


def fresh_item(parent: Collection, key: str | None, value: Value) -> Item:
    """An item for `parent`; the key is quoted where the others are."""
    if key is not None and parent.quotes_keys:
        key = f'"{key}"'
    item = Item(key, value)
    if isinstance(value, Collection):
        value.holder = item
    return item


def scalar_item(parent: Collection, key: str | None, text: str) -> Item:
    """An item with one word as its value."""
    return fresh_item(parent, key, Raw([f" {text}" if not parent.is_flow else text]))


def replace_value(item: Item, value: Value) -> None:
    """Give an item another value; what follows the old one on its line stays."""
    item.value = value
    if isinstance(value, Collection):
        value.holder = item
    elif item.parent is not None and not item.parent.is_flow:
        _spaced(value)
    if item.parent is not None:
        touch(item.parent)


def is_null_item(item: Item) -> bool:
    """Whether an item has no value, or writes null out."""
    return isinstance(item.value, Raw) and "".join(item.value.lines).strip() in ("", "null", "~", "Null", "NULL")

"""Fixes for a key that is there twice: what both say is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import DocumentAnalysis
from netpol_lsp.lint.refusals import Outcome, may_try, outcome
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.cst.change import cut, fresh_collection, fresh_item, put, restructure
from netpol_lsp.yaml.cst.convert import any_of_values, split_over, take_labels
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree, UnfaithfulError
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.style import Style


def keep_both(
    analysis: DocumentAnalysis, settings: Settings, mapping: Mapping, earlier: Entry, later: Entry, path: Path
) -> Iterator[Fix]:
    """Ways to keep both values of a key of `mapping`, which is at `path`: each leaves fewer reasons to refuse the document."""
    document = analysis.document
    for title, change in _changes(mapping, earlier, later, path, document.style):
        edits = restructure(document, change) if may_try(analysis) else None
        if edits and outcome(analysis, edits, settings, "") is not Outcome.NO_BETTER:
            yield Fix(title, edits, Applicability.UNSAFE)


def _changes(
    mapping: Mapping, earlier: Entry, later: Entry, path: Path, style: Style
) -> Iterator[tuple[str, Callable[[Tree], None]]]:
    one, other = earlier.value, later.value
    name = later.name or ""
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        yield f"Make one `{name}` of both lists", lambda tree: _join(tree, one, other)
    elif isinstance(one, Mapping) and isinstance(other, Mapping) and one.entries and other.entries:
        yield f"Make one `{name}` of both", lambda tree: _join(tree, one, other)
    elif isinstance(one, Scalar) and isinstance(other, Scalar) and path[-1:] == ("matchLabels",):
        yield "Let one of the values be enough: `In`", lambda tree: _either(tree, mapping, name, style)
    if any(isinstance(step, int) for step in path) and "matchLabels" not in path:
        yield "Make two items of them", lambda tree: _two_items(tree, mapping, earlier, later)


def _join(tree: Tree, one: Node, other: Node) -> None:
    """What the second collection holds goes to the end of the first one."""
    first, second = tree.item_of(one), tree.item_of(other)
    into, out = first.value, second.value
    assert isinstance(into, Collection)
    assert isinstance(out, Collection)
    if into.is_map and {item.name for item in into.items} & {item.name for item in out.items}:
        raise UnfaithfulError("a key would be there twice")
    if into.is_flow and not out.is_flow:
        into, out, first, second = out, into, second, first
    if out.items and not into.is_flow:
        out.items[0].lead = [*second.lead, *out.items[0].lead]
        second.lead = []
    if any(True for _ in _own_comments(second)):
        raise UnfaithfulError("a comment would be lost")
    cut(second)
    for item in list(out.items):
        put(into, cut(item))


def _own_comments(item: Item) -> Iterator[str]:
    yield from (line.text for line in (*item.lead, *item.tail) if line.text.startswith("#"))
    if "#" in item.rest:
        yield item.rest


def _either(tree: Tree, mapping: Mapping, name: str, style: Style) -> None:
    """The label as a condition that takes any of its values."""
    labels = tree.item_of(mapping)
    assert isinstance(labels.value, Collection)
    same = [item for item in labels.value.items if item.name == name]
    values = [item.value.lines[0].strip() for item in same if isinstance(item.value, Raw)]
    any_of_values(take_labels(labels, same), same[0].key or name, values, style)


def _two_items(tree: Tree, mapping: Mapping, earlier: Entry, later: Entry) -> None:
    """A list item for each of the two: from the second one on where more is there twice, else with the same beside it."""
    names = [entry.name for entry in mapping.entries]
    first, second = tree.item_of(earlier.value), tree.item_of(later.value)
    collection = second.parent
    assert collection is not None
    twice = {name for name in names if names.count(name) > 1}
    holder = collection.holder
    if len(twice) > 1 and holder is not None and holder.key is None and holder.parent is not None:
        at = collection.items.index(second)
        rest = [cut(item) for item in collection.items[at:]]
        made = fresh_collection(holder.parent, is_map=True)
        put(holder.parent, fresh_item(holder.parent, None, made), holder.parent.items.index(holder) + 1)
        for item in rest:
            put(made, item)
        return
    if len(twice) > 1 or not isinstance(second.value, Raw) or not isinstance(first.value, Raw):
        raise UnfaithfulError("too much is there twice")
    if any(True for item in (first, second) for _ in item.comments()):
        raise UnfaithfulError("a comment would be lost")
    written = [item.value.lines[0].strip() for item in (first, second) if isinstance(item.value, Raw)]
    cut(first)
    split_over(second, written)

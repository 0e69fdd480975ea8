"""Turns a value into what its field takes: lists wrapped and joined, words written out, one item made several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from netpol_lsp.yaml.cst.change import cut, fresh_collection, fresh_item, put, replace_value, scalar_item, touch
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree, UnfaithfulError, Value
from netpol_lsp.yaml.cst.write import Plain, write_instead
from netpol_lsp.yaml.nodes import Node
from netpol_lsp.yaml.recovery.schema_shape import FieldShape, ObjectShape
from netpol_lsp.yaml.style import Style

WordReader = Callable[[str, ObjectShape], Plain | None]
"""What words stand for where a mapping belongs; None where no one knows."""


def convert(item: Item, wanted: ObjectShape, style: Style, read: WordReader) -> None:
    """Make an item's value, and what is in it, fit a shape. Raises UnfaithfulError where that is not possible."""
    value = item.value
    if isinstance(value, Raw) and _text(value) in ("", "null", "~"):
        return
    if wanted.form is FieldShape.LIST:
        if not (isinstance(value, Collection) and not value.is_map):
            wrap_in_list(item, style)
        assert isinstance(item.value, Collection)
        if wanted.item is not None:
            for one in item.value.items:
                convert(one, wanted.item, style, read)
    elif wanted.form is FieldShape.MAPPING:
        _to_mapping(item, wanted, style, read)
        assert isinstance(item.value, Collection)
        for one in item.value.items:
            convert(one, wanted.child(one.name), style, read)
    elif wanted.form is FieldShape.SCALAR and isinstance(value, Collection):
        if value.is_map or len(value.items) != 1 or not isinstance(value.items[0].value, Raw):
            raise UnfaithfulError("no single value")
        replace_value(item, cut(value.items[0]).value)


def wrap_in_list(item: Item, style: Style) -> None:
    """Make a list with this one item of a value."""
    value, parent = item.value, item.parent
    assert parent is not None
    is_block = isinstance(value, Collection) and not value.is_flow
    if is_block:
        made = fresh_collection(parent, is_map=False, step=style.step, indents_items=style.indents_items)
    else:
        made = Collection(is_map=False, is_flow=True, is_changed=True)
    replace_value(item, made)
    put(made, Item(None, value))
    if is_block:
        assert isinstance(value, Collection)
        value.offset = 2
        # What follows the key stays on its line.
        made.items[0].is_inline = True


def _to_mapping(item: Item, wanted: ObjectShape, style: Style, read: WordReader) -> None:
    value = item.value
    if isinstance(value, Collection) and value.is_map:
        return
    words = [value] if isinstance(value, Raw) else [one.value for one in value.items]
    if not words or not all(isinstance(one, Raw) for one in words):
        assert isinstance(value, Collection)
        _join(item, value, style)
        return
    meant = read(",".join(map(_text, words)), wanted)
    if meant is None:
        raise UnfaithfulError("not a mapping")
    write_instead(item, (meant,), style)


def _join(item: Item, value: Collection, style: Style) -> None:
    """One mapping of all that are in a list."""
    parent = item.parent
    assert parent is not None
    if not value.items:
        replace_value(item, Collection(is_map=True, is_flow=True, is_changed=True))
        return
    if value.is_flow or any(isinstance(one.value, Collection) and one.value.is_flow for one in value.items):
        made = Collection(is_map=True, is_flow=True, is_changed=True)
    else:
        made = fresh_collection(parent, is_map=True, step=style.step)
    names: set[str] = set()
    joined: list[Item] = []
    for one in list(value.items):
        if not (isinstance(one.value, Collection) and one.value.is_map):
            raise UnfaithfulError("no list of mappings")
        inner = [cut(entry) for entry in list(one.value.items)]
        if inner:
            inner[0].lead = [*one.lead, *inner[0].lead]
            inner[-1].tail = [*inner[-1].tail, *one.tail]
        joined += inner
    for entry in joined:
        if entry.name in names:
            raise UnfaithfulError("a key would be there twice")
        names.add(entry.name)
    replace_value(item, made)
    for entry in joined:
        put(made, entry)


def _text(value: Value) -> str:
    if not isinstance(value, Raw) or len(value.lines) > 1:
        raise UnfaithfulError("not a single word")
    text = value.lines[0].strip()
    return text[1:-1] if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1 else text


def split_over(item: Item, values: list[str] | None = None) -> None:
    """Make one list item for each value of `item`, an entry somewhere in a list item: the others hold the same beside it.

    `values` are the values as they are to be written; without them, the items of the entry's own list.
    """
    holder = _list_item(item)
    around = holder.parent
    assert around is not None
    if values is None:
        if not isinstance(item.value, Collection) or item.value.is_map or not item.value.items:
            raise UnfaithfulError("no list of values")
        alternatives: list[Value] = [cut(one).value for one in list(item.value.items)]
    else:
        alternatives = [Raw([one if item.parent and item.parent.is_flow else f" {one}"]) for one in values]
    at = around.items.index(holder)
    copies = [_copied(holder, item) for _ in alternatives[1:]]
    _give(item, alternatives[0])
    for number, ((made, place), value) in enumerate(zip(copies, alternatives[1:], strict=True), 1):
        put(around, made, at + number)
        _give(place, value)
    touch(around)


def _give(item: Item, value: Value) -> None:
    if isinstance(value, Collection) and not value.is_flow and item.key is not None:
        value.offset = max(value.offset, 2)
    replace_value(item, value)


def _list_item(item: Item) -> Item:
    current: Item | None = item
    while current is not None and (current.key is not None or current.parent is None or current.parent.is_map):
        current = current.parent.holder if current.parent is not None else None
    if current is None:
        raise UnfaithfulError("in no list")
    return current


def _copied(item: Item, marked: Item) -> tuple[Item, Item]:
    """A copy of an item without its comments, and the copy of `marked`, which is somewhere in it."""
    made = _copy(item)
    if item is marked:
        return made, made
    assert isinstance(made.value, Collection)
    place = _find(item, made.value, marked)
    if place is None:
        raise UnfaithfulError("not in this item")
    return made, place


def _copy(item: Item) -> Item:
    made = Item(item.key, item.value, item.column, is_inline=item.is_inline)
    if isinstance(item.value, Raw):
        made.value = Raw(list(item.value.lines))
        return made
    copy = replace(item.value, items=[_copy(inner) for inner in item.value.items], holder=made, is_changed=True)
    for one in copy.items:
        one.parent = copy
    made.value = copy
    return made


def _find(item: Item, copy: Collection, marked: Item) -> Item | None:
    """The copy of `marked`, by the way that leads to it."""
    assert isinstance(item.value, Collection)
    for inner, one in zip(item.value.items, copy.items, strict=True):
        if inner is marked:
            return one
        if isinstance(inner.value, Collection) and isinstance(one.value, Collection):
            found = _find(inner, one.value, marked)
            if found is not None:
                return found
    return None


def any_of_values(selector: Collection, key: str, values: list[str], style: Style) -> None:
    """Add a condition to a selector: the label has one of some values; key and values as they are to be written."""
    known = next((item for item in selector.items if item.name == "matchExpressions"), None)
    if known is None:
        conditions = fresh_collection(selector, is_map=False, step=style.step, indents_items=style.indents_items)
        known = put(selector, fresh_item(selector, "matchExpressions", conditions))
    if not isinstance(known.value, Collection):
        raise UnfaithfulError("no list of conditions")
    condition = fresh_collection(known.value, is_map=True)
    condition.quotes_keys = condition.quotes_keys or (key.startswith('"') and known.value.is_flow)
    put(known.value, fresh_item(known.value, None, condition))
    put(condition, scalar_item(condition, "key", key))
    put(condition, scalar_item(condition, "operator", '"In"' if condition.quotes_keys else "In"))
    taken = Collection(is_map=False, is_flow=True, is_changed=True)
    put(condition, fresh_item(condition, "values", taken))
    for value in dict.fromkeys(values):
        put(taken, Item(None, Raw([value])))


def take_labels(labels: Item, items: list[Item]) -> Collection:
    """Cut labels out of `matchLabels`, which goes when nothing is left in it; the selector that they belong to."""
    selector = labels.parent
    if selector is None or any(True for item in items for _ in item.comments()):
        raise UnfaithfulError("a comment would be lost")
    for item in items:
        cut(item)
    if isinstance(labels.value, Collection) and not labels.value.items:
        cut(labels)
    return selector


def label_values_item(tree: Tree, node: Node, style: Style) -> None:
    """A label with a list of values as a condition that takes any of them."""
    item = tree.item_of(node)
    if item.parent is None or item.parent.holder is None or not isinstance(item.value, Collection):
        raise UnfaithfulError("no label")
    values = [one.value.lines[0].strip() for one in item.value.items if isinstance(one.value, Raw)]
    labels = item.parent.holder
    any_of_values(take_labels(labels, [item]), item.key or "", values, style)

"""Moves entries of a mapping to where they belong, making what is missing on the way."""

from __future__ import annotations

from collections.abc import Sequence

from netpol_lsp.yaml.cst.change import cut, fresh_collection, fresh_item, is_null_item, put, replace_value, touch
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree, UnfaithfulError
from netpol_lsp.yaml.nodes import Entry, Node
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.placement import NEW
from netpol_lsp.yaml.style import Style


def move_entries(tree: Tree, root: Node, holder: Node, entries: Sequence[Entry], path: Path, style: Style) -> None:
    """Move entries of `holder` into the mapping at `path`, counted from the object at `root`.

    Raises UnfaithfulError where something is in the way.
    """
    items = [tree.item_of(entry.value) for entry in entries]
    source = tree.collection_of(holder)
    at = source.items.index(items[0])
    lead, items[0].lead = items[0].lead, []
    for item in items:
        cut(item)
    target, index, is_fresh = _target(tree.collection_of(root), path, style, source, at)
    if is_fresh and is_fresh.parent is source:
        is_fresh.lead = lead
    else:
        items[0].lead = lead
    for item in items:
        index = _put(target, item, index)
    _tidy(source)


def _put(target: Collection, item: Item, index: int) -> int:
    there = next((one for one in target.items if one.name == item.name), None)
    if there is None:
        put(target, item, index)
        return index + 1
    if is_null_item(there):
        position = target.items.index(there)
        cut(there)
        put(target, item, position)
        return position + 1
    _merge(there, item)
    return index


def _merge(there: Item, item: Item) -> None:
    """Add what an item holds to what is there under the same key."""
    one, other = there.value, item.value
    if not (isinstance(one, Collection) and isinstance(other, Collection)) or one.is_map != other.is_map:
        raise UnfaithfulError("the place is taken")
    if one.is_map and {inner.name for inner in one.items} & {inner.name for inner in other.items}:
        raise UnfaithfulError("the place is taken")
    if item.lead and other.items:
        other.items[0].lead = [*item.lead, *other.items[0].lead]
    for inner in list(other.items):
        put(one, cut(inner))


def _target(
    collection: Collection, path: Path, style: Style, source: Collection, at: int
) -> tuple[Collection, int, Item | None]:
    """The collection at a path, where in it the entries go, and the first item that had to be made on the way."""
    made: Item | None = None
    for number, step in enumerate(path):
        following = path[number + 1] if number + 1 < len(path) else None
        is_map = not isinstance(following, int)
        item = _step(collection, step)
        if item is None:
            fresh = fresh_collection(collection, is_map=is_map, step=style.step, indents_items=style.indents_items)
            item = _empty_key(source, step) or fresh_item(collection, step if isinstance(step, str) else None, fresh)
            item.value = fresh
            put(collection, item, at if collection is source else _index(collection, source))
            made = made or item
        elif item.value is not source and (
            not isinstance(item.value, Collection) or (not item.value.items and not collection.is_flow)
        ):
            if isinstance(item.value, Raw) and not is_null_item(item):
                raise UnfaithfulError("the place is taken")
            fresh = fresh_collection(collection, is_map=is_map, step=style.step, indents_items=style.indents_items)
            replace_value(item, fresh)
        value = item.value
        assert isinstance(value, Collection)
        collection = value
    return collection, _index(collection, source), made


def _empty_key(source: Collection, step: str | int) -> Item | None:
    """The key itself, where it is beside what belongs under it and has no value: it moves along."""
    found = next((item for item in source.items if item.name == step and item.key is not None), None)
    return cut(found) if found is not None and is_null_item(found) else None


def _step(collection: Collection, step: str | int) -> Item | None:
    if isinstance(step, str):
        return next((item for item in collection.items if item.name == step), None)
    if step == NEW:
        return None
    if not 0 <= step < len(collection.items):
        raise UnfaithfulError("no such item")
    return collection.items[step]


def _index(collection: Collection, source: Collection) -> int:
    """Where in a collection the entries go: after the item that they come out of, else at the end."""
    inner: Collection | None = source
    while inner is not None and inner.holder is not None:
        if inner.holder.parent is collection:
            return collection.items.index(inner.holder) + 1
        inner = inner.holder.parent
    return len(collection.items)


def _tidy(source: Collection) -> None:
    """Take away a list item that has nothing left, and a list that has no item left."""
    if source.items or source.holder is None:
        return
    item = source.holder
    if item.key is not None or item.parent is None:
        touch(source)
        return
    around = item.parent
    if any(True for _ in item.comments()):
        raise UnfaithfulError("a comment would be lost")
    cut(item)
    if not around.items and around.holder is not None and around.holder.key is not None and around.holder.parent:
        if any(True for _ in around.holder.comments()):
            raise UnfaithfulError("a comment would be lost")
        cut(around.holder)


def unwrap(tree: Tree, outer: Node, inner: Node) -> None:
    """Put the value of a doubled key in place of the value that it is in, as in `spec: {spec: {...}}`.

    What else the outer mapping has stays. For lists, the items of the inner one take the place of the item that it is in.
    """
    holder = tree.item_of(outer)
    item = tree.item_of(inner)
    source, value = item.parent, item.value
    if source is None or not isinstance(value, Collection):
        raise UnfaithfulError("nothing to unwrap")
    lead = cut(item).lead
    if holder.key is None and holder.parent is not None and not value.is_map:
        around = holder.parent
        if source.items:
            raise UnfaithfulError("something else is beside it")
        at = around.items.index(holder)
        if value.items:
            value.items[0].lead = [*holder.lead, *lead, *value.items[0].lead]
        cut(holder)
        for number, one in enumerate(list(value.items)):
            put(around, cut(one), at + number)
        return
    if not source.items:
        if lead and value.items and not value.is_flow:
            value.items[0].lead = [*lead, *value.items[0].lead]
        elif lead:
            raise UnfaithfulError("a comment would be lost")
        replace_value(holder, value)
        return
    if not value.is_map or {one.name for one in value.items} & {one.name for one in source.items}:
        raise UnfaithfulError("something else is beside it")
    for one in list(value.items):
        put(source, cut(one))

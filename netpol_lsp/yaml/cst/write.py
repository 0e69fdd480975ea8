"""Writes plain values (mappings, lists, words, integers) into the concrete syntax tree, in the style around them."""

from __future__ import annotations

from netpol_lsp.yaml.cst.change import fresh_collection, fresh_item, put, replace_value, scalar_item, touch
from netpol_lsp.yaml.cst.tree import Collection, Item, UnfaithfulError
from netpol_lsp.yaml.style import Style, quoted, scalar_text

Plain = str | int | list["Plain"] | dict[str, "Plain"]
"""A value as JSON has it, as far as manifests need it."""


def write_instead(item: Item, values: tuple[Plain, ...], style: Style) -> None:
    """Give an item another value; in a list, an item for each of several values.

    Raises UnfaithfulError where several values would have one place, or a comment none.
    """
    parent = item.parent
    if parent is None or (len(values) > 1 and parent.is_map):
        raise UnfaithfulError("several values for one place")
    made = [made_item(parent, None, value, style) for value in values]
    at = parent.items.index(item)
    for number, one in enumerate(made[1:], at + 1):
        put(parent, one, number)
    first = made[0].value
    if isinstance(first, Collection) and not first.is_flow and item.key is None and item.rest.strip():
        # What follows the word goes on following the first key.
        first.items[0].rest, item.rest = item.rest, ""
    item.is_inline = True
    replace_value(item, first)
    touch(parent)


def write_list(item: Item, values: tuple[Plain, ...], style: Style) -> None:
    """Give an item a list of values in place of the value that it has."""
    assert item.parent is not None
    replace_value(item, made_item(item.parent, None, [*values], style).value)


def made_item(parent: Collection, key: str | None, value: Plain, style: Style) -> Item:
    """A new item for `parent` with a value in its style; a list of words is written in brackets."""
    if isinstance(value, dict) and value:
        mapping = fresh_collection(parent, is_map=True, step=style.step)
        mapping.quotes_keys = _quotes_keys(parent)
        made = fresh_item(parent, key, mapping)
        for name, inner in value.items():
            put(mapping, made_item(mapping, name, inner, style))
        return made
    if isinstance(value, list) and value:
        is_words = not any(isinstance(one, dict | list) for one in value)
        items = fresh_collection(parent, is_map=False, step=style.step, indents_items=style.indents_items)
        if is_words:
            items = Collection(is_map=False, is_flow=True, is_changed=True)
        items.quotes_keys = _quotes_keys(parent)
        made = fresh_item(parent, key, items)
        for one in value:
            put(items, made_item(items, None, one, style))
        return made
    if isinstance(value, dict | list):
        return scalar_item(parent, key, "{}" if isinstance(value, dict) else "[]")
    if isinstance(value, str):
        return scalar_item(parent, key, quoted(value) if _quotes_keys(parent) else scalar_text(value, style.quote))
    return scalar_item(parent, key, str(value))


def _quotes_keys(collection: Collection) -> bool:
    """Whether words are in double quotes here, as in JSON: the keys of the nearest mapping in brackets tell."""
    current: Collection | None = collection
    while current is not None and current.is_flow:
        if current.is_map:
            return current.quotes_keys or any((item.key or "").startswith('"') for item in current.items)
        if current.quotes_keys:
            return True
        current = current.holder.parent if current.holder is not None else None
    return False

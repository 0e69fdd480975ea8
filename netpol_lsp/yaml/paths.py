"""Field paths: from a path to its node, and from an offset to the path of what is there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from collections.abc import Sequence as AbstractSequence
from typing import TypeVar

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.scalars import key_string, resolve

T = TypeVar("T")

Path = tuple[str | int, ...]

_WORD = re.compile(r"[\w-]+\Z")


def render_path(path: Iterable[str | int]) -> str:
    """A path as in `spec.egress[0].to[1]`; keys with other signs than letters stand in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _WORD.match(step):
            text += f".{step}" if text else step
        else:
            text += f"[{step}]"
    return text


def entry_name(entry: Entry) -> str:
    """A key as JSON spells it; empty for a collection or null."""
    if not isinstance(entry.key, Scalar):
        return ""
    value = resolve(entry.key)
    return "" if value is None else key_string(value)


def lookup(root: Node | None, path: Iterable[str | int]) -> tuple[Node | None, Entry | None]:
    """The node at `path` and the entry that holds it (None for list items and the root); (None, None) when there is none."""
    node, holder = root, None
    for step in path:
        if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
            node, holder = node.items[step], None
        elif isinstance(node, Mapping):
            found = _entry_named(node, str(step))
            if found is None:
                return None, None
            node, holder = found.value, found
        else:
            return None, None
    return node, holder


_SPELT_DIFFERENTLY = re.compile(r"(?:true|false|[-+.\d].*)?\Z", re.DOTALL)
"""Keys that may be written in another way than JSON spells them: booleans, numbers, null."""


def _entry_named(node: Mapping, name: str) -> Entry | None:
    """The last entry with a key as JSON spells it."""
    is_odd = _SPELT_DIFFERENTLY.match(name) is not None
    backwards = reversed(node.all_entries())
    return next((one for one in backwards if (is_odd or one.name == name) and entry_name(one) == name), None)


def path_at(root: Node | None, span: Span) -> Path:
    """The path of the smallest value or key that covers `span`; () when that is the root.

    A key counts as its value's path. Behind an alias (one place, many values) it is the alias' own path.
    """
    path: list[str | int] = []
    node = root
    while node is not None:
        step = _step(node, span)
        if step is None:
            break
        name, node = step
        path.append(name)
    return tuple(path)


def _step(node: Node, span: Span) -> tuple[str | int, Node | None] | None:
    """The child that covers `span`: its name, and its node to go on with (None when the span is on the key)."""
    start, end = span.start, span.end
    if isinstance(node, Sequence):
        items = node.items
        for index in range(_first_near(items, start, _start_of), len(items)):
            item = items[index]
            if item.start > start:
                break
            if end <= item.end:
                is_alias = item.origin is not None and item.origin is not node.origin
                return index, None if is_alias and item.span == span else item
    elif isinstance(node, Mapping):
        # What `<<` brings in is anywhere; what is written is in order.
        entries = node.all_entries()
        first = 0 if node.merged is not None else _first_near(entries, start, _start_of_key)
        for index in range(first, len(entries)):
            key, value = entries[index].key, entries[index].value
            if key.start <= start and end <= max(key.end, value.end):
                return entry_name(entries[index]), None if end <= key.end else value
            if key.start > start and node.merged is None:
                break
    return None


def _start_of(node: Node) -> int:
    return node.start


def _start_of_key(entry: Entry) -> int:
    return entry.key.start


def _first_near(ordered: AbstractSequence[T], offset: int, start_of: Callable[[T], int]) -> int:
    """From where on to look for what covers `offset`: values do not overlap, so at most some that touch come first."""
    at = bisect_left(ordered, offset, key=start_of)
    # One that has no width, or ends where the next one starts, is before it.
    return max(at - 2, 0)


def path_of(root: Node, wanted: Node) -> Path | None:
    """The path of exactly this node below `root` (a key has its value's path), or None when it is not there."""
    if root is wanted:
        return ()
    if isinstance(root, Sequence):
        for index, item in enumerate(root.items):
            rest = path_of(item, wanted)
            if rest is not None:
                return (index, *rest)
    elif isinstance(root, Mapping):
        for entry in root.all_entries():
            if entry.key is wanted:
                return (entry_name(entry),)
            rest = path_of(entry.value, wanted)
            if rest is not None:
                return (entry_name(entry), *rest)
    return None

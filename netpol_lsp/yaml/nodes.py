"""The YAML node tree: what a document says and exactly where.

Offsets are code points of the whole text. Nodes are plain slotted classes, because thousands are
made for each file; treat them as immutable once the parser has returned.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as AbstractSequence

from netpol_lsp.text.span import Span

NULL_WORDS = frozenset({"", "~", "null", "Null", "NULL"})
"""Plain scalars that mean null."""


class Node:
    """A value of a document.

    `start`, `end`: where its own text is, without anchor and tag. `tag`: an explicit tag or None.
    `anchor`: the name it defines. `origin`: set on values that an alias or merge key brings in: such
    a node is at the alias, and `origin` is the node that the anchor names.
    """

    __slots__ = ("anchor", "end", "origin", "start", "tag")

    def __init__(self, start: int, end: int, tag: str | None = None, anchor: str | None = None) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor = anchor
        self.origin: Node | None = None

    @property
    def span(self) -> Span:
        """Where the node is; zero-width for a value that is not written."""
        return Span(self.start, self.end)


class Scalar(Node):
    """A single value. `value` is its text after YAML's unescaping; `style` is `""` for plain, else `'`, `"`, `|` or `>`."""

    __slots__ = ("style", "value")

    def __init__(
        self,
        start: int,
        end: int,
        value: str,
        style: str = "",
        tag: str | None = None,
        anchor: str | None = None,
    ) -> None:
        # Written out, without super(): thousands are made for each file.
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor = anchor
        self.origin = None
        self.value = value
        self.style = style

    @property
    def is_plain(self) -> bool:
        """Whether YAML decides the type from the text: no quotes, no block, no tag."""
        return not self.style and self.tag is None


class Sequence(Node):
    """A list of values. `is_open`: a template may put further items into it."""

    __slots__ = ("flow", "is_open", "items")

    def __init__(self, start: int, end: int, *, flow: bool, tag: str | None = None, anchor: str | None = None) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor = anchor
        self.origin = None
        self.flow = flow
        self.is_open = False
        self.items: list[Node] = []


class Entry:
    """A key with its value in a mapping. `name`: the key's text, or None when it is not a scalar."""

    __slots__ = ("key", "name", "value")

    def __init__(self, key: Node, value: Node) -> None:
        self.key = key
        self.name: str | None = key.value if isinstance(key, Scalar) else None
        self.value = value

    @property
    def span(self) -> Span:
        """From the key's start to the value's end."""
        return Span(self.key.start, max(self.key.end, self.value.end))


_MANY_ENTRIES = 100


class Mapping(Node):
    """Keys with values.

    `entries` are those written here; `merged` those that `<<` brings in and no own key overrides, or None
    when the mapping has no `<<`.
    """

    __slots__ = ("_by_name", "entries", "flow", "is_open", "merged")

    def __init__(self, start: int, end: int, *, flow: bool, tag: str | None = None, anchor: str | None = None) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.anchor = anchor
        self.origin = None
        self.flow = flow
        self.is_open = False
        self.entries: list[Entry] = []
        self.merged: tuple[Entry, ...] | None = None
        self._by_name: dict[str | None, Entry] | None = None

    def all_entries(self) -> AbstractSequence[Entry]:
        """The entries that count: own ones without `<<`, then merged ones."""
        if self.merged is None:
            return self.entries
        return [*(entry for entry in self.entries if not is_merge_key(entry.key)), *self.merged]

    def get(self, name: str) -> Entry | None:
        """The entry with this key; the last one when it is written twice, as YAML readers do."""
        if len(self.entries) > _MANY_ENTRIES:
            # Asked for again and again; small mappings are searched faster than they are indexed.
            if self._by_name is None:
                self._by_name = {entry.name: entry for entry in self.all_entries()}
            return self._by_name.get(name)
        found = None
        for entry in self.entries if self.merged is None else self.all_entries():
            if entry.name == name:
                found = entry
        return found


def is_merge_key(key: Node) -> bool:
    """Whether a key is YAML's `<<`."""
    return isinstance(key, Scalar) and key.value == "<<" and (not key.style or key.tag == "tag:yaml.org,2002:merge")


def is_null(node: Node) -> bool:
    """Whether a node is null, or not written at all."""
    return (
        isinstance(node, Scalar)
        and not node.style
        and (node.value in NULL_WORDS if node.tag is None else node.tag == "tag:yaml.org,2002:null")
    )


def is_open(node: Node) -> bool:
    """Whether a template may put more into a collection than is written: nothing is known to be missing in it."""
    return isinstance(node, Mapping | Sequence) and node.is_open


def head_span(node: Node) -> Span:
    """What stands for an item of a list: the first line's worth of a block mapping, else the whole of it."""
    if not isinstance(node, Mapping) or node.flow or not node.entries:
        return node.span
    first = node.entries[0]
    return first.span if isinstance(first.value, Scalar) else first.key.span


def children(node: Node) -> Iterator[Node]:
    """The direct child nodes as written, keys included, in the order of the text."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield entry.key
            yield entry.value
    elif isinstance(node, Sequence):
        yield from node.items


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, keys included, in the order of the text."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        # Written out, without children(): it is called for each node of a file.
        if isinstance(current, Mapping):
            for entry in reversed(current.entries):
                stack += (entry.value, entry.key)
        elif isinstance(current, Sequence):
            stack += reversed(current.items)

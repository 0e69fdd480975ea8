"""Typed values that know where they are."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_placeholder, is_unknown

T_co = TypeVar("T_co", covariant=True)


class Field(Generic[T_co]):
    """A value of the manifest with its node.

    `value` is None when the manifest has something of another type there, or null; `entry` is the key
    that holds it (None for a list item). `is_unknown`: a template or placeholder decides it later; of a field that
    a template may add, `node` is the mapping that it may add it to.
    """

    __slots__ = ("entry", "is_unknown", "node", "value")

    def __init__(self, value: T_co | None, node: Node, entry: Entry | None = None, *, is_unknown: bool = False) -> None:
        self.value = value
        self.node = node
        self.entry = entry
        self.is_unknown = is_unknown

    @property
    def is_null(self) -> bool:
        """Whether the key is there without a value."""
        return is_null(self.node) and not self.is_unknown

    @property
    def span(self) -> Span:
        """The value's place; the key's where no value is written."""
        if self.node.start == self.node.end and self.entry is not None:
            return self.entry.key.span
        return self.node.span

    @property
    def key_span(self) -> Span:
        """The key's place; the value's for a list item."""
        return self.entry.key.span if self.entry is not None else self.node.span


def string_field(entry: Entry | None) -> Field[str] | None:
    """The text of an entry's scalar, or None when there is no entry. Values that are not text have value None."""
    return None if entry is None else string_of(entry.value, entry)


def string_of(node: Node, entry: Entry | None = None) -> Field[str]:
    """A node's text as a field; see `string_field`."""
    if not isinstance(node, Scalar):
        return Field(None, node, entry)
    if is_placeholder(node.value):
        return Field(None, node, entry, is_unknown=True)
    value = resolve(node) if node.tag is not None or not node.style else node.value
    return Field(value if value.__class__ is str else None, node, entry)


def hidden_field(parent: Mapping | None) -> Field[Any] | None:
    """What stands for a field that is not written: unknown where a template may add it, else None."""
    return Field(None, parent, is_unknown=True) if parent is not None and parent.is_open else None


def written_text(field: Field[str] | None) -> str | None:
    """The text that someone wrote for a string: `y` where YAML has a boolean and the API server refuses the object, too."""
    if field is None or field.value is not None:
        return field.value if field is not None else None
    node = field.node
    return node.value if isinstance(node, Scalar) and not field.is_unknown and not field.is_null else None


def mapping_of(node: Node | None) -> Mapping | None:
    """The node when it is a mapping."""
    return node if isinstance(node, Mapping) else None


def items_of(node: Node | None) -> list[Node]:
    """The items of a list; none for anything else."""
    return node.items if isinstance(node, Sequence) else []


def content_size(node: Node) -> int:
    """How many items or entries a collection has; 1 for a written scalar, and where a template may add some; else 0."""
    if isinstance(node, Sequence):
        return len(node.items) or node.is_open
    if isinstance(node, Mapping):
        return len(node.all_entries()) or node.is_open
    return 0 if is_null(node) and not is_unknown(node) else 1

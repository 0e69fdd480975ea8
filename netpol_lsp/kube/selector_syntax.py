"""A label selector as it is written: its labels and requirements with their nodes."""

from __future__ import annotations

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.objects import TextMap
from netpol_lsp.kube.typed_field import Field, content_size, hidden_field, items_of, string_field, string_of
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Sequence, is_null


class Requirement:
    """One item of matchExpressions; `values` are those that are written."""

    __slots__ = ("key", "node", "operator", "values", "values_entry")

    def __init__(self, node: Mapping) -> None:
        self.node = node
        self.key: Field[str] | None = None
        self.operator: Field[str] | None = None
        self.values_entry: Entry | None = None
        for entry in node.all_entries():
            if entry.name == "key":
                self.key = string_field(entry)
            elif entry.name == "operator":
                self.operator = string_field(entry)
            elif entry.name == "values":
                self.values_entry = entry
        self.key = self.key or hidden_field(node)
        self.operator = self.operator or hidden_field(node)
        items = items_of(self.values_entry.value) if self.values_entry is not None else ()
        self.values: tuple[Field[str], ...] = tuple([string_of(item) for item in items])

    @property
    def span(self) -> Span:
        """The item's place."""
        return self.node.span


class Label:
    """One entry of matchLabels: `key` as written, `value` (None inside when it is not text)."""

    __slots__ = ("entry", "key", "value")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.key = string_of(entry.key)
        self.value = string_of(entry.value, entry)

    @property
    def span(self) -> Span:
        """Key and value."""
        return self.entry.span


class Selector:
    """A label selector that is written and not null.

    `entry` is the key that holds it; `label_map` is matchLabels as a mapping of texts; `items` are those of
    matchExpressions as written, of whatever shape. `has_unread_fields`: something is written that cannot be
    read, and may mean a condition. `is_empty`: it selects everything. `meaning` is kept by
    `netpol_lsp.kube.selectors.read_selector`, which alone sets it.
    """

    def __init__(self, node: Mapping, entry: Entry) -> None:
        self.node = node
        self.entry = entry
        self.label_map: TextMap | None = None
        self.items: list[Node] = []
        self.has_unread_fields = node.is_open
        self.is_empty = not node.is_open
        self.meaning: LabelSelector | None = None
        for field in node.all_entries():
            name, value = field.name, field.value
            if name == "matchLabels" and isinstance(value, Mapping):
                self.label_map = TextMap("matchLabels", value, field)
                self.has_unread_fields = self.has_unread_fields or value.is_open
            elif name == "matchExpressions" and isinstance(value, Sequence):
                self.items = value.items
                self.has_unread_fields = self.has_unread_fields or value.is_open
            elif name not in ("matchLabels", "matchExpressions") or not is_null(value):
                self.has_unread_fields = True
            if name not in ("matchLabels", "matchExpressions") or content_size(value):
                self.is_empty = False

    @lazy
    def labels(self) -> tuple[Label, ...]:
        """matchLabels, in the order of the text."""
        entries = self.label_map.mapping.all_entries() if self.label_map is not None else ()
        return tuple([Label(item) for item in entries])

    @lazy
    def requirements(self) -> tuple[Requirement, ...]:
        """matchExpressions, in the order of the text."""
        return tuple([Requirement(item) for item in self.items if isinstance(item, Mapping)])

    @property
    def span(self) -> Span:
        """The selector's place; its key's in block style, where the value starts on another line."""
        return self.node.span if self.node.flow else self.entry.key.span

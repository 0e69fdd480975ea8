"""What rules are made of, as it is written: selectors, ipBlocks, peers and ports.

Tolerant, as all of the model: see `netpol_lsp.policies.networkpolicy.policy`.
"""

from __future__ import annotations

from typing import Any

from netpol_lsp.kube.typed_field import Field, content_size, items_of, string_field, string_of
from netpol_lsp.kube.objects import TextMap
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_unknown
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span


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
    read, and may mean a condition. `is_empty`: it selects everything.
    """

    def __init__(self, node: Mapping, entry: Entry) -> None:
        self.node = node
        self.entry = entry
        self.label_map: TextMap | None = None
        self.items: list[Node] = []
        self.has_unread_fields = False
        self.is_empty = True
        # What others have worked out about it; see NetworkPolicy.facts.
        self.facts: Any = None
        for field in node.all_entries():
            name, value = field.name, field.value
            if name == "matchLabels" and isinstance(value, Mapping):
                self.label_map = TextMap("matchLabels", value, field)
            elif name == "matchExpressions" and isinstance(value, Sequence):
                self.items = value.items
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


class IPBlock:
    """An ipBlock peer."""

    __slots__ = ("cidr", "entry", "except_entry", "excepts", "node")

    def __init__(self, node: Mapping, entry: Entry) -> None:
        self.node = node
        self.entry = entry
        self.cidr = string_field(node.get("cidr"))
        excepts = node.get("except")
        self.except_entry = excepts
        self.excepts: tuple[Field[str], ...] = (
            tuple(string_of(item) for item in items_of(excepts.value)) if excepts else ()
        )

    @property
    def span(self) -> Span:
        """The key `ipBlock`, or the flow mapping."""
        return self.node.span if self.node.flow else self.entry.key.span


class Peer:
    """One item of `from` or `to`. A null selector or ipBlock counts as absent, as the API server has it.

    `has_unread_fields`: something else is written, or something of another shape. `is_empty`: nothing is
    written, or nothing but nulls.
    """

    __slots__ = ("has_unread_fields", "ip_block", "is_empty", "namespace_selector", "node", "pod_selector")

    def __init__(self, node: Mapping) -> None:
        self.node = node
        self.has_unread_fields = False
        self.is_empty = True
        self.pod_selector: Selector | None = None
        self.namespace_selector: Selector | None = None
        self.ip_block: IPBlock | None = None
        for entry in node.all_entries():
            name, value = entry.name, entry.value
            mapping = value if isinstance(value, Mapping) else None
            if name == "podSelector":
                self.pod_selector = Selector(mapping, entry) if mapping is not None else None
            elif name == "namespaceSelector":
                self.namespace_selector = Selector(mapping, entry) if mapping is not None else None
            elif name == "ipBlock":
                self.ip_block = IPBlock(mapping, entry) if mapping is not None else None
            else:
                self.has_unread_fields = True
            if mapping is not None:
                self.is_empty = False
            elif not is_null(value):
                self.has_unread_fields = True
                self.is_empty = False

    @property
    def span(self) -> Span:
        """The item's place."""
        return self.node.span


class Port:
    """One item of `ports`. `number` and `name` exclude each other; both are None for every port, or when unknown."""

    __slots__ = ("end_port", "node", "port", "protocol")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.protocol: Field[str] | None = None
        self.port: Field[int | str] | None = None
        self.end_port: Field[int | str] | None = None
        for entry in node.all_entries() if isinstance(node, Mapping) else ():
            if entry.name == "protocol":
                self.protocol = string_field(entry)
            elif entry.name == "port":
                self.port = _port_field(entry)
            elif entry.name == "endPort":
                self.end_port = _port_field(entry)

    @property
    def number(self) -> int | None:
        """The port number."""
        return self.port.value if self.port and isinstance(self.port.value, int) else None

    @property
    def name(self) -> str | None:
        """The port's name."""
        return self.port.value if self.port and isinstance(self.port.value, str) else None

    @property
    def last(self) -> int | None:
        """The last number of the range: endPort, else the number itself."""
        if self.end_port and isinstance(self.end_port.value, int):
            return self.end_port.value
        return self.number

    @property
    def effective_protocol(self) -> str | None:
        """The protocol, TCP when it is missing or null; None when it is unknown or wrong."""
        if self.protocol is None or self.protocol.is_null:
            return "TCP"
        return self.protocol.value

    @property
    def span(self) -> Span:
        """The item's place."""
        return self.node.span


def _port_field(entry: Entry) -> Field[int | str]:
    node = entry.value
    if not isinstance(node, Scalar) or is_unknown(node):
        return Field(None, node, entry, is_unknown=is_unknown(node))
    value = resolve(node)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Field(value if isinstance(value, str | int) and not isinstance(value, bool) else None, node, entry)

"""What rules are made of, as it is written: selectors, ipBlocks, peers and ports.

Tolerant, as all of the model: see `netpol_lsp.policies.networkpolicy.policy`.
"""

from __future__ import annotations

from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.typed_field import Field, hidden_field, items_of, string_field, string_of
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, is_null
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_unknown


class IPBlock:
    """An ipBlock peer."""

    __slots__ = ("cidr", "entry", "except_entry", "excepts", "node")

    def __init__(self, node: Mapping, entry: Entry) -> None:
        self.node = node
        self.entry = entry
        self.cidr = string_field(node.get("cidr")) or hidden_field(node)
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

    `has_mistake`: something else is written, or something of another shape; `has_unread_fields`: that, or a template may
    add fields. `is_empty`: nothing is written, or nothing but nulls.
    """

    __slots__ = (
        "has_mistake",
        "has_unread_fields",
        "ip_block",
        "is_empty",
        "namespace_selector",
        "node",
        "pod_selector",
    )

    def __init__(self, node: Mapping) -> None:
        self.node = node
        self.has_mistake = False
        self.is_empty = not node.is_open
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
                self.has_mistake = True
            if mapping is not None:
                self.is_empty = False
            elif not is_null(value):
                self.has_mistake = True
                self.is_empty = False
        self.has_unread_fields = self.has_mistake or node.is_open

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
        if isinstance(node, Mapping) and node.is_open:
            self.protocol = self.protocol or hidden_field(node)
            self.port = self.port or hidden_field(node)
            self.end_port = self.end_port or hidden_field(node)

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

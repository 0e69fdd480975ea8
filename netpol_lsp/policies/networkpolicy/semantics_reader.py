"""From the written NetworkPolicy to what it means: see `netpol_lsp.policies.networkpolicy.semantics`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from netpol_lsp.kube.label_selector import EVERYTHING, UNKNOWN_SELECTOR, LabelSelector
from netpol_lsp.kube.net.address_set import CidrSet, address_set
from netpol_lsp.kube.net.port_set import (
    ALL_PORTS,
    PROTOCOLS,
    PortSet,
    every_port_of,
    named_port,
    port_range,
    union_of,
)
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import Field, written_text
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.peer import IPBlock, Peer, Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import (
    UNKNOWN_RULE,
    NetworkPolicySemantics,
    PeerSet,
    PortItem,
    RuleSemantics,
)
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence, is_null, is_open


def semantics_of(
    policy: NetworkPolicy, default_namespace: str | None = None, *, is_partial: bool = False
) -> NetworkPolicySemantics:
    """The facts of a policy.

    `default_namespace` is the namespace of manifests that name none, None when no one said. `is_partial`:
    whole lines of the manifest are hidden (template control flow, a syntax error).
    """
    namespace = policy.object.namespace_field
    written = written_text(namespace)
    is_namespace_unknown = namespace is not None and written is None and not namespace.is_null
    return NetworkPolicySemantics(
        namespace=None if is_namespace_unknown else written or default_namespace,
        name=written_text(policy.object.name_field),
        pod_selector=_pod_selector(policy, is_partial=is_partial),
        types=policy.effective_types,
        ingress=_rules(policy, Direction.INGRESS),
        egress=_rules(policy, Direction.EGRESS),
        is_namespace_unknown=is_namespace_unknown,
        has_unknown_types=_has_unknown_types(policy),
        is_partial=is_partial,
        start=policy.span.start,
        end=policy.span.end,
    )


def rule_semantics(rule: TrafficRule) -> RuleSemantics:
    """The facts of one rule, read once."""
    known = rule.meaning
    if known is None:
        known = rule.meaning = _read_rule(rule)
    return known


def _read_rule(rule: TrafficRule) -> RuleSemantics:
    index, start, end = rule.index, rule.node.start, rule.node.end
    if not isinstance(rule.node, Mapping):
        return RuleSemantics(index, start=start, end=end)  # a null item is the empty rule
    peers: tuple[PeerSet, ...] | None = None
    unknown_peers = unknown_ports = False
    if not rule.allows_every_peer:
        items = _items(rule.peers_field)
        peers = tuple(map(peer_set, rule.peers, _places(items, rule.peers)))
        unknown_peers = not items or len(peers) < len(items) or _is_open(rule.peers_field)
    ports = ALL_PORTS
    port_items: tuple[PortItem, ...] = ()
    if not rule.allows_every_port:
        written = tuple(map(_written_port, rule.ports))
        ports, known = _ports(written)
        items = _items(rule.ports_field)
        unknown_ports = not items or known < len(items) or _is_open(rule.ports_field)
        port_items = _port_items(rule.ports, written, _places(items, rule.ports))
    return RuleSemantics(index, peers, ports, unknown_peers, unknown_ports, port_items, start, end)


def _port_items(ports: Iterable[Port], written: Iterable[_WrittenPort], places: Iterable[int]) -> tuple[PortItem, ...]:
    return tuple(
        [
            PortItem(place, found, port.node.start, port.node.end)
            for port, one, place in zip(ports, written, places, strict=True)
            if (found := _port_set(one)) is not None
        ]
    )


def peer_set(peer: Peer, index: int = 0) -> PeerSet:
    """Whom one peer means."""
    pods = _read(peer.pod_selector)
    namespaces = _read(peer.namespace_selector)
    addresses = _addresses(peer.ip_block) if peer.ip_block is not None else None
    is_pods = pods is not None or namespaces is not None
    is_unknown = peer.has_unread_fields or is_pods is (peer.ip_block is not None)
    if peer.ip_block is not None and addresses is None:
        is_unknown = True
    return PeerSet(index, pods, namespaces, addresses, is_unknown, peer.node.start, peer.node.end)


def port_set(port: Port) -> PortSet | None:
    """The ports of one item of `ports`; None when a template or a mistake hides them."""
    return _port_set(_written_port(port))


_WrittenPort = tuple[str | None, int | str | None, bool, int | str | None, bool]
"""Protocol, port (None and False: none), endPort (the same)."""


def _written_port(port: Port) -> _WrittenPort:
    first, last = port.port, port.end_port
    return (
        port.effective_protocol,
        first.value if first is not None else None,
        not _is_absent(first),
        last.value if last is not None else None,
        not _is_absent(last),
    )


@lru_cache(maxsize=4096)
def _ports(written: tuple[_WrittenPort, ...]) -> tuple[PortSet, int]:
    """What all items allow together, and how many of them are known."""
    known = [found for port in written if (found := _port_set(port)) is not None]
    return (known[0] if len(known) == 1 else union_of(known)), len(known)


@lru_cache(maxsize=4096)
def _port_set(written: _WrittenPort) -> PortSet | None:
    protocol, port, has_port, end, has_end = written
    if protocol not in PROTOCOLS:
        return None
    if isinstance(port, int):
        if not has_end:
            return port_range(protocol, port, port)
        return port_range(protocol, port, end) if isinstance(end, int) else None
    if has_end:
        return None
    if not has_port:
        return every_port_of(protocol)
    return named_port(protocol, port) if port and not port.isdecimal() else None


def _rules(policy: NetworkPolicy, direction: Direction) -> tuple[RuleSemantics, ...]:
    field = policy.rules_field(direction)
    if field is None:
        return ()
    items = _items(field)
    if items is None:
        return () if field.is_null else (UNKNOWN_RULE,)
    found = tuple(map(rule_semantics, policy.rules(direction)))
    return (*found, UNKNOWN_RULE) if len(found) < len(items) or _is_open(field) else found


def _places(items: list[Node] | None, typed: tuple[Peer, ...] | tuple[Port, ...]) -> list[int] | range:
    """Where each typed value is in the list as written: items of a wrong shape have none."""
    if items is None or len(items) == len(typed):
        return range(len(typed))
    place_of = {id(item): place for place, item in enumerate(items)}
    return [place_of[id(value.node)] for value in typed]


def _items(field: Field[list[Node]] | None) -> list[Node] | None:
    return field.value if field is not None else None


def _is_open(field: Field[list[Node]] | None) -> bool:
    """Whether a template may add items."""
    return field is not None and is_open(field.node)


def _pod_selector(policy: NetworkPolicy, *, is_partial: bool) -> LabelSelector:
    if policy.pod_selector is not None:
        found = read_selector(policy.pod_selector)
        if is_partial and not found.is_partial:
            return LabelSelector(found.allowed, is_partial=True, requirements=found.requirements)
        return found
    for field in (policy.spec_field, policy.pod_selector_field):
        if field is not None and field.value is None and not field.is_null:
            return UNKNOWN_SELECTOR
    return UNKNOWN_SELECTOR if is_partial else EVERYTHING


def _has_unknown_types(policy: NetworkPolicy) -> bool:
    if policy.spec is None:
        return policy.spec_field is not None and not policy.spec_field.is_null
    if policy.has_unknown_types:
        return True
    field = policy.egress_field
    return not policy.declares_types and field is not None and field.value is None and not field.is_null


def _read(selector: Selector | None) -> LabelSelector | None:
    return read_selector(selector) if selector is not None else None


def _addresses(block: IPBlock) -> CidrSet | None:
    if block.cidr is None or block.cidr.value is None:
        return None
    entry = block.except_entry
    if block.node.is_open or (entry is not None and is_open(entry.value)):
        return None
    if entry is None or is_null(entry.value):
        return address_set(block.cidr.value)
    holes = tuple(field.value for field in block.excepts if field.value is not None)
    if not isinstance(entry.value, Sequence) or len(holes) < len(entry.value.items):
        return None
    return address_set(block.cidr.value, holes)


def _is_absent(field: Field[int | str] | None) -> bool:
    return field is None or field.is_null

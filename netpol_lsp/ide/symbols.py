"""The parts of a policy as a tree: policy, direction, rule, peers and ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import Peer, Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import isolation_words, peer_words, plain, pods_words
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Node, is_null


class PartKind(StrEnum):
    """What a part is, for its icon."""

    POLICY = "policy"
    SELECTOR = "selector"
    DIRECTION = "direction"
    RULE = "rule"
    PEER = "peer"
    PORT = "port"


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """One part: `span` covers it all, `name_span` lies inside and is what to select."""

    name: str
    detail: str
    kind: PartKind
    span: Span
    name_span: Span
    parts: tuple[OutlinePart, ...] = ()


def outline(policy: NetworkPolicy) -> OutlinePart:
    """The tree of one policy."""
    kube_object = policy.object
    parts = tuple(_parts(policy))
    name = kube_object.name or "(no name)"
    namespace = f"{kube_object.namespace}/" if kube_object.namespace else ""
    detail = isolation_words(policy)
    whole = kube_object.node.span
    return OutlinePart(f"{namespace}{name}", detail, PartKind.POLICY, whole, _name_span(kube_object, whole), parts)


def _name_span(kube_object: KubeObject, whole: Span) -> Span:
    return kube_object.span if whole.covers(kube_object.span) else Span(whole.start, whole.start)


def _parts(policy: NetworkPolicy) -> Iterator[OutlinePart]:
    if policy.pod_selector_field is not None:
        selector = read_selector(policy.pod_selector) if policy.pod_selector is not None else None
        yield _of_field("podSelector", plain(pods_words(selector)), PartKind.SELECTOR, policy.pod_selector_field)
    if policy.policy_types_field is not None:
        written = ", ".join(field.value or "?" for field in policy.policy_types)
        yield _of_field("policyTypes", written, PartKind.SELECTOR, policy.policy_types_field)
    for direction in DIRECTIONS:
        field = policy.rules_field(direction)
        if field is not None:
            yield _direction(policy, direction, field)


def _direction(policy: NetworkPolicy, direction: Direction, field: Field[list[Node]]) -> OutlinePart:
    rules = policy.rules(direction)
    whole = _whole(field)
    parts = tuple(_rule(rule, number, policy, whole) for number, rule in enumerate(rules, start=1))
    detail = "no effect" if policy.surely_leaves_open(direction) else ""
    if not rules and policy.surely_isolates(direction):
        detail = "allows nothing"
    return OutlinePart(direction.rules_key, detail, PartKind.DIRECTION, whole, field.key_span, parts)


def _rule(rule: TrafficRule, number: int, policy: NetworkPolicy, around: Span) -> OutlinePart:
    span = _inside(rule.node, around)
    everyone = "from everyone" if rule.direction is Direction.INGRESS else "to everywhere"
    details = [everyone] if rule.allows_every_peer else []
    details += ["every port"] if rule.allows_every_port else []
    peers = (_peer(peer, policy, span) for peer in rule.peers)
    ports = (_port(port, span) for port in rule.ports)
    name = f"rule {number}"
    return OutlinePart(name, ", ".join(details), PartKind.RULE, span, span, (*peers, *ports))


def _peer(peer: Peer, policy: NetworkPolicy, around: Span) -> OutlinePart:
    span = _inside(peer.node, around)
    return OutlinePart("peer", plain(peer_words(peer, policy.object.namespace)), PartKind.PEER, span, span)


def _port(port: Port, around: Span) -> OutlinePart:
    span = _inside(port.node, around)
    protocol = port.effective_protocol or "?"
    if port.number is not None:
        last = f"-{port.last}" if port.last is not None and port.last != port.number else ""
        name = f"{protocol} {port.number}{last}"
    else:
        name = f"{protocol} {port.name or ('every port' if port.port is None else '?')}"
    return OutlinePart("port", name, PartKind.PORT, span, span)


def _inside(node: Node, around: Span) -> Span:
    """A node's span; for one that an alias brings in or that is not written, a place inside of `around`."""
    if node.origin is not None or is_null(node) or not around.covers(node.span):
        at = min(max(node.start, around.start), around.end)
        return Span(at, min(max(node.end, at), around.end))
    return node.span


def _of_field(name: str, detail: str, kind: PartKind, field: Field[object]) -> OutlinePart:
    return OutlinePart(name, detail, kind, _whole(field), field.key_span)


def _whole(field: Field[object] | Field[list[Node]]) -> Span:
    """A key with its value."""
    return Span(field.key_span.start, max(field.key_span.end, field.node.end))

"""Short notes beside the text of a policy: what is meant but not written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import peer_words, plain
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence


class HintKind(StrEnum):
    """What a hint is about; each kind can be switched off."""

    PEERS = "peers"
    MEANING = "meaning"
    TYPES = "types"
    PROTOCOL = "protocol"
    NAMESPACE = "namespace"


@dataclass(frozen=True, slots=True)
class Hint:
    """`text` is drawn at `offset`, after the text there or, when `is_before`, before it; `tooltip` says more."""

    offset: int
    text: str
    kind: HintKind
    tooltip: str = ""
    is_before: bool = False


def hints(policy: NetworkPolicy, default_namespace: str | None = None) -> Iterator[Hint]:
    """The notes on one policy; `default_namespace` is where it lands when it names no namespace."""
    yield from _namespace_hints(policy, default_namespace)
    yield from _selector_hints(policy)
    yield from _type_hints(policy)
    for direction in DIRECTIONS:
        yield from _direction_hints(policy, direction)
    for rule in policy.all_rules:
        yield from _rule_hints(rule, policy.object.namespace or default_namespace)


def _namespace_hints(policy: NetworkPolicy, default: str | None) -> Iterator[Hint]:
    field, name = policy.object.namespace_field, policy.object.name_field
    if default is None or policy.object.namespace or (field is not None and field.is_unknown):
        return
    tooltip = "No namespace is written: this is the default-namespace of the configuration."
    if field is not None:
        yield Hint(_end(field.node, field.key_span.end + 1), default, HintKind.NAMESPACE, tooltip)
    elif name is not None and name.node.origin is None:
        yield Hint(_end(name.node, name.key_span.end + 1), f"namespace: {default}", HintKind.NAMESPACE, tooltip)


def _selector_hints(policy: NetworkPolicy) -> Iterator[Hint]:
    selector = policy.pod_selector
    if selector is not None and selector.is_empty:
        yield Hint(selector.node.end, "every pod of the namespace", HintKind.MEANING)


def _type_hints(policy: NetworkPolicy) -> Iterator[Hint]:
    """What the API server fills in for a missing policyTypes."""
    spec = policy.spec_field
    if policy.declares_types or policy.has_unknown_types or spec is None or spec.value is None:
        return
    filled = ", ".join(direction.value for direction in DIRECTIONS if direction in policy.effective_types)
    tooltip = "policyTypes is not written: this is what the API server fills in."
    field = policy.policy_types_field
    offset = max(field.node.end, field.key_span.end) if field is not None else spec.key_span.end + 1
    yield Hint(offset, f"policyTypes: [{filled}]", HintKind.TYPES, tooltip)


def _direction_hints(policy: NetworkPolicy, direction: Direction) -> Iterator[Hint]:
    field = policy.rules_field(direction)
    if policy.has_unknown_types:
        return
    if field is None:
        if policy.spec is None or policy.spec.is_open:
            return
        for item in policy.policy_types:
            if item.value == direction.value and item.node.origin is None:
                tooltip = f"No {direction.rules_key} rule is written. Another policy may allow more."
                yield Hint(item.node.end, "allows nothing", HintKind.MEANING, tooltip)
        return
    if field.is_unknown:
        return
    if direction not in policy.effective_types:
        if field.value:
            tooltip = f"policyTypes does not list {direction.value}."
            yield Hint(field.key_span.end + 1, "no effect", HintKind.MEANING, tooltip)
    elif not field.value and (field.value is not None or field.is_null):
        yield Hint(_end(field.node, field.key_span.end + 1), "allows nothing", HintKind.MEANING)


def _rule_hints(rule: TrafficRule, namespace: str | None) -> Iterator[Hint]:
    everyone = "everyone" if rule.direction is Direction.INGRESS else "everywhere"
    if rule.allows_every_peer and rule.allows_every_port:
        if not isinstance(rule.node, Mapping) or not rule.node.entries:
            yield Hint(rule.node.end, f"allows {everyone}, every port", HintKind.MEANING)
    elif rule.allows_every_peer and rule.peers_field is None and isinstance(rule.node, Mapping):
        # Before its ports: who is not written.
        yield Hint(rule.node.entries[0].key.start, f"{everyone}:", HintKind.MEANING, is_before=True)
    for field, text in ((rule.peers_field, everyone), (rule.ports_field, "every port")):
        if field is not None and not field.is_unknown and (field.is_null or field.value == []):
            yield Hint(_end(field.node, field.key_span.end + 1), f"allows {text}", HintKind.MEANING)
    yield from _peer_hints(rule, namespace)
    for port in rule.ports:
        if port.protocol is None and isinstance(port.node, Mapping) and port.node.entries:
            tooltip = "Where no protocol is written, the API server fills in TCP."
            yield Hint(_end_of_port(port.node), "TCP", HintKind.PROTOCOL, tooltip)


def _peer_hints(rule: TrafficRule, namespace: str | None) -> Iterator[Hint]:
    """OR before each item but the first, AND before the second selector of an item."""
    items = rule.peers_field.node.items if rule.peers_field and isinstance(rule.peers_field.node, Sequence) else []
    for number, item in enumerate(items):
        if number and isinstance(item, Mapping) and item.entries and item.origin is None:
            tooltip = f"or {plain(peer_words(Peer(item), namespace))}"
            yield Hint(item.start, "OR", HintKind.PEERS, tooltip, is_before=True)
    for peer in rule.peers:
        yield from _reach_hints(peer)
        if peer.pod_selector is not None and peer.namespace_selector is not None and peer.node.origin is None:
            second = max(peer.pod_selector.entry.key.start, peer.namespace_selector.entry.key.start)
            tooltip = plain(peer_words(peer, namespace))
            yield Hint(second, "AND", HintKind.PEERS, tooltip, is_before=True)


def _reach_hints(peer: Peer) -> Iterator[Hint]:
    """How far the selectors of an item reach: every namespace, or the policy's own only."""
    pods, namespaces = peer.pod_selector, peer.namespace_selector
    if peer.node.origin is not None or peer.ip_block is not None:
        return
    if namespaces is not None:
        if namespaces.is_empty:
            tooltip = "Pods of all namespaces, future ones included, and no addresses outside the cluster."
            yield Hint(_end_of_selector(namespaces), "every namespace", HintKind.MEANING, tooltip)
    elif pods is not None:
        text = "every pod of the namespace" if pods.is_empty else "own namespace"
        tooltip = "Without a namespaceSelector beside it, only pods of the policy's own namespace are meant."
        yield Hint(_end_of_selector(pods), text, HintKind.MEANING, tooltip)


def _end_of_selector(selector: Selector) -> int:
    return selector.node.end if selector.is_empty and selector.node.flow else selector.entry.key.end + 1


def _end(node: Node, otherwise: int) -> int:
    """The end of a value, or the place after its key's colon when it is not written."""
    return node.end if node.end > node.start else otherwise


def _end_of_port(node: Mapping) -> int:
    entry = node.get("port") or node.entries[-1]
    return max(entry.value.end, entry.key.end)

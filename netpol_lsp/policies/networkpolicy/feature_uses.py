"""Which abilities of a network plugin a written policy relies on, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import IPBlock, Peer, Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.text.span import Span

_DIRECTION = {Direction.INGRESS: Capability.INGRESS, Direction.EGRESS: Capability.EGRESS}
_IP_BLOCK = {Direction.INGRESS: Capability.INGRESS_IP_BLOCK, Direction.EGRESS: Capability.EGRESS_IP_BLOCK}


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """A place of a policy that means what it says only with a capability.

    `subject`: what is written there, for messages, with backticks. `direction`: that of the rule; None for what belongs to
    the policy as a whole.
    """

    capability: Capability
    span: Span
    subject: str
    direction: Direction | None = None


def feature_uses(policy: NetworkPolicy) -> Iterator[FeatureUse]:
    """What a policy relies on, in the order of the text within a direction.

    Rules of a direction that the policy does not isolate have no effect by the API, and count only as a use of
    POLICY_TYPES. What cannot be read is left out.
    """
    if policy.has_unknown_types:
        return
    for direction in DIRECTIONS:
        field = policy.rules_field(direction)
        if direction in policy.effective_types:
            yield FeatureUse(_DIRECTION[direction], _place_of(policy, direction), f"`{direction}`", direction)
            for rule in policy.rules(direction):
                yield from _of_rule(rule)
        elif field is not None and field.entry is not None and field.value:
            subject = f"`{direction.rules_key}` without `{direction}` in `policyTypes`"
            yield FeatureUse(Capability.POLICY_TYPES, field.entry.key.span, subject, direction)
    if policy.pod_selector is not None:
        yield from _of_selector(policy.pod_selector, None)


def _place_of(policy: NetworkPolicy, direction: Direction) -> Span:
    """Where a policy says that it isolates a direction: the item of policyTypes, the rules, or the policy."""
    for item in policy.policy_types:
        if item.value == direction.value:
            return item.span
    field = policy.rules_field(direction)
    return field.key_span if field is not None else policy.span


def _of_rule(rule: TrafficRule) -> Iterator[FeatureUse]:
    for peer in rule.peers:
        yield from _of_peer(peer, rule.direction)
    for port in rule.ports:
        yield from _of_port(port, rule.direction)


def _of_peer(peer: Peer, direction: Direction) -> Iterator[FeatureUse]:
    namespaces, pods = peer.namespace_selector, peer.pod_selector
    if peer.ip_block is not None:
        yield from _of_ip_block(peer.ip_block, direction)
    if namespaces is not None and pods is not None:
        subject = "`namespaceSelector` with `podSelector` in one peer"
        yield FeatureUse(Capability.COMBINED_SELECTORS, namespaces.entry.key.span, subject, direction)
    elif namespaces is not None:
        yield FeatureUse(
            Capability.NAMESPACE_SELECTOR, namespaces.entry.key.span, "`namespaceSelector` in a peer", direction
        )
    for selector in (namespaces, pods):
        if selector is not None:
            yield from _of_selector(selector, direction)


def _of_ip_block(block: IPBlock, direction: Direction) -> Iterator[FeatureUse]:
    if block.cidr is None or not block.cidr.value:
        return
    text = block.cidr.value
    yield FeatureUse(_IP_BLOCK[direction], block.cidr.span, f"`ipBlock` `{text}`", direction)
    addresses = address_set(text)
    if addresses is not None and addresses.v6:
        yield FeatureUse(Capability.IPV6, block.cidr.span, f"`{text}`", direction)
    if block.excepts and block.except_entry is not None:
        yield FeatureUse(Capability.IP_BLOCK_EXCEPT, block.except_entry.key.span, "`except`", direction)


def _of_port(port: Port, direction: Direction) -> Iterator[FeatureUse]:
    if port.name is not None and port.port is not None:
        yield FeatureUse(Capability.NAMED_PORTS, port.port.span, f"the named port `{port.name}`", direction)
    last, first = port.last, port.number
    if port.end_port is not None and first is not None and last is not None and last > first:
        yield FeatureUse(Capability.END_PORT, port.end_port.span, f"`endPort: {last}`", direction)
    if port.effective_protocol == "SCTP" and port.protocol is not None:
        yield FeatureUse(Capability.SCTP, port.protocol.span, "`protocol: SCTP`", direction)


def _of_selector(selector: Selector, direction: Direction | None) -> Iterator[FeatureUse]:
    for one in selector.requirements:
        if one.key is not None and one.operator is not None:
            subject = f"`matchExpressions` with `{one.operator.value}`"
            yield FeatureUse(Capability.MATCH_EXPRESSIONS, one.span, subject, direction)

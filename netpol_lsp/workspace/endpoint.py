"""Whether a rule lets someone through: one peer of which we know something, on certain ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.port_set import PortSet, port_range
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.workspace.ternary import Ternary, all_of, any_of


@dataclass(frozen=True, slots=True)
class PodEndpoint:
    """Pods on the other side of a connection.

    `labels` and `namespace_labels` are what is known of them, all there is when `has_all_labels` or
    `has_all_namespace_labels`. `addresses`: where their addresses lie, None when no one knows. `named_ports`:
    the numbers after (protocol, name), all there are when `has_all_named_ports`. `is_matched_by_address`: whether an
    ipBlock means pods at all, which is up to the network plugin.
    """

    namespace: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    addresses: CidrSet | None = None
    named_ports: Mapping[tuple[str, str], int] = field(default_factory=dict)
    has_all_labels: bool = False
    has_all_namespace_labels: bool = False
    has_all_named_ports: bool = False
    is_matched_by_address: Ternary = Ternary.UNKNOWN


@dataclass(frozen=True, slots=True)
class AddressEndpoint:
    """Addresses outside the cluster, which no pod selector means."""

    addresses: CidrSet


Endpoint = PodEndpoint | AddressEndpoint


def match_known(selector: LabelSelector, labels: Mapping[str, str], *, has_all: bool) -> Ternary:
    """Whether a selector matches something of which `labels` are known, all of them when `has_all`."""
    result = Ternary.UNKNOWN if selector.is_partial else Ternary.YES
    for key, values in selector.allowed:
        if key in labels or has_all:
            if not values.contains(labels.get(key)):
                return Ternary.NO
        elif values.is_empty:
            return Ternary.NO
        else:
            result = Ternary.UNKNOWN
    return result


def rule_allows(rule: RuleSemantics, policy: NetworkPolicySemantics, target: Endpoint, ports: PortSet) -> Ternary:
    """Whether a rule allows `target` on all of `ports`."""
    on_ports = _ports_allowed(rule, target, ports)
    return on_ports if on_ports is Ternary.NO else all_of((on_ports, peers_allow(rule, policy, target)))


def peers_allow(rule: RuleSemantics, policy: NetworkPolicySemantics, target: Endpoint) -> Ternary:
    """Whether the peers of a rule of `policy` include `target`, whatever the ports."""
    if rule.peers is None:
        return Ternary.YES
    known = any_of(peer_allows(peer, policy, target) for peer in rule.peers)
    return any_of((known, Ternary.UNKNOWN)) if rule.has_unknown_peers else known


def peer_allows(peer: PeerSet, policy: NetworkPolicySemantics, target: Endpoint) -> Ternary:
    """Whether one peer of `policy` includes `target`."""
    if peer.is_unknown:
        return Ternary.UNKNOWN
    if peer.addresses is not None:
        return _addresses_allow(peer.addresses, target)
    if isinstance(target, AddressEndpoint):
        return Ternary.NO
    there = _namespace_allowed(peer, policy, target)
    return there if there is Ternary.NO else all_of((there, _pods_allowed(peer, target)))


def _namespace_allowed(peer: PeerSet, policy: NetworkPolicySemantics, target: PodEndpoint) -> Ternary:
    if peer.namespaces is not None:
        return match_known(peer.namespaces, target.namespace_labels, has_all=target.has_all_namespace_labels)
    if policy.namespace is None or target.namespace is None:
        return Ternary.UNKNOWN
    return Ternary.of(policy.namespace == target.namespace)


def _pods_allowed(peer: PeerSet, target: PodEndpoint) -> Ternary:
    return Ternary.YES if peer.pods is None else match_known(peer.pods, target.labels, has_all=target.has_all_labels)


def _addresses_allow(addresses: CidrSet, target: Endpoint) -> Ternary:
    if isinstance(target, AddressEndpoint):
        if addresses.covers(target.addresses):
            return Ternary.YES
        return Ternary.UNKNOWN if addresses.intersects(target.addresses) else Ternary.NO
    if target.addresses is None:
        return target.is_matched_by_address.unless_no()
    if not addresses.intersects(target.addresses):
        return Ternary.NO
    is_sure = addresses.covers(target.addresses)
    return target.is_matched_by_address if is_sure else target.is_matched_by_address.unless_no()


def _ports_allowed(rule: RuleSemantics, target: Endpoint, ports: PortSet) -> Ternary:
    if rule.ports.covers(ports) or _resolve(rule.ports, target).covers(ports):
        return Ternary.YES
    if rule.has_unknown_ports:
        return Ternary.UNKNOWN
    if isinstance(target, AddressEndpoint) or target.has_all_named_ports or not rule.ports.names:
        return Ternary.NO
    known = target.named_ports
    open_names = frozenset(name for name in rule.ports.names if name not in known)
    return Ternary.of(PortSet(names=open_names).may_intersect(ports)).unless_no()


def _resolve(ports: PortSet, target: Endpoint) -> PortSet:
    """The ports with the numbers of those names that the target is known to have."""
    if isinstance(target, AddressEndpoint) or not ports.names:
        return ports
    for protocol, name in ports.names:
        number = target.named_ports.get((protocol, name))
        if number is not None:
            ports = ports.union(port_range(protocol, number, number))
    return ports

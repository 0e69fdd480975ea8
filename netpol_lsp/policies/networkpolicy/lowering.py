"""A NetworkPolicy in the intermediate form: tier `network-policy`, action allow, default deny."""

from __future__ import annotations

from netpol_lsp.kube.label_selector import EVERYTHING
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.ir import (
    NETWORK_POLICY_TIER,
    Action,
    DirectionSemantics,
    Peer,
    PodSet,
    PolicySemantics,
    PortTerm,
    Rule,
)
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.policies.origin import NOWHERE, Origin


def lower(
    policy: NetworkPolicySemantics,
    origin: Origin = NOWHERE,
    *,
    default_namespace: str | None = None,
    is_context: bool = False,
    ignores_types: bool = False,
) -> PolicySemantics:
    """The policy in the intermediate form.

    `origin` says file, document and object. `default_namespace` is where a policy goes that names no namespace and has no
    configured default. `ignores_types`: the network plugin enforces rules of a direction that policyTypes does not list.
    """
    namespace = None if policy.is_namespace_unknown else policy.namespace or default_namespace
    return PolicySemantics(
        kind="NetworkPolicy",
        namespace=namespace,
        name=policy.name,
        subject=PodSet(policy.pod_selector, None, namespace),
        tier=NETWORK_POLICY_TIER,
        ingress=_direction(policy, Direction.INGRESS, namespace, ignores_types=ignores_types),
        egress=_direction(policy, Direction.EGRESS, namespace, ignores_types=ignores_types),
        origin=origin.at("metadata.name", policy.start, policy.end),
        is_partial=policy.is_partial,
        is_context=is_context,
    )


def _direction(
    policy: NetworkPolicySemantics, direction: Direction, namespace: str | None, *, ignores_types: bool
) -> DirectionSemantics | None:
    applies = direction in policy.types or (ignores_types and bool(policy.rules(direction)))
    if not applies and not policy.has_unknown_types and not policy.is_partial:
        return None
    is_sure = not policy.has_unknown_types and not policy.is_partial
    path = f"spec.{direction.rules_key}"
    rules = tuple(
        [_rule(rule, f"{path}[{rule.index}]", direction.peers_key, namespace) for rule in policy.rules(direction)]
    )
    is_listed = direction in policy.types or not is_sure
    return DirectionSemantics(rules, Action.DENY, True if is_sure else None, is_listed=is_listed)


def _rule(rule: RuleSemantics, path: str, peers_key: str, namespace: str | None) -> Rule:
    peers = None
    if rule.peers is not None:
        peers = tuple([_peer(peer, f"{path}.{peers_key}[{peer.index}]", namespace) for peer in rule.peers])
    ports = None
    if not rule.ports.everything:
        ports = tuple(
            [PortTerm(item.ports, f"{path}.ports[{item.place}]", item.start, item.end) for item in rule.port_items]
        )
        if not ports and not rule.ports.is_empty:
            ports = (PortTerm(rule.ports, path, rule.start, rule.end),)
    return Rule(
        index=rule.index,
        action=Action.ALLOW,
        peers=peers,
        ports=ports,
        has_unknown_peers=rule.has_unknown_peers,
        has_unknown_ports=rule.has_unknown_ports,
        field=path,
        start=rule.start,
        end=rule.end,
    )


def _peer(peer: PeerSet, path: str, namespace: str | None) -> Peer:
    pods = None
    if peer.addresses is None and not peer.is_unknown:
        pods = PodSet(peer.pods or EVERYTHING, peer.namespaces, namespace)
    return Peer(peer.index, pods, peer.addresses, peer.is_unknown, path, peer.start, peer.end)

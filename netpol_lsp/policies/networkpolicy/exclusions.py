"""Exclusions that exclude nothing: `NotIn`, `DoesNotExist` and `except`, taken back by a wider peer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from netpol_lsp.kube.label_selector import LabelSelector, Operator, label_selector
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import is_nobody, peer_covers
from netpol_lsp.text.memo import Memo

_EXCLUDING = (Operator.NOT_IN, Operator.DOES_NOT_EXIST)


class CancelledExclusion(NamedTuple):
    """A peer that excludes something, and what takes it in all the same.

    `rule` and `peer` are its places in the lists of rules and peers; `by_rule` and `by_peer` those of the wider one
    (`by_peer` None: that rule names no peers).
    """

    direction: Direction
    rule: int
    peer: int
    rule_node: TrafficRule
    node: Peer
    by_rule: int
    by_peer: int | None


def cancelled_exclusions(policy: NetworkPolicy, facts: NetworkPolicySemantics) -> tuple[CancelledExclusion, ...]:
    """The exclusions of a policy that another peer of the same list, or another rule, takes back; worked out once."""
    known = _KNOWN.of(policy)
    if facts.namespace not in known:
        known[facts.namespace] = tuple(_find(policy, facts))
    return known[facts.namespace]


_KNOWN: Memo[NetworkPolicy, str | None, tuple[CancelledExclusion, ...]] = Memo()
"""By policy and its namespace."""


def _find(policy: NetworkPolicy, facts: NetworkPolicySemantics) -> Iterator[CancelledExclusion]:
    for direction in DIRECTIONS:
        rules = facts.rules(direction)
        for written, rule in zip(policy.rules(direction), rules, strict=False):
            excluding = [peer for peer in rule.peers or () if _may_exclude(peer)]
            items = written.peers_field.value if written.peers_field is not None and excluding else None
            by_node = {id(peer.node): peer for peer in written.peers} if items else {}
            for peer in excluding:
                node = by_node.get(id(items[peer.index])) if items else None
                whole = _without_exclusion(peer, node) if node is not None else None
                if whole is None or is_nobody(peer):
                    continue
                wider = _wider(whole, rule, peer, rules, facts.namespace)
                if node is not None and wider is not None:
                    yield CancelledExclusion(direction, rule.index, peer.index, written, node, *wider)


def _may_exclude(peer: PeerSet) -> bool:
    """A quick look: whether a peer may leave out something of what it would mean without a condition or an `except`."""
    if peer.addresses is not None:
        return True
    for selector in (peer.pods, peer.namespaces):
        for one in selector.requirements if selector is not None else ():
            if one.operator in _EXCLUDING:
                return True
    return False


def _wider(
    whole: PeerSet, rule: RuleSemantics, peer: PeerSet, rules: tuple[RuleSemantics, ...], namespace: str | None
) -> tuple[int, int | None] | None:
    """Where someone takes in all of `whole`: the rule, and the peer in it. An empty rule is a mistake of its own."""
    for other in rules:
        if other is not rule and (rule.has_unknown_ports or not other.ports.covers(rule.ports)):
            continue
        if other.peers is None:
            if not other.allows_everything:
                return other.index, None
            continue
        for candidate in other.peers:
            if candidate is not peer and peer_covers(candidate, whole, namespace):
                return other.index, candidate.index
    return None


def _without_exclusion(peer: PeerSet, node: Peer) -> PeerSet | None:
    """The peer as it would be without its exclusions; None when it has none, or not all is known."""
    if peer.is_unknown:
        return None
    if peer.addresses is not None:
        block = node.ip_block
        cidr = block.cidr.value if block is not None and block.cidr is not None else None
        whole = address_set(cidr) if block is not None and block.excepts and cidr else None
        return replace(peer, addresses=whole) if whole is not None else None
    pods, namespaces = _widened(peer.pods), _widened(peer.namespaces)
    if pods is peer.pods and namespaces is peer.namespaces:
        return None
    return replace(peer, pods=pods, namespaces=namespaces)


def _widened(selector: LabelSelector | None) -> LabelSelector | None:
    """A selector without its exclusions; itself when it has none."""
    if selector is None or all(one.operator not in _EXCLUDING for one in selector.requirements):
        return selector
    kept = [one for one in selector.requirements if one.operator not in _EXCLUDING]
    return label_selector(kept, is_partial=selector.is_partial)

"""The other half of a connection: an egress rule's ingress at the peer, and an ingress rule's egress at the peer.

A connection needs both where both ends are isolated. The policy that is written isolates the other end, if nothing does yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.config.settings import Settings
from netpol_lsp.ide.namespace_policies import allows_dns, dns_for
from netpol_lsp.ide.new_policy import NewPolicy, NewRule, meaning, name_of
from netpol_lsp.ide.rule_data import pods_peer, ports_data, rule_data
from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector, Operator, includes
from netpol_lsp.kube.selector_data import selector_data
from netpol_lsp.lint.dns import dns_setup
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import rule_covers
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.pods import exact_names, place_of
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_MOST = 5
"""Namespaces for which one peer is worth a policy each."""


@dataclass(frozen=True, slots=True)
class OtherSide:
    """The policy of the other end of a rule's peer. `title` is in the imperative; `selector`: the pods that it is for."""

    key: str
    title: str
    policy: NewPolicy
    selector: LabelSelector


def other_sides(
    view: WorkspaceSnapshot, located: LocatedPolicy, settings: Settings, offset: int
) -> Iterator[OtherSide]:
    """The policies of the other ends for the rule at an offset of the policy's document: of one peer, or of all."""
    own = place_of(view, located)
    if own.is_unknown or located.policy.pod_selector.is_partial:
        return
    for direction in DIRECTIONS:
        for rule in located.policy.rules(direction):
            if not rule.start <= offset <= rule.end or rule.has_unknown_ports or direction not in located.policy.types:
                continue
            peers = rule.peers or ()
            here = [peer for peer in peers if peer.start <= offset <= peer.end]
            for peer in here or peers:
                for namespace in _namespaces(peer, own.namespace):
                    side = _other_side(view, located, settings, direction, rule, peer, namespace)
                    if not _is_there(view, side, namespace):
                        yield side


def _is_there(view: WorkspaceSnapshot, side: OtherSide, namespace: str | None) -> bool:
    """Whether a policy says so already."""
    means = meaning(side.policy)
    direction = next(iter(means.types))
    (wanted, *_) = means.rules(direction)
    return any(
        rule_covers(rule, wanted, namespace)
        for one in view.policies_in(namespace)
        if direction in one.policy.types and includes(one.policy.pod_selector, side.selector) and not one.policy.unknown
        for rule in one.policy.rules(direction)
    )


def _namespaces(peer: PeerSet, own: str | None) -> tuple[str | None, ...]:
    """The namespaces of a peer's pods where all of them are known by name."""
    if peer.is_unknown or peer.addresses is not None or (peer.pods is not None and peer.pods.is_partial):
        return ()
    if peer.namespaces is None:
        return (own,)
    names = exact_names(peer.namespaces) or ()
    # From a namespace that no one names, nobody can say who calls.
    return names if len(names) <= _MOST and own is not None else ()


def _other_side(
    view: WorkspaceSnapshot,
    located: LocatedPolicy,
    settings: Settings,
    direction: Direction,
    rule: RuleSemantics,
    peer: PeerSet,
    namespace: str | None,
) -> OtherSide:
    own = place_of(view, located)
    other = Direction.INGRESS if direction is Direction.EGRESS else Direction.EGRESS
    mine, theirs = located.policy.pod_selector, peer.pods or EVERYTHING
    back = pods_peer(selector_data(mine), own.namespace, namespace)
    rules = [NewRule(rule_data(other.peers_key, [back], ports_data(rule.ports)))]
    near = [one.policy for one in view.policies_in(namespace) if includes(one.policy.pod_selector, theirs)]
    is_isolated = any(other in policy.types and not policy.unknown for policy in near)
    if other is Direction.EGRESS and not any(allows_dns(policy, dns_setup(settings)) for policy in near):
        rules.append(NewRule(dns_for(view, settings, namespace), "DNS, which is egress, too"))
    word = "from" if other is Direction.INGRESS else "to"
    written = namespace if namespace != own.namespace else located.policy.namespace
    policy = NewPolicy(
        name_of(_short(theirs), word, _short(mine) if mine.requirements else located.policy.name or "all"),
        written,
        selector_data(theirs),
        (other.value,),
        **{other.rules_key: tuple(rules)},
    )
    where = f" in namespace {namespace}" if namespace is not None else ""
    ends = f"let {_short(theirs)}{where} {'accept' if other is Direction.INGRESS else 'open'} these connections"
    warning = "" if is_isolated else f" (isolates their {other.value.lower()})"
    key = f"other-side:{direction.value}:{rule.index}:{peer.index}:{namespace or ''}"
    return OtherSide(key, f"Write the other side's policy: {ends}{warning}", policy, theirs)


def _short(selector: LabelSelector) -> str:
    """A word for the pods of a selector: the value of its first label."""
    values = (one.values[0] for one in selector.requirements if one.operator is Operator.IN and len(one.values) == 1)
    return next((value for value in values if value), "all pods" if selector.selects_everything else "these pods")

"""Whom the peers of a policy mean among the pods that are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.pods import Place, PodMatches, find_pods, place, place_of, selected_namespaces
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import WorkloadFacts


@dataclass(frozen=True, slots=True)
class PeerTarget:
    """A peer that means pods: `pods` and `namespaces` as sets; `namespaces` None is the policy's own namespace.

    `places`: the namespaces that it surely means; `has_more`: others may be meant, too.
    """

    rule: TrafficRule
    peer: Peer
    pods: LabelSelector
    namespaces: LabelSelector | None
    places: tuple[Place, ...]
    has_more: bool


def peer_targets(ctx: PolicyContext) -> tuple[PeerTarget, ...]:
    """The peers of rules that count, as far as they mean pods; worked out once, as several rules ask."""
    known = _TARGETS.of(ctx.policy)
    if ctx.workspace not in known:
        known.clear()  # a workspace that has changed is not asked about again
    return remember(known, ctx.workspace, lambda: tuple(_peer_targets(ctx)))


_TARGETS: Memo[NetworkPolicy, WorkspaceSnapshot, tuple[tuple[PeerTarget, ...], frozenset[Read]]] = Memo()


def _peer_targets(ctx: PolicyContext) -> Iterator[PeerTarget]:
    view, policy, own = ctx.workspace, ctx.policy, place_of(ctx.workspace, ctx.located)
    for rule in policy.all_rules:
        if not policy.surely_isolates(rule.direction):
            continue
        for peer in rule.peers:
            if peer.ip_block is not None or peer.has_unread_fields:
                continue
            if peer.pod_selector is None and peer.namespace_selector is None:
                continue
            pods = read_selector(peer.pod_selector) if peer.pod_selector is not None else EVERYTHING
            if peer.namespace_selector is None:
                yield PeerTarget(rule, peer, pods, None, (own,), has_more=False)
                continue
            namespaces = read_selector(peer.namespace_selector)
            names, has_more = selected_namespaces(view, namespaces)
            places = tuple(place(view, name, "") for name in names)
            yield PeerTarget(rule, peer, pods, namespaces, places, has_more)


def pods_of(ctx: PolicyContext, target: PeerTarget) -> PodMatches:
    """The pods that a peer means."""
    sure: list[WorkloadFacts] = []
    perhaps, why = target.has_more, "other namespaces may be meant" if target.has_more else ""
    for where in target.places:
        found = find_pods(ctx.workspace, where, target.pods)
        sure += found.sure
        if found.perhaps and not perhaps:
            perhaps, why = True, found.why_perhaps
    return PodMatches(tuple(sure), perhaps, why)

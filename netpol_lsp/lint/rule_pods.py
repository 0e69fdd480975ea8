"""The pods whose ports a rule of a policy is about: the policy's own for ingress, those of its peers for egress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.lint.peer_targets import peer_targets, pods_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.pods import Place, PodMatches, find_pods, place_of
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import ServiceFacts, ServicePort, WorkloadFacts


@dataclass(frozen=True, slots=True)
class RulePods:
    """A rule with ports, as written and as meant, the pods that listen on them, and the namespaces where these are."""

    rule: TrafficRule
    meaning: RuleSemantics
    pods: PodMatches
    places: tuple[Place, ...]


def rules_with_pods(ctx: PolicyContext) -> Iterator[RulePods]:
    """The rules that list ports and are about known pods only; worked out once, as several rules ask."""
    known = _RULES.of(ctx.policy)
    if ctx.workspace not in known:
        known.clear()  # a workspace that has changed is not asked about again
    yield from remember(known, ctx.workspace, lambda: tuple(_rules_with_pods(ctx)))


_RULES: Memo[NetworkPolicy, WorkspaceSnapshot, tuple[tuple[RulePods, ...], frozenset[Read]]] = Memo()


def _rules_with_pods(ctx: PolicyContext) -> Iterator[RulePods]:
    if ctx.policy.has_unknown_types:
        return
    yield from _ingress(ctx)
    yield from _egress(ctx)


def _ingress(ctx: PolicyContext) -> Iterator[RulePods]:
    if Direction.INGRESS not in ctx.policy.effective_types or not any(rule.ports for rule in ctx.policy.ingress):
        return
    where = place_of(ctx.workspace, ctx.located)
    pods = find_pods(ctx.workspace, where, ctx.semantics.pod_selector)
    if not pods.sure:
        return
    for rule, meaning in ctx.rules(Direction.INGRESS):
        if rule.ports:
            yield RulePods(rule, meaning, pods, (where,))


def _egress(ctx: PolicyContext) -> Iterator[RulePods]:
    if Direction.EGRESS not in ctx.policy.effective_types or not any(rule.ports for rule in ctx.policy.egress):
        return
    by_rule: dict[int, list[tuple[PodMatches, tuple[Place, ...]]]] = {}
    for target in peer_targets(ctx):
        if target.rule.direction is Direction.EGRESS and target.rule.ports:
            by_rule.setdefault(id(target.rule), []).append((pods_of(ctx, target), target.places))
    for rule, meaning in ctx.rules(Direction.EGRESS):
        found = by_rule.get(id(rule), [])
        if not found or len(found) < len(rule.peers) or meaning.has_unknown_peers:
            continue
        sure = tuple(dict.fromkeys(_key(one) for matches, _ in found for one in matches.sure))
        pods = {_key(one): one for matches, _ in found for one in matches.sure}
        perhaps = any(matches.perhaps or not matches.sure for matches, _ in found)
        places = tuple(where for _, some in found for where in some)
        if sure:
            yield RulePods(rule, meaning, PodMatches(tuple(pods[key] for key in sure), perhaps), places)


def _key(workload: WorkloadFacts) -> tuple[str, str | None, str | None]:
    return (workload.kind, workload.namespace, workload.name)


def target_number(port: ServicePort, workload: WorkloadFacts) -> int | None:
    """The number on which a pod gets what is sent to a Service's port; None when no one knows."""
    target = port.target_port
    if port.has_unknown_target:
        return None
    if target is None:
        return port.port
    if isinstance(target, int):
        return target
    return next((one.number for one in workload.ports if one.name == target and one.protocol == port.protocol), None)


def serves(service: ServiceFacts, workload: WorkloadFacts) -> bool:
    """Whether a Service surely sends traffic to the pods of a workload."""
    if not service.selector or service.has_unknown_selector:
        return False
    return all(workload.labels.get(key) == value for key, value in service.selector.items())

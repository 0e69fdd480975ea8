"""Services that lead clients from outside the cluster to pods whose policies let in pods only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from netpol_lsp.kube.net.port_set import port_range
from netpol_lsp.lint.applied_together import are_applied_together
from netpol_lsp.lint.rule import PolicyContext
from netpol_lsp.lint.rule_pods import serves, target_number
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.workspace.pods import Place, find_pods, is_near, may_be_changed, place_of
from netpol_lsp.workspace.snapshot import isolates_direction, selects_all_of
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.item_comments import comment_text, comments_on

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import ServiceFacts, ServicePort

T = TypeVar("T")
_FROM_OUTSIDE = ("NodePort", "LoadBalancer")


@dataclass(frozen=True, slots=True)
class ClosedPort:
    """A port that clients from outside cannot reach.

    `number` is the pods' own port. `rule` is the first of the policy's rules that let pods in on it. `is_meant_for_outside`:
    a comment on the rule says that it is for clients from outside.
    """

    service: ServiceFacts
    number: int
    rule: TrafficRule
    is_meant_for_outside: bool


def closed_ports(ctx: PolicyContext) -> Iterator[ClosedPort]:
    """The ports of NodePort and LoadBalancer Services whose pods let in pods only, all policies that select them together."""
    selector, view = ctx.semantics.pod_selector, ctx.workspace
    if (
        selector.is_partial
        or not selector.allowed
        or isolates_direction(ctx.semantics, Direction.INGRESS) is not Ternary.YES
    ):
        return
    where = place_of(view, ctx.located)
    if not view.services_in(where.namespace):
        return
    if where.is_unknown or may_be_changed(view, where) or view.other_policies_in(where.namespace):
        return
    for service, entry, number in _outside(ctx, where):
        rule = _rule_for_pods(ctx, entry.protocol, number)
        if rule is not None and not _others_let_in(ctx):
            yield ClosedPort(service, number, rule, _means_outside(ctx, rule))


def _outside(ctx: PolicyContext, where: Place) -> list[tuple[ServiceFacts, ServicePort, int]]:
    """The ports of Services for clients outside whose pods are those of the policy, each with the pods' own port."""
    found: list[tuple[ServiceFacts, ServicePort, int]] = []
    wanted = {
        key: value
        for key, values in ctx.semantics.pod_selector.allowed
        if (value := _only(values.values)) and not values.is_complement
    }
    pods = find_pods(ctx.workspace, where, ctx.semantics.pod_selector).sure
    from netpol_lsp.workspace.resources import WorkloadFacts  # noqa: PLC0415 - for Services only

    stand_in = WorkloadFacts("Pod", "v1", where.namespace, None, labels=wanted)
    for service in ctx.workspace.services_in(where.namespace):
        if service.type not in _FROM_OUTSIDE or service.is_context or _is_internal(service):
            continue
        uri = service.origin.uri
        if not are_applied_together(ctx, [uri]) or not is_near(ctx.workspace, ctx.source.uri, uri):
            continue
        if where.namespace is None and service.origin.uri.rpartition("/")[0] != ctx.located.folder:
            continue
        served = [one for one in pods if serves(service, one)]
        if not served and serves(service, stand_in):
            served = [stand_in]
        for entry in service.ports if served else ():
            numbers = {target_number(entry, one) for one in served}
            only = _only(numbers)
            if only is not None:
                found.append((service, entry, only))
    return found


def _only(values: AbstractSet[T]) -> T | None:
    return next(iter(values)) if len(values) == 1 else None


def _is_internal(service: ServiceFacts) -> bool:
    return any("internal" in f"{key}{value}".lower() for key, value in service.annotations.items())


_OUTSIDE = re.compile(r"\b(?:external|outside|internet|public|node[ -]?port|load[ -]?balancers?)\b", re.IGNORECASE)


def _means_outside(ctx: PolicyContext, rule: TrafficRule) -> bool:
    """Whether a comment on a rule says that it is for clients from outside."""
    return _OUTSIDE.search(comment_text(comments_on(ctx.document, rule.node))) is not None


def _rule_for_pods(ctx: PolicyContext, protocol: str, number: int) -> TrafficRule | None:
    """The first rule that lets pods in on a port, when no rule lets anybody else in; None otherwise."""
    first: TrafficRule | None = None
    for rule, meaning in ctx.rules(Direction.INGRESS):
        if not _covers(meaning, protocol, number):
            continue
        if meaning.peers is None or meaning.has_unknown_peers or meaning.has_unknown_ports:
            return None
        if any(peer.addresses is not None or peer.is_unknown for peer in meaning.peers):
            return None
        if first is None and rule.peers_field is not None:
            first = rule
    return first


def _covers(meaning: RuleSemantics, protocol: str, number: int) -> bool:
    return (
        meaning.has_unknown_ports
        or bool(meaning.ports.names)
        or meaning.ports.covers(port_range(protocol, number, number))
    )


def _others_let_in(ctx: PolicyContext) -> bool:
    """Whether another policy that may select these pods lets someone in who is no pod."""
    for other in ctx.workspace.neighbours(ctx.located):
        if selects_all_of(other, ctx.located) is Ternary.NO:
            continue
        if other.policy.is_partial or other.policy.unknown:
            return True
        for rule in other.policy.ingress:
            if rule.peers is None or any(peer.addresses is not None for peer in rule.peers):
                return True
    return False

"""What the union of policies allows, by asking every policy: an oracle for the indexes and the quick answers."""

from __future__ import annotations

from collections.abc import Callable

from netpol_lsp.kube.net.port_set import PortSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.workspace.endpoint import Endpoint, rule_allows
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot, isolates_direction, selects_all_of
from netpol_lsp.workspace.ternary import Ternary, all_of, any_of

RuleAnswer = Callable[[NetworkPolicySemantics, RuleSemantics], Ternary]


def selecting_all_of(view: WorkspaceSnapshot, located: LocatedPolicy) -> tuple[LocatedPolicy, ...]:
    """The other policies that surely select every pod that this one selects."""
    return tuple(other for other in view.neighbours(located) if selects_all_of(other, located) is Ternary.YES)


def union_allows(
    view: WorkspaceSnapshot, located: LocatedPolicy, direction: Direction, target: Endpoint, ports: PortSet
) -> Ternary:
    """Whether the policies that select the same pods, together, allow `target` on all of `ports`."""
    return union_answer(view, located, direction, lambda policy, rule: rule_allows(rule, policy, target, ports))


def union_answer(
    view: WorkspaceSnapshot, located: LocatedPolicy, direction: Direction, rule_answer: RuleAnswer
) -> Ternary:
    """Whether `rule_answer` holds for some rule that applies to the pods of `located`; YES when they are not isolated."""
    selecting = [(located, Ternary.YES)]
    selecting += [(other, selects_all_of(other, located)) for other in view.neighbours(located)]
    allowed: list[Ternary] = []
    isolated: list[Ternary] = []
    for other, selects in selecting:
        if selects is Ternary.NO:
            continue
        isolates = all_of((selects, isolates_direction(other.policy, direction)))
        isolated.append(isolates)
        if isolates is not Ternary.NO:
            allowed.append(all_of((isolates, _policy_answer(other.policy, direction, rule_answer))))
    is_isolated = any_of(isolated)
    if is_isolated is Ternary.NO:
        return Ternary.YES
    return any_of(allowed) if is_isolated is Ternary.YES else any_of((*allowed, Ternary.UNKNOWN))


def _policy_answer(policy: NetworkPolicySemantics, direction: Direction, rule_answer: RuleAnswer) -> Ternary:
    if policy.is_partial:
        return Ternary.UNKNOWN
    return any_of(rule_answer(policy, rule) for rule in policy.rules(direction))

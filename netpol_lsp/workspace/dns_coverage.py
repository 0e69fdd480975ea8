"""Pods that no policy of the workspace lets ask DNS, and which of the policies is to blame for it."""

from __future__ import annotations

from collections.abc import Hashable

from netpol_lsp.kube.label_selector import intersects
from netpol_lsp.policies.networkpolicy.policy import Direction
from netpol_lsp.workspace.dns import DnsSetup, policy_allows_dns
from netpol_lsp.workspace.snapshot import PlacedPolicy, WorkspaceView, is_same, isolates_direction, selects_all_of
from netpol_lsp.workspace.ternary import Answer


def is_dns_denied(view: WorkspaceView, placed: PlacedPolicy, setup: DnsSetup, *protocols: str) -> bool:
    """Whether it is known that the pods of `placed` may not ask DNS over any of the protocols.

    For a policy that surely isolates egress. Rules of all policies that may select some of its pods count.
    """
    for protocol in protocols:
        if policy_allows_dns(placed.policy, setup, protocol) is not Answer.NO:
            return False
        helpers = _helpers(view, placed, setup, protocol)
        if any(not is_same(other, placed) for other in helpers):
            return False
    return True


def has_dns_gap(view: WorkspaceView, placed: PlacedPolicy, setup: DnsSetup) -> bool:
    """Whether a policy isolates egress, and its pods may ask DNS over neither protocol."""
    isolates = isolates_direction(placed.policy, Direction.EGRESS) is Answer.YES
    return isolates and is_dns_denied(view, placed, setup, "UDP", "TCP")


def is_said_elsewhere(view: WorkspaceView, placed: PlacedPolicy, setup: DnsSetup) -> bool:
    """Whether another policy has the same gap, for these pods and more; of equal ones the first speaks."""
    for other in view.neighbours(placed):
        if other.is_context or selects_all_of(other, placed) is not Answer.YES:
            continue
        is_equal = selects_all_of(placed, other) is Answer.YES
        if is_equal and _order(placed) < _order(other):
            continue
        if has_dns_gap(view, other, setup):
            return True
    return False


def allows_some_egress(view: WorkspaceView, placed: PlacedPolicy) -> bool:
    """Whether a policy lets pods of `placed` connect to anything: only then do they need names."""
    if placed.policy.egress:
        return True
    return any(
        other.policy.egress
        and isolates_direction(other.policy, Direction.EGRESS) is not Answer.NO
        and intersects(other.policy.pod_selector, placed.policy.pod_selector)
        for other in view.neighbours(placed)
    )


def _helpers(view: WorkspaceView, placed: PlacedPolicy, setup: DnsSetup, protocol: str) -> list[PlacedPolicy]:
    """Policies that may let some of the pods ask DNS: as many as tell whether one of them is not `placed` itself.

    Policies of one namespace with the same selector share the answer.
    """
    if not view.files:
        return []
    policy = placed.policy
    scope = (policy.is_namespace_unknown, policy.namespace, placed.folder)
    key: Hashable = ("dns", scope, policy.pod_selector, setup, protocol)
    found: list[PlacedPolicy] | None = view.memo.get(key)
    if found is None:
        found = []
        for other in view.around(placed):
            if _may_help(other, placed, setup, protocol) and not any(is_same(other, known) for known in found):
                found.append(other)
                if len(found) > 1:
                    break
        view.memo[key] = found
    return found


def _may_help(other: PlacedPolicy, placed: PlacedPolicy, setup: DnsSetup, protocol: str) -> bool:
    return (
        isolates_direction(other.policy, Direction.EGRESS) is not Answer.NO
        and policy_allows_dns(other.policy, setup, protocol) is not Answer.NO
        and intersects(other.policy.pod_selector, placed.policy.pod_selector)
    )


def _order(placed: PlacedPolicy) -> tuple[str, str]:
    return (placed.uri, placed.policy.name or "")

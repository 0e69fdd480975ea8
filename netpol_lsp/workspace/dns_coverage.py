"""Pods that no policy of the workspace lets ask DNS, and which of the policies is to blame for it."""

from __future__ import annotations

from collections.abc import Hashable

from netpol_lsp.kube.label_selector import intersects
from netpol_lsp.policies.ir import Direction
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.dns import DnsSetup, policy_allows_dns
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot, is_same, isolates_direction, selects_all_of
from netpol_lsp.workspace.ternary import Ternary


def is_dns_denied(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup, *protocols: str) -> bool:
    """Whether it is known that the pods of `located` may not ask DNS over any of the protocols.

    For a policy that surely isolates egress. Rules of all policies that may select some of its pods count.
    """
    for protocol in protocols:
        if policy_allows_dns(located.policy, setup, protocol) is not Ternary.NO:
            return False
        helpers = _helpers(view, located, setup, protocol)
        if any(not is_same(other, located) for other in helpers):
            return False
    return True


def has_dns_gap(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup) -> bool:
    """Whether a policy isolates egress, and its pods may ask DNS over neither protocol."""
    isolates = isolates_direction(located.policy, Direction.EGRESS) is Ternary.YES
    return isolates and is_dns_denied(view, located, setup, "UDP", "TCP")


def is_reported_by_broader_policy(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup) -> bool:
    """Whether another policy has the same gap, for these pods and more; of equal ones the first speaks."""
    for other in view.neighbours(located):
        if other.is_context or selects_all_of(other, located) is not Ternary.YES:
            continue
        is_equal = selects_all_of(located, other) is Ternary.YES
        if is_equal and _order(located) < _order(other):
            continue
        if has_dns_gap(view, other, setup):
            return True
    return False


def allows_some_egress(view: WorkspaceSnapshot, located: LocatedPolicy) -> bool:
    """Whether a policy lets pods of `located` connect to anything: only then do they need names."""
    if located.policy.egress:
        return True
    return any(
        other.policy.egress
        and isolates_direction(other.policy, Direction.EGRESS) is not Ternary.NO
        and intersects(other.policy.pod_selector, located.policy.pod_selector)
        for other in view.neighbours(located)
    )


def _helpers(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup, protocol: str) -> list[LocatedPolicy]:
    """Policies that may let some of the pods ask DNS: as many as tell whether one of them is not `located` itself.

    Policies of one namespace with the same selector share the answer.
    """
    if not view.index.files:
        return []
    policy = located.policy
    scope = (policy.is_namespace_unknown, policy.namespace, located.folder)
    key = (scope, policy.pod_selector, setup, protocol)
    results = _HELPERS.of(view)
    found = results.get(key)
    if found is None:
        found = []
        for other in view.around(located):
            if _may_help(other, located, setup, protocol) and not any(is_same(other, known) for known in found):
                found.append(other)
                if len(found) > 1:
                    break
        results[key] = found
    return found


_HELPERS: Memo[WorkspaceSnapshot, Hashable, list[LocatedPolicy]] = Memo()


def _may_help(other: LocatedPolicy, located: LocatedPolicy, setup: DnsSetup, protocol: str) -> bool:
    return (
        isolates_direction(other.policy, Direction.EGRESS) is not Ternary.NO
        and policy_allows_dns(other.policy, setup, protocol) is not Ternary.NO
        and intersects(other.policy.pod_selector, located.policy.pod_selector)
    )


def _order(located: LocatedPolicy) -> tuple[str, str]:
    return (located.uri, located.policy.name or "")

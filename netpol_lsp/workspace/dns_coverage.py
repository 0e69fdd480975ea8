"""Pods that no policy of the workspace lets ask DNS, and which of the policies is to blame for it."""

from __future__ import annotations

import re
from collections.abc import Hashable

from netpol_lsp.kube.label_selector import LabelSelector, Operator, includes, intersects
from netpol_lsp.kube.net.port_set import port_range, union_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.dns import DnsSetup, policy_allows_dns
from netpol_lsp.workspace.reads import NO_FILES, READS, Read, remember
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot, is_same, isolates_direction, selects_all_of
from netpol_lsp.workspace.ternary import Ternary


def is_dns_denied(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup, *protocols: str) -> bool:
    """Whether it is known that the pods of `located` may not ask DNS over any of the protocols.

    For a policy that surely isolates egress. Rules of all policies that may select some of its pods count; a policy of
    another kind, or a manifest that no one can read, may allow it, too.
    """
    for protocol in protocols:
        if policy_allows_dns(located.policy, setup, protocol) is not Ternary.NO:
            return False
    return all(is_same(other, located) for other in _helpers(view, located, setup, protocols))


def has_dns_gap(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup) -> bool:
    """Whether a policy isolates egress, and its pods may ask DNS over neither protocol."""
    isolates = isolates_direction(located.policy, Direction.EGRESS) is Ternary.YES
    return isolates and is_dns_denied(view, located, setup, "UDP", "TCP")


def is_reported_by_broader_policy(view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup) -> bool:
    """Whether another policy has the same gap, for these pods and more; of equal ones the first speaks."""
    for other in view.wider_neighbours(located):
        if other.is_context or not _selects_all_of(other, located):
            continue
        is_equal = _selects_all_of(located, other)
        if is_equal and _order(located) < _order(other):
            continue
        if has_dns_gap(view, other, setup):
            return True
    return False


def _selects_all_of(a: LocatedPolicy, b: LocatedPolicy) -> bool:
    """Whether one policy selects the pods of another one: a template that writes both names one namespace, most likely."""
    found = selects_all_of(a, b)
    if found is not Ternary.UNKNOWN or a.uri != b.uri:
        return found is Ternary.YES
    mine, theirs = a.policy, b.policy
    is_written_once = mine.is_namespace_unknown and theirs.is_namespace_unknown and not mine.is_partial
    return is_written_once and includes(mine.pod_selector, theirs.pod_selector)


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


def needs_no_names(view: WorkspaceSnapshot, located: LocatedPolicy) -> bool:
    """Whether all that is known to be allowed to the pods is reached by its address.

    That is: single addresses and small ranges, and the API server, whose address is in each pod's KUBERNETES_SERVICE_HOST.
    """
    policies = [located.policy]
    for other in view.neighbours(located):
        isolates = isolates_direction(other.policy, Direction.EGRESS) is not Ternary.NO
        if isolates and intersects(other.policy.pod_selector, located.policy.pod_selector):
            policies.append(other.policy)
    rules = [(policy, rule) for policy in policies for rule in policy.egress]
    return bool(rules) and all(
        _is_reached_by_address(rule) or _is_for_api_server(policy, rule) for policy, rule in rules
    )


_API_SERVER = re.compile(r"(?:kube-?|k8s-?)?api-?server|kube-?api|k8s-?api|kubernetes-?api", re.IGNORECASE)
_API_SERVER_PORTS = union_of(port_range("TCP", port, port) for port in (443, 6443))
_OWN_PORT = port_range("TCP", 6443, 6443)
"""Nothing but API servers listens here by default, where 443 may be any web server's."""


def _is_for_api_server(policy: NetworkPolicySemantics, rule: RuleSemantics) -> bool:
    """Whether a rule is for the API server's own port outside of labelled pods, or for its usual ports in a policy named after it."""
    if rule.has_unknown_ports or rule.ports.everything or rule.ports.names:
        return False
    if _OWN_PORT.covers(rule.ports) and not any(map(_has_labelled_pods, rule.peers or ())):
        return True
    return (
        policy.name is not None and _API_SERVER.search(policy.name) is not None and _API_SERVER_PORTS.covers(rule.ports)
    )


def _has_labelled_pods(peer: PeerSet) -> bool:
    return peer.pods is not None and not peer.pods.selects_everything


_SMALL = {4: 2**16, 6: 2**64}
"""How many addresses of a family a range may have that is named for what is in it: a /16, a /64."""
_API_SERVER_NAMESPACES = ("openshift-kube-apiserver", "openshift-apiserver", "openshift-oauth-apiserver")
_API_SERVER_LABELS = ("kube-apiserver", "openshift-kube-apiserver", "apiserver")


def _is_reached_by_address(rule: RuleSemantics) -> bool:
    if rule.peers is None or rule.has_unknown_peers:
        return False
    return all(map(_is_address_or_api_server, rule.peers))


def _is_address_or_api_server(peer: PeerSet) -> bool:
    if peer.is_unknown:
        return False
    if peer.addresses is not None:
        sizes = ((4, peer.addresses.v4), (6, peer.addresses.v6))
        return all(sum(last - first + 1 for first, last in blocks) <= _SMALL[family] for family, blocks in sizes)
    values = {value for selector in (peer.namespaces, peer.pods) if selector for value in _values(selector)}
    return not values.isdisjoint((*_API_SERVER_NAMESPACES, *_API_SERVER_LABELS))


def _values(selector: LabelSelector) -> set[str]:
    return {value for one in selector.requirements if one.operator is Operator.IN for value in one.values}


def _helpers(
    view: WorkspaceSnapshot, located: LocatedPolicy, setup: DnsSetup, protocols: tuple[str, ...]
) -> list[LocatedPolicy]:
    """Policies that may let some of the pods ask DNS over one of the protocols.

    As many as tell whether one of them is not `located` itself. Policies of one namespace with the same selector share the
    answer.
    """
    READS.note(NO_FILES)
    if not view.index.files:
        return []
    policy = located.policy
    key = (policy.is_namespace_unknown, policy.namespace, located.folder, policy.pod_selector, setup, protocols)

    def find() -> list[LocatedPolicy]:
        found: list[LocatedPolicy] = []
        for other in view.around(located):
            if _may_help(other, located, setup, protocols) and not any(is_same(other, known) for known in found):
                found.append(other)
                if len(found) > 1:
                    break
        return found

    return remember(_HELPERS.of(view), key, find)


_HELPERS: Memo[WorkspaceSnapshot, Hashable, tuple[list[LocatedPolicy], frozenset[Read]]] = Memo()


def _may_help(other: LocatedPolicy, located: LocatedPolicy, setup: DnsSetup, protocols: tuple[str, ...]) -> bool:
    policy = other.policy
    if isolates_direction(policy, Direction.EGRESS) is Ternary.NO:
        return False
    for protocol in protocols:
        if policy_allows_dns(policy, setup, protocol) is not Ternary.NO:
            return intersects(policy.pod_selector, located.policy.pod_selector)
    return False


def _order(located: LocatedPolicy) -> tuple[str, str]:
    return (located.uri, located.policy.name or "")

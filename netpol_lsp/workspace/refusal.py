"""Which policies refuse what another policy allows, going by selectors alone: no pod need be known."""

from __future__ import annotations

from itertools import chain

from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector, includes, intersects
from netpol_lsp.kube.net.port_set import port_range, union_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.text.lazy import lazy
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.pods import Place, exact_names, may_be_changed, place_of
from netpol_lsp.workspace.snapshot import (
    WorkspaceSnapshot,
    is_same,
    isolates_direction,
    same_namespace,
    selects_all_with,
)
from netpol_lsp.workspace.ternary import Ternary

_DNS_PORTS = union_of(port_range(protocol, port, port) for protocol in ("UDP", "TCP") for port in (53, 5353))


class RefusalSearch:
    """Looks for the policies that refuse what the rules of one policy, `me`, allow."""

    def __init__(self, view: WorkspaceSnapshot, me: LocatedPolicy) -> None:
        self._view = view
        self._me = me
        self._where = place_of(view, me)

    def policies(self, direction: Direction, rule: RuleSemantics, peer: PeerSet) -> tuple[LocatedPolicy, ...]:
        """The policies that isolate all pods of a peer, where none of them allows any of what a rule allows (but DNS).

        The peer means pods of the policy's own namespace. None where one may allow it: policies that are partly known, of a
        kind that is not modelled, or in a manifest that cannot be read. `direction` is that of the rule; the other side is
        judged in the opposite one.
        """
        if peer.is_unknown or peer.addresses is not None or rule.has_unknown_ports or rule.ports.is_empty:
            return ()
        pods = peer.pods if peer.pods is not None else EVERYTHING
        back = Direction.INGRESS if direction is Direction.EGRESS else Direction.EGRESS
        if pods.is_partial or not self._is_here(peer.namespaces):
            return ()
        if not self._may_be_isolated(pods, back) or not self._is_all_known:
            return ()
        view, me = self._view, self._me
        found: list[LocatedPolicy] = []
        for other in chain((me,), view.around(me, pods)):
            if isolates_direction(other.policy, back) is Ternary.NO or (other is not me and is_same(other, me)):
                continue
            selects = selects_all_with(other, me, pods)
            if selects is Ternary.NO:
                continue
            if other.is_possible or _may_allow(other, back, rule, me, self._where) or other.policy.unknown:
                return ()
            if selects is Ternary.YES:
                found.append(other)
        return tuple(found)

    @lazy
    def _is_all_known(self) -> bool:
        """Whether no policy may be there that nobody can read, or that is of a kind that is not modelled."""
        view, where = self._view, self._where
        return not (may_be_changed(view, where) or view.other_policies_in(where.namespace))

    def _may_be_isolated(self, pods: LabelSelector, direction: Direction) -> bool:
        """A quick look: whether a policy selects all of some pods, and may isolate them in a direction."""
        me = self._me
        if isolates_direction(me.policy, direction) is not Ternary.NO and includes(me.policy.pod_selector, pods):
            return True
        return any(
            isolates_direction(other.policy, direction) is not Ternary.NO
            and includes(other.policy.pod_selector, pods)
            and same_namespace(other, me) is Ternary.YES
            for other in self._view.wider_neighbours(me, pods)
        )

    def _is_here(self, namespaces: LabelSelector | None) -> bool:
        """Whether a peer means pods of the policy's own namespace, and no others."""
        where = self._where
        if where.is_unknown or namespaces is None:
            return not where.is_unknown
        return where.namespace is not None and exact_names(namespaces) == (where.namespace,)


def _may_allow(other: LocatedPolicy, back: Direction, wanted: RuleSemantics, me: LocatedPolicy, where: Place) -> bool:
    """Whether a rule of another policy may let through what a rule of `me` allows to or from its pods."""
    for rule in other.policy.rules(back):
        if not rule.has_unknown_ports and not rule.ports.may_intersect(wanted.ports):
            continue
        if not rule.has_unknown_ports and _DNS_PORTS.covers(rule.ports) and not _DNS_PORTS.covers(wanted.ports):
            continue  # a rule for DNS is not what the other side counts on
        if rule.peers is None or rule.has_unknown_peers:
            return True
        if any(_may_mean(peer, other, me, where) for peer in rule.peers):
            return True
    return False


def _may_mean(peer: PeerSet, owner: LocatedPolicy, me: LocatedPolicy, where: Place) -> bool:
    """Whether a peer of a policy may mean pods that `me` selects."""
    if peer.is_unknown or peer.addresses is not None:
        return True
    if peer.pods is not None and not intersects(peer.pods, me.policy.pod_selector):
        return False
    if peer.namespaces is None:
        named = owner.policy.namespace
        return named is None or where.namespace is None or named == where.namespace
    names = exact_names(peer.namespaces)
    return names is None or where.namespace is None or where.namespace in names

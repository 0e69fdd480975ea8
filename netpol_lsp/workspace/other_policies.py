"""What policies of kinds that are not modelled may deny."""

from __future__ import annotations

from netpol_lsp.policies.direction import Direction
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.possible_policies import concerns
from netpol_lsp.workspace.shelf_keys import UNKNOWN_NAMESPACE
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_OWN_NETWORKS = frozenset({"MultiNetworkPolicy"})
"""Kinds that are about networks of their own only."""


def may_be_denied(view: WorkspaceSnapshot, located: LocatedPolicy, direction: Direction) -> bool:
    """Whether a policy of another kind may deny what a NetworkPolicy allows to its pods in a direction."""
    namespace = located.policy.namespace
    others = (*view.other_policies_in(namespace), *view.index.shard(UNKNOWN_NAMESPACE).other_policies)
    if not others:
        return False
    facts = view.namespace(namespace)
    return any(
        one.kind not in _OWN_NETWORKS and direction.value in one.directions and concerns(one, facts) for one in others
    )

"""What rules about the network plugin share: what is said once a workspace, and what a policy uses that is not enforced."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Fact, Support
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.policies.networkpolicy.feature_uses import FeatureUse, feature_uses
from netpol_lsp.workspace.snapshot import is_same

DIRECTIONS = (Capability.INGRESS, Capability.EGRESS)


def speaks_for_workspace(ctx: PolicyContext) -> bool:
    """Whether what concerns every policy on this network plugin is said at this one: the first by file and place."""
    policies = ctx.workspace.policies_on(ctx.settings.workspace_cni)
    if not policies:
        return True
    first, located = policies[0], ctx.located
    return is_same(first, located) and first.path == located.path


def policy_count(ctx: PolicyContext) -> int:
    """How many policies there are on this network plugin."""
    return len(ctx.workspace.policies_on(ctx.settings.workspace_cni)) or 1


def uses_with(ctx: PolicyContext, capabilities: Capabilities, support: Support) -> Iterator[tuple[FeatureUse, Fact]]:
    """What the policy relies on and the plugin has only so; none in a direction that it does not enforce at all.

    The direction itself comes first, and then stands for everything in it.
    """
    for use in feature_uses(ctx.policy):
        fact = capabilities.fact(use.capability)
        if fact.support is not support:
            continue
        is_open = use.direction is not None and capabilities.enforces(use.direction.value).support is Support.NO
        if use.capability in DIRECTIONS or not is_open:
            yield use, fact

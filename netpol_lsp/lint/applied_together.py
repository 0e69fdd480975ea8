"""Whether files reach the cluster together, as far as their delivery tells."""

from __future__ import annotations

from collections.abc import Iterable

from netpol_lsp.lint.context import PolicyContext


def are_applied_together(ctx: PolicyContext, uris: Iterable[str]) -> bool:
    """Whether files belong to one delivery: taken in by a kustomization or chart in common, or by none at all."""
    scopes = [ctx.workspace.index.delivery.scope_of(uri).groups for uri in {*uris, ctx.source.uri}]
    named = [frozenset(group for group in groups if not group.startswith("folder ")) for groups in scopes]
    return not any(named) or bool(frozenset.intersection(*named))

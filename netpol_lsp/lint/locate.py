"""The policies of a file as the workspace knows them."""

from __future__ import annotations

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import Analysis
from netpol_lsp.lint.context import is_partial, stored_facts
from netpol_lsp.workspace.snapshot import LocatedPolicy


def located_policies(analysis: Analysis, settings: Settings) -> tuple[LocatedPolicy, ...]:
    """The policies of a file, in its order, with what `settings` say of manifests without a namespace."""
    return tuple(
        LocatedPolicy(
            stored_facts(policy, settings.default_namespace, is_partial=is_partial(part.analysis.document, policy)),
            analysis.source.uri,
            part.index,
            policy.object.path,
        )
        for part in analysis.parts
        if part.analysis is not None
        for policy in part.analysis.policies
    )

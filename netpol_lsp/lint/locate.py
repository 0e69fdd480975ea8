"""The policies of a file: each with its document, and as the workspace knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.workspace.snapshot import LocatedPolicy


class PolicyInPart(NamedTuple):
    """A policy, the document that holds it, and what is known of that document."""

    part: Part
    document: DocumentAnalysis
    policy: NetworkPolicy

    @property
    def is_partial(self) -> bool:
        """Whether a part of the policy's spec is not known."""
        return self.document.is_partial(self.policy)


def policies_in(analysis: Analysis) -> Iterator[PolicyInPart]:
    """The policies of a file in the order of the text."""
    for part in analysis.parts:
        if part.analysis is not None:
            for policy in part.analysis.policies:
                yield PolicyInPart(part, part.analysis, policy)


def located_policies(analysis: Analysis, settings: Settings) -> tuple[LocatedPolicy, ...]:
    """The policies of a file, in its order, with what `settings` say of manifests without a namespace."""
    return tuple(
        LocatedPolicy(
            document.semantics(policy, settings.default_namespace),
            analysis.source.uri,
            part.index,
            policy.object.path,
            cni=settings.workspace_cni,
        )
        for part, document, policy in policies_in(analysis)
    )

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
        located
        for part, document, policy in policies_in(analysis)
        if (located := _locate(policy, part, document, analysis.source.uri, settings)) is not None
    )


def _locate(
    policy: NetworkPolicy, part: Part, document: DocumentAnalysis, uri: str, settings: Settings
) -> LocatedPolicy | None:
    """One policy; None when its meaning cannot be worked out, which its own findings say."""
    try:
        semantics = document.semantics(policy, settings.default_namespace)
    except Exception:  # noqa: BLE001 - each rule that asks for it fails in the same way, and is reported
        return None
    return LocatedPolicy(semantics, uri, part.index, policy.object.path, cni=settings.workspace_cni)

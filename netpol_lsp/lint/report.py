"""What a run found."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.lint.diagnostic import Diagnostic
from netpol_lsp.text.source import Source


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in one file: how many documents and NetworkPolicies it has, and its findings in order."""

    source: Source
    documents: int
    policies: int
    diagnostics: tuple[Diagnostic, ...]

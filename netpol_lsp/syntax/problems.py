"""What is wrong with a document's YAML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.text.span import Span


class ProblemKind(StrEnum):
    """Which rule a problem belongs to."""

    SYNTAX = "syntax"
    """The parser stopped, or the API server's YAML reader does."""
    ALIAS = "alias"
    """An alias that is unknown, contains itself, or explodes."""
    DUPLICATE = "duplicate"
    """A key that stands twice, written or through a merge."""


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """One problem at `span`; `related` is another place that explains it; `hint` is what to do."""

    kind: ProblemKind
    span: Span
    message: str
    related: Span | None = None
    hint: str = ""

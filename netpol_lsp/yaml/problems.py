"""What is wrong with a document's YAML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.text.edits import Fix
from netpol_lsp.text.span import Span


class ProblemKind(StrEnum):
    """Which rule a problem belongs to."""

    SYNTAX = "syntax"
    """The parser stopped, or the API server's YAML reader does."""
    ALIAS = "alias"
    """An alias that is unknown, contains itself, or explodes."""
    DUPLICATE = "duplicate"
    """A key that is set twice, written or through a merge."""
    TAB = "tab"
    """Tabs where YAML wants spaces."""
    CHARACTER = "character"
    """A character that looks like another one, or like none."""
    INDENTATION = "indentation"
    """The leading spaces are gone."""


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """One problem at `span`.

    `message` says what is wrong, `hint` what to do. `related` is another place that explains it, and
    `note` says how; `fixes` are edits that repair it. `is_error`: the API server cannot read the document
    because of it. `field` is the path at which the API server sees the mistake, where that is not the path
    of what is at `span`; of a key that is set again through `<<` it is the key's name. `guessed` are the
    lines that were read otherwise than they are written, to read on: what else is odd about them may only
    follow from that. `is_limit`: the document asks for more than is read, so repairs are no use. `is_passed_over`: its
    lines were left out, and what is around them is read as if they were not there.
    """

    kind: ProblemKind
    span: Span
    message: str
    related: Span | None = None
    hint: str = ""
    note: str = ""
    fixes: tuple[Fix, ...] = ()
    is_error: bool = True
    field: str = ""
    guessed: tuple[Span, ...] = ()
    is_limit: bool = False
    is_passed_over: bool = False

"""What is wrong in a config file."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.text.span import Span


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """Something wrong in a config file; `line` and `column` count from 1, `span` is in code points of its text.

    `is_note`: it works as it is, and could be written better.
    """

    path: str
    span: Span
    line: int
    column: int
    message: str
    is_note: bool = False

    def __str__(self) -> str:
        """As in `.netpol-lint.yaml:3:1: unknown key ...`."""
        return f"{self.path}:{self.line}:{self.column}: {self.message}"

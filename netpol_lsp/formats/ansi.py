"""Colours on a terminal: the few ANSI codes that the text format needs."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.findings.diagnostic import Severity

_CODES = {
    "bold": "1",
    "dim": "2",
    "gutter": "1;34",
    "related": "1;34",
    "fix": "1;32",
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "hint": "1;35",
}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes text in a style, or plainly when there are no colours."""

    color: bool

    def write(self, text: str, style: str) -> str:
        """The text in a style: bold, dim, gutter, related, fix, or the name of a severity."""
        if not self.color or not text:
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"

    def severity(self, text: str, severity: Severity) -> str:
        """The text in the colour of a severity."""
        return self.write(text, severity.value)

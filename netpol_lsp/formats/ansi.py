"""Colours on a terminal: the few ANSI codes that the text format needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.text.visible import visible

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
_COLOUR = re.compile("(\x1b\\[[0-9;]*m)")


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes text in a style, or plainly when there are no colours."""

    color: bool

    def write(self, text: str, style: str) -> str:
        """The text in a style: bold, dim, gutter, related, fix, or the name of a severity."""
        if not self.color or not text:
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"

    def lines(self, lines: Iterable[str]) -> str:
        """Lines as a text in which nothing acts on a terminal, or starts another line, but this pen's own colours."""
        return "".join(f"{_no_command(self._line(line))}\n" for line in lines)

    def _line(self, line: str) -> str:
        if not self.color:
            return visible(line)
        # Each second piece is a colour. One that a name has of its own can do no more than colour.
        pieces = _COLOUR.split(line)
        return "".join(piece if number % 2 else visible(piece) for number, piece in enumerate(pieces))

    def severity(self, text: str, severity: Severity) -> str:
        """The text in the colour of a severity."""
        return self.write(text, severity.value)


def _no_command(line: str) -> str:
    """A line that no CI system takes for a command of its own."""
    return f"'{line}" if line.lstrip().startswith(("::", "##")) else line

"""The part of a long text around an error: what repairs are tried on."""

from __future__ import annotations

import re

from netpol_lsp.yaml.line_scanner import Line
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.problems import SyntaxProblem
from netpol_lsp.yaml.recovery.repairs.api import ErrorSite

_SHORT = 3000
_ABOVE, _BELOW = 60, 40
_SIGN = re.compile(r"[^\r\n]")


def part_around(scene: ErrorSite, error: SyntaxProblem) -> str:
    """The scene's text, or a part of it that has the same error and is quicker to parse.

    What follows the part is cut off; lines above it are blanked, so that offsets stay, but for those that
    the part is below.
    """
    text = scene.text
    if len(text) <= _SHORT:
        return text
    first = max(0, scene.number - _ABOVE)
    last = min(len(scene.lines) - 1, scene.number + _BELOW)
    kept = {line.number for line in _above(scene.lines, first)}
    pieces: list[str] = []
    for line, following in zip(scene.lines[:first], scene.lines[1 : first + 1], strict=True):
        whole = text[line.start : following.start]
        pieces.append(whole if line.number in kept else _SIGN.sub(" ", whole))
    start = scene.lines[first].start
    part = "".join(pieces) + text[start : scene.lines[last].end]
    again = parse(part).error
    same = again is not None and again.span == error.span and again.message == error.message
    return part if same else text


def _above(lines: list[Line], first: int) -> list[Line]:
    """The lines that line `first` is below: each further out than the one under it."""
    found: list[Line] = []
    least = next((line.indent for line in lines[first:] if not line.is_empty), 0)
    in_list = bool(lines[first].dashes)
    for line in reversed(lines[:first]):
        if line.is_empty:
            continue
        # A list may be in the column of its key.
        holds = line.indent == least and in_list and not line.dashes and bool(line.key) and not line.value
        if line.indent < least or holds:
            found.append(line)
            least = line.indent
            in_list = bool(line.dashes)
    return found

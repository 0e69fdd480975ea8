"""What can still be known of a document with a syntax error."""

from __future__ import annotations

import re

from netpol_lsp.syntax.nodes import Node, walk
from netpol_lsp.syntax.parser import Parsed, parse
from netpol_lsp.syntax.problems import SyntaxProblem
from netpol_lsp.text.source import LineIndex

_TRIES = 8


def recover(text: str, error: SyntaxProblem, *, pure: bool = False) -> Node | None:
    """The tree of the text with the offending lines blanked, or None when nothing helps.

    Each try blanks the one line, near the error, whose loss lets the parser read furthest.
    """
    lines = LineIndex(text)
    best: Parsed | None = None
    for _ in range(_TRIES):
        candidates = _suspects(lines, error, text)
        attempts = [(blanked, parse(blanked, pure=pure)) for blanked in candidates]
        if not attempts:
            break
        text, best = max(attempts, key=lambda attempt: _progress(attempt[1]))
        if best.error is None:
            return best.root
        if best.error.span.start <= error.span.start and best.error.message == error.message:
            break
        error = best.error
    return best.root if best else None


def _suspects(lines: LineIndex, error: SyntaxProblem, text: str) -> list[str]:
    """The texts that miss one line each: the error's, the one before it, the one where its context began."""
    line = lines.line_of(error.span.start)
    numbers = [line]
    before = line - 1
    while before >= 0 and not lines.line_text(before).strip():
        before -= 1
    numbers.append(before)
    if error.related is not None:
        numbers.append(lines.line_of(error.related.start))
    found = []
    for number in dict.fromkeys(numbers):
        if number < 0:
            continue
        start, end = lines.line_start(number), lines.line_end(number)
        if text[start:end].strip():
            found.append(text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:])
    return found


def _progress(parsed: Parsed) -> tuple[bool, int, int]:
    """Better is: no error, an error further down, more nodes."""
    size = sum(1 for _ in walk(parsed.root)) if parsed.root is not None else 0
    return (parsed.error is None, parsed.error.span.start if parsed.error else 0, size)

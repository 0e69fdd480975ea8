"""What can still be known of a document with a syntax error: repairs it as far as it goes and reads the result."""

from __future__ import annotations

from netpol_lsp.text.source import LineIndex
from netpol_lsp.yaml.nodes import Node, walk
from netpol_lsp.yaml.parser import Parsed, parse
from netpol_lsp.yaml.problems import SyntaxProblem
from netpol_lsp.yaml.recovery.diagnose import explain, in_plain_words
from netpol_lsp.yaml.recovery.offset_map import OffsetMap, move_back, move_problem
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape

_ROUNDS = 8
_MOST_PARSED = 500_000
"""How many characters a round of blanking lines may take for the next one to be worth it."""


def recover(
    text: str, error: SyntaxProblem, shape: ObjectShape | None = None, *, mends: bool = True
) -> tuple[Node | None, tuple[SyntaxProblem, ...]]:
    """The tree of the repaired text, with the offsets of `text`, and what is wrong in it: the errors explained.

    Each round repairs the first error that is left. Where no small change helps, lines are blanked until the
    parser can go on, and what is found after them is not reported: it may only follow from the spaces.
    Without `mends` lines are blanked from the start.
    """
    if not mends:
        blanked = _blank_lines(text, error)
        return (blanked.root if blanked else None), (in_plain_words(error, text),)
    maps: list[OffsetMap] = []
    problems: list[SyntaxProblem] = []
    lines = LineIndex(text)
    current, parsed = text, None
    for _ in range(_ROUNDS):
        found = explain(current, error, shape)
        _add(problems, _moved_back(found.problem, maps), lines)
        if found.text is None or found.parsed is None or found.offsets is None:
            parsed = _blank_lines(current, error)
            break
        current, parsed = found.text, found.parsed
        maps.append(found.offsets)
        if parsed.error is None:
            break
        error = parsed.error
    if parsed is None:
        return None, tuple(problems)
    for offsets in reversed(maps):
        move_back(parsed.root, offsets)
    for problem in parsed.problems:
        _add(problems, _moved_back(problem, maps), lines)
    return parsed.root, tuple(problems)


def _add(problems: list[SyntaxProblem], problem: SyntaxProblem, lines: LineIndex) -> None:
    """Add a problem, but for one on a line that was repaired already: it follows from the repair."""
    if lines.line_of(problem.span.start) not in {lines.line_of(one.span.start) for one in problems}:
        problems.append(problem)


def _moved_back(problem: SyntaxProblem, maps: list[OffsetMap]) -> SyntaxProblem:
    for offsets in reversed(maps):
        problem = move_problem(problem, offsets)
    return problem


def _blank_lines(text: str, error: SyntaxProblem) -> Parsed | None:
    """What is left with the offending lines blanked: each try spaces the one whose loss lets the parser read furthest."""
    lines = LineIndex(text)
    best: Parsed | None = None
    for _ in range(max(1, min(_ROUNDS, _MOST_PARSED // (len(text) + 1)))):
        attempts = [(blanked, parse(blanked)) for blanked in _suspects(lines, error, text)]
        if not attempts:
            break
        text, best = max(attempts, key=lambda attempt: _progress(attempt[1]))
        if best.error is None:
            return best
        if best.error.span.start <= error.span.start and best.error.message == error.message:
            break
        error = best.error
    return best


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
            found.append(text[:start] + " " * (end - start) + text[end:])
    return found


def _progress(parsed: Parsed) -> tuple[bool, int, int]:
    """Better is: no error, an error further down, more nodes."""
    size = sum(1 for _ in walk(parsed.root)) if parsed.root is not None else 0
    return (parsed.error is None, parsed.error.span.start if parsed.error else 0, size)

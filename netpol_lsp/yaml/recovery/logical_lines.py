"""Lines joined to what belongs together, for reading text whose indentation cannot be trusted."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.yaml.line_scanner import Line, closing_quote, flow_signs, open_brackets

_MOST_JOINED = 60
_BLOCK_HEAD = re.compile(r"[|>][-+0-9]{0,2}\Z")


class LogicalLineKind(StrEnum):
    """What a row is."""

    EMPTY = "empty"
    COMMENT = "comment"
    SEPARATOR = "separator"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """A line with the lines that go on with its value: brackets or quotes left open, the text of a block scalar."""

    kind: LogicalLineKind
    line: Line
    rest: tuple[Line, ...] = ()

    @property
    def is_block(self) -> bool:
        """Whether the rest is the text of a block scalar."""
        return is_block_head(self.line)


def is_block_head(line: Line) -> bool:
    """Whether a block scalar starts at the line's end."""
    return line.key is not None and _BLOCK_HEAD.match(line.value) is not None


def join_logical_lines(lines: list[Line], known: frozenset[str]) -> list[LogicalLine]:
    """The rows of a text. `known` are field names: a line with one of them ends a block scalar that lost its indentation."""
    rows: list[LogicalLine] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        count = 1
        if line.is_empty:
            kind = LogicalLineKind.EMPTY if line.comment is None else LogicalLineKind.COMMENT
        elif line.is_separator:
            kind = LogicalLineKind.SEPARATOR
        else:
            kind = LogicalLineKind.CONTENT
            count += _following(lines, at, known)
        rows.append(LogicalLine(kind, line, tuple(lines[at + 1 : at + count])))
        at += count
    return rows


def _following(lines: list[Line], at: int, known: frozenset[str]) -> int:
    """How many lines after `at` go on with its value."""
    line = lines[at]
    if is_block_head(line):
        return _block_length(lines, at, known)
    value = line.value
    if value[:1] in ("'", '"') and closing_quote(value, 0) is None:
        return _until(lines, at, _end_of_quotes)
    if value[:1] in ("[", "{") and open_brackets(value) > 0:
        return _until(lines, at, _end_of_brackets)
    return 0


def _until(lines: list[Line], at: int, find_end: Callable[[str, list[int]], int | None]) -> int:
    """How many lines must be joined until a value is closed; 0 when it never is."""
    text = lines[at].value
    ends = [len(text)]
    bodies = [text]
    for line in lines[at + 1 : at + 1 + _MOST_JOINED]:
        bodies.append(line.body)
        ends.append(ends[-1] + 1 + len(line.body))
    return find_end("\n".join(bodies), ends) or 0


def _end_of_quotes(text: str, ends: list[int]) -> int | None:
    """The number of the line on which the quotes at the start are closed."""
    end = closing_quote(text, 0)
    return None if end is None else bisect_left(ends, end + 1)


def _end_of_brackets(text: str, ends: list[int]) -> int | None:
    """The number of the first line, after the one on which they open, at whose end no bracket is open."""
    depth = number = 0
    for at, is_opening in flow_signs(text):
        while ends[number] <= at:
            if number and depth <= 0:
                return number
            number += 1
        if is_opening is not None:
            depth += 1 if is_opening else -1
    return number if number and depth <= 0 else None


def _block_length(lines: list[Line], at: int, known: frozenset[str]) -> int:
    """The lines of a block scalar: those further in; where none is, those that do not look like fields."""
    head = lines[at]
    rest = lines[at + 1 :]
    indented = bool(rest) and rest[0].indent > head.indent and not rest[0].is_empty
    count = 0
    for line in rest:
        if line.is_empty and line.comment is None:
            count += 1
        elif (indented and line.indent <= head.indent) or (not indented and _is_field(line, known)):
            break
        else:
            count += 1
    while count and rest[count - 1].is_empty and rest[count - 1].comment is None:
        count -= 1
    return count


def _is_field(line: Line, known: frozenset[str]) -> bool:
    return line.is_separator or line.key in known or (bool(line.dashes) and not line.body)

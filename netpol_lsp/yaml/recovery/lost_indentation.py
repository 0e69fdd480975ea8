"""Finds documents that have lost their indentation, as pasted text does, and gives it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.text.edits import Applicability, Fix, TextEdit, apply_edits
from netpol_lsp.text.source import LineIndex
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line, read_lines
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.placement import fits_wholly
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.indent_search import read
from netpol_lsp.yaml.recovery.indent_state import IndentHypothesis, PlacedLine
from netpol_lsp.yaml.recovery.logical_lines import LogicalLine, LogicalLineKind, join_logical_lines
from netpol_lsp.yaml.recovery.prefilter import may_be_lost
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape, field_names

_MOST_LINES = 4000


@dataclass(frozen=True, slots=True)
class Restored:
    """What a text without indentation was meant to be.

    `text` is the result of `edits`; `documents` how many objects it holds; `first` is the first key that
    is too far left, `parent` the key that it belongs to. `is_certain`: only one reading fits, and
    nothing had to be made a comment. `has_lost_dashes`: list items had lost their dashes as well.
    """

    text: str
    edits: tuple[TextEdit, ...]
    documents: int
    lost: int
    first: Span
    parent: Span | None
    is_certain: bool
    has_lost_dashes: bool = False


def lost_indentation(text: str, shape: ObjectShape) -> SyntaxProblem | None:
    """The problem of a text that has lost its indentation, or None; `shape` is what its objects look like."""
    restored = restore(text, shape)
    if restored is None:
        return None
    message = "the indentation is lost: fields are too far left"
    if restored.has_lost_dashes:
        message = "the indentation and the dashes of lists are lost: fields are too far left"
    if restored.documents > 1:
        message = f"the indentation is lost, and {restored.documents} objects follow one another without `---`"
    fixes: tuple[Fix, ...] = ()
    if parse_all(restored.text) and (not restored.has_lost_dashes or fit_all(restored.text, shape)):
        applicability = Applicability.SAFE if restored.is_certain else Applicability.UNSAFE
        title = "Restore the indentation"
        if restored.documents > 1:
            title += f" of {restored.documents} objects"
        fixes = (Fix(title, restored.edits, applicability),)
    return SyntaxProblem(
        ProblemKind.INDENTATION,
        restored.first,
        message,
        restored.parent,
        hint="paste it again from a source that keeps spaces, or restore the indentation",
        note="it belongs under this key",
        fixes=fixes,
    )


def parse_all(text: str) -> bool:
    """Whether every document of a text can be parsed."""
    return all(parse(part).error is None for part in re.split(r"^---$", text, flags=re.MULTILINE))


def fit_all(text: str, shape: ObjectShape) -> bool:
    """Whether every document of a text is what the shape says: nothing unknown in it, nothing of another type."""
    roots = [parse(part).root for part in re.split(r"^---$", text, flags=re.MULTILINE)]
    return all(root is None or fits_wholly(root, shape) for root in roots)


def restore(text: str, shape: ObjectShape) -> Restored | None:
    """What a text was before it lost its indentation, or None when it has not."""
    if not may_be_lost(text, shape):
        return None
    index = LineIndex(text)
    if index.line_count > _MOST_LINES:
        return None
    rows = join_logical_lines(read_lines(text, index), field_names(shape))
    reading = read(rows, shape)
    if reading is None or not _is_lost(reading):
        return None
    edits = tuple(_edits(text, rows, reading))
    first = reading.lost[0]
    return Restored(
        text=apply_edits(text, edits),
        edits=edits,
        documents=reading.documents,
        lost=len(reading.lost),
        first=first.row.line.key_span,
        parent=_parent_of(first, reading),
        is_certain=reading.is_certain and not any(_lost_text(row) for row in rows),
        has_lost_dashes=any(placed.dash for placed in reading.rows),
    )


def _lost_text(row: LogicalLine) -> bool:
    """Whether a block scalar has lost its indentation: where it ends is a guess."""
    return row.is_block and any(line.indent <= row.line.indent and not line.is_empty for line in row.rest)


def _is_lost(reading: IndentHypothesis) -> bool:
    """Whether so much is out of place that the indentation is gone, and what was found makes sense."""
    content = sum(not placed.is_prose for placed in reading.rows)
    prose = len(reading.rows) - content
    if reading.cost - prose > 4 + 0.5 * content:
        return False
    placed = [row for row in reading.rows if not row.is_prose]
    margins = {row.row.line.indent for row in placed if row.column == 0}
    if len(margins) != 1 or not reading.lost:
        # Where top-level keys are in different columns, lines were moved, not cut.
        return False
    margin = margins.pop()
    is_flat = all(row.row.line.indent <= margin for row in placed)
    return is_flat or len(reading.lost) >= 2


def _parent_of(first: PlacedLine, reading: IndentHypothesis) -> Span | None:
    for before, placed in zip(reading.rows, reading.rows[1:], strict=False):
        if placed is first:
            return before.row.line.key_span
    return None


def _edits(text: str, rows: list[LogicalLine], reading: IndentHypothesis) -> Iterator[TextEdit]:
    newline = next((match.group() for match in re.finditer(r"\r\n|\n|\r", text)), "\n")
    by_line = {placed.row.line.number: placed for placed in reading.rows}
    column, is_first = 0, True
    columns: dict[int, int] = {}
    for row in reversed(rows):
        placed = by_line.get(row.line.number)
        if placed is not None and not placed.is_prose:
            column = placed.column
            if placed.starts:
                columns[row.line.number] = column
                column = 0
                continue
        columns[row.line.number] = column
    for row in rows:
        placed = by_line.get(row.line.number)
        column = columns[row.line.number]
        if row.kind is LogicalLineKind.COMMENT:
            yield from _shift(row.line, column)
        elif placed is not None and placed.is_prose:
            yield from _comment_out(row, column)
        elif placed is not None:
            before = ""
            if placed.starts:
                before = "" if is_first else "---" + newline
                is_first = False
            dash = "- " if placed.dash else ""
            yield from _shift(row.line, column, before, dash)
            yield from _shift_rest(row, column + len(dash))
        elif row.kind is LogicalLineKind.SEPARATOR:
            is_first = True


def _shift(line: Line, column: int, before: str = "", dash: str = "") -> Iterator[TextEdit]:
    """Put a line at a column, after a dash that it has lost."""
    blanks = Span(line.start, line.start + line.indent)
    wanted = before + " " * column + dash
    yield from () if len(blanks) == column and not before and not dash else (TextEdit(blanks, wanted),)


def _shift_rest(row: LogicalLine, column: int) -> Iterator[TextEdit]:
    """Put the lines that go on with a value further in than its key, as they are to one another."""
    inner = [line for line in row.rest if not (line.is_empty and line.comment is None)]
    if not inner:
        return
    least = min(line.indent for line in inner)
    if least > row.line.indent and column == row.line.indent:
        return
    closes = inner[-1] if inner[-1].body[:1] in ("]", "}") else None
    for line in inner:
        wanted = column if line is closes else column + 2 + line.indent - least
        yield from _shift(line, wanted)


def _comment_out(row: LogicalLine, column: int) -> Iterator[TextEdit]:
    for line in (row.line, *row.rest):
        yield TextEdit(Span(line.start, line.start + line.indent), " " * column + "# ")

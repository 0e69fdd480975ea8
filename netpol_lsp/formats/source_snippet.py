"""Draws the lines of a file with marks under some of their spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.terminal_text import ShownLine, show_line, width_of
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

_MARGIN = 8
"""Cells that stay before a span when a long line is cut."""
_WHOLE = 5
"""Spans of more lines are shown by their first two lines and their last one."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span to underline with `char`, in a style of the pen, and a note after it."""

    span: Span
    label: str
    style: str
    char: str = "^"


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of the picture that belong together: the lines `first` to `last`, from 0."""

    first: int
    last: int
    rows: list[str]


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where pictures are drawn: `digits` of the line numbers, and the cells that a row may take."""

    pen: Pen
    digits: int
    width: int

    @property
    def room(self) -> int:
        """The cells for a line of the file."""
        return max(self.width - self.digits - 4, 20)

    def row(self, text: str = "", line: int | None = None) -> str:
        """A row of the picture, with the number of a line (from 0) before it where it shows one."""
        number = "" if line is None else str(line + 1)
        return (self.pen.write(f" {number:>{self.digits}} |", "gutter") + f" {text}").rstrip()

    def head(self, arrow: str, text: str) -> str:
        """A row that says where something is."""
        return " " * (self.digits + 1) + self.pen.write(arrow, "gutter") + f" {text}"

    def note(self, text: str) -> str:
        """A row below the picture."""
        return " " * (self.digits + 2) + self.pen.write("=", "gutter") + f" {text}"


def last_line(source: Source, span: Span) -> int:
    """The last line (from 0) that a span covers something of."""
    first = source.lines.line_of(_clamp(source, span.start))
    return max(first, source.lines.line_of(_trimmed(source, span).end))


def draw(source: Source, marks: Sequence[Highlight], canvas: Canvas) -> list[str]:
    """The rows of the picture: every marked line, and dots where lines are left out."""
    rows = [canvas.row()]
    shown: int | None = None
    for block in _blocks(source, marks, canvas):
        if shown is not None:
            rows += _between(source, shown, block.first, canvas)
        rows += block.rows
        shown = block.last
    return rows


def _blocks(source: Source, marks: Sequence[Highlight], canvas: Canvas) -> Iterator[_Block]:
    located = [
        (source.lines.line_of(_clamp(source, mark.span.start)), last_line(source, mark.span), mark) for mark in marks
    ]
    blocks = [_long_block(source, first, last, mark, canvas) for first, last, mark in located if last > first]
    single = sorted(((first, mark) for first, last, mark in located if last == first), key=lambda item: item[0])
    for line, group in groupby(single, key=lambda item: item[0]):
        blocks.append(_line_block(source, line, [mark for _, mark in group], canvas))
    yield from sorted(blocks, key=lambda block: block.first)


def _between(source: Source, shown: int, following: int, canvas: Canvas) -> list[str]:
    """What is between two blocks: nothing, the one line between them, or dots."""
    if following == shown + 1:
        return []
    if following == shown + 2:
        line = show_line(source.lines.line_text(shown + 1))
        return [canvas.row(line.cut(0, canvas.room), shown + 1)]
    return [canvas.pen.write("...", "gutter")]


def _line_block(source: Source, line: int, marks: Sequence[Highlight], canvas: Canvas) -> _Block:
    """One line with the marks in it, each in its own row."""
    text = show_line(source.lines.line_text(line))
    start = source.lines.line_start(line)
    spans = [_columns(text, _clamp(source, mark.span.start) - start, mark.span.end - start) for mark in marks]
    low, high = _window(text.width, *spans[0], marks[0].label, canvas.room)
    rows = [canvas.row(text.cut(low, high), line)]
    for mark, (first, last) in zip(marks, spans, strict=True):
        # What is cut away is marked at the ellipsis.
        left = max(0, min(max(first, low) - low, high - low - (high < text.width)))
        rows += _underline(mark, left, max(min(last, high) - low - left, 1), canvas)
    return _Block(line, line, rows)


def _columns(line: ShownLine, start: int, end: int) -> tuple[int, int]:
    first = line.column(start)
    return first, max(line.column(end), first)


def _underline(mark: Highlight, start: int, length: int, canvas: Canvas) -> list[str]:
    """The mark under a line, its label after it, or below it where there is no room."""
    drawn = " " * start + canvas.pen.write(mark.char * length, mark.style)
    label = canvas.pen.write(mark.label, mark.style)
    if not mark.label:
        return [canvas.row(drawn)]
    if start + length + 1 + width_of(mark.label) <= canvas.room:
        return [canvas.row(f"{drawn} {label}")]
    indent = max(0, min(start, canvas.room - width_of(mark.label)))
    return [canvas.row(drawn), canvas.row(" " * indent + label)]


def _window(width: int, first: int, last: int, label: str, room: int) -> tuple[int, int]:
    """Which cells of a long line are shown, so that the marked ones and their label are seen."""
    if width <= room:
        return 0, width
    label_width = width_of(label) + 1 if label else 0
    wanted = min(max(last - first, 1) + min(label_width, room // 2), room - _MARGIN)
    if first + wanted < room:
        return 0, room
    low = first - max(_MARGIN, (room - wanted) // 2)
    low = max(0, min(low, max(width, first + wanted) - room))
    return low, min(low + room, width)


def _long_block(source: Source, first: int, last: int, mark: Highlight, canvas: Canvas) -> _Block:
    """A span of several lines: a bar along its left side, and its end underlined."""
    pen, room = canvas.pen, canvas.room - 2
    span = _trimmed(source, mark.span)
    bar = pen.write("|", mark.style)
    rows = []
    before = source.slice(source.lines.line_start(first), _clamp(source, span.start))
    line = show_line(source.lines.line_text(first)).cut(0, room)
    if before.strip():
        column = min(show_line(before).width, room - 1)
        rows += [
            canvas.row(f"  {line}", first),
            canvas.row(" " + pen.write("_" * (column + 1) + mark.char, mark.style)),
        ]
    else:
        rows.append(canvas.row(f"{pen.write('/', mark.style)} {line}", first))
    for number in _inner_lines(first, last):
        if number is None:
            rows.append(pen.write("...", "gutter") + " " * (canvas.digits + 1) + bar)
        else:
            rows.append(canvas.row(f"{bar} {show_line(source.lines.line_text(number)).cut(0, room)}", number))
    end = show_line(source.lines.line_text(last)).column(span.end - source.lines.line_start(last))
    tail = "_" * max(1, min(end, room)) + mark.char
    label = f" {pen.write(mark.label, mark.style)}" if mark.label else ""
    rows.append(canvas.row(f"{bar}{pen.write(tail, mark.style)}{label}"))
    return _Block(first, last, rows)


def _inner_lines(first: int, last: int) -> list[int | None]:
    """The lines after the first one that are shown, with None where some are left out."""
    if last - first < _WHOLE:
        return list(range(first + 1, last + 1))
    return [first + 1, None, last]


def _clamp(source: Source, offset: int) -> int:
    return max(0, min(offset, len(source.text)))


def _trimmed(source: Source, span: Span) -> Span:
    """The span without the spaces and line endings at its end, but never less than its start."""
    start, end = _clamp(source, span.start), _clamp(source, span.end)
    trimmed = len(source.text[start:end].rstrip(" \t\r\n"))
    return Span(start, start + trimmed) if trimmed else Span(start, start)

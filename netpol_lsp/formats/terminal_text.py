"""Text as a terminal shows it: widths in cells, tabs expanded, invisible and control characters made visible."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.text.visible import SHAPING, escape_sequence, stand_in

TAB_STOP = 4
ELLIPSIS = "…"

_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a file on the screen.

    `cells[i]` is what is shown for code point i ("" where it is drawn together with the one before), `columns[i]` the
    cell it starts at, from 0; `columns` has one item more, the width of the whole line.
    """

    cells: Sequence[str]
    columns: Sequence[int]

    @property
    def width(self) -> int:
        """How many cells the line takes."""
        return self.columns[-1]

    def column(self, index: int) -> int:
        """The cell at which code point `index` starts; past the end of the line, its width."""
        return self.columns[max(0, min(index, len(self.columns) - 1))]

    def cut(self, start: int, end: int) -> str:
        """The cells from `start` to `end`, with an ellipsis where something is left out."""
        start, end = max(start, 0), min(end, self.width)
        first = bisect_left(self.columns, start + 1) if start > 0 else 0
        cut_right = end < self.width
        last = bisect_right(self.columns, end - 1) - 1 if cut_right else len(self.cells)
        last = max(first, min(last, len(self.cells)))
        # What is left of a wide character is space.
        left = ELLIPSIS + " " * (min(self.columns[first], end - cut_right) - start - 1) if start > 0 else ""
        right = " " * max(end - 1 - self.columns[last], 0) + ELLIPSIS if cut_right else ""
        return left + "".join(self.cells[first:last]) + right


def show_line(text: str) -> ShownLine:
    """A line of a file, without its line ending, as it is shown."""
    if text.isascii() and text.isprintable():
        return ShownLine(text, range(len(text) + 1))
    cells: list[str] = []
    columns = [0]
    for cluster in _clusters(text):
        start = columns[-1]
        shown, width = _show(cluster, start)
        cells += [shown, *("" for _ in cluster[1:])]
        columns += [start + width] * len(cluster)
    return ShownLine(cells, columns)


def width_of(text: str) -> int:
    """How many cells a printable text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - most files never need it

    return cell_len(text)


def _clusters(text: str) -> Iterator[str]:
    """The characters of a text, each with the marks and joined characters that are drawn with it."""
    start = 0
    for index in range(1, len(text)):
        if not _continues(text[index - 1], text[index]):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _continues(before: str, char: str) -> bool:
    if char.isascii() or stand_in(before) or stand_in(char):
        return False
    return _JOINER in (before, char) or width_of(char) == 0


def _show(cluster: str, column: int) -> tuple[str, int]:
    """What is shown for a cluster that starts at `column`, and how many cells that takes."""
    if cluster == "\t":
        width = TAB_STOP - column % TAB_STOP
        return " " * width, width
    shown = (stand_in(cluster) if len(cluster) == 1 else None) or _without_stray_joiners(cluster)
    width = width_of(shown)
    if width == 0:
        # A mark without a character to be on would be drawn on what is shown before it.
        shown = "".join(escape_sequence(char) if width_of(char) == 0 else char for char in cluster)
        width = width_of(shown)
    return shown, width


def _without_stray_joiners(cluster: str) -> str:
    """A cluster in which joiners that shape nothing can be seen: after ASCII, or with nothing after them."""
    if not SHAPING.intersection(cluster):
        return cluster
    shown = []
    for index, char in enumerate(cluster):
        before = cluster[index - 1] if index else ""
        joins = before and not before.isascii() and before not in SHAPING
        ends = char == _JOINER and index == len(cluster) - 1
        shown.append(escape_sequence(char) if char in SHAPING and (ends or not joins) else char)
    return "".join(shown)

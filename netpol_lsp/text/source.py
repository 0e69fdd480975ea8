"""A text with its identity, and the mapping between offsets, lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# LSP and YAML 1.2 agree: NEL, U+2028 and form feed do not end a line.
_LINE_END = re.compile(r"\r\n|\n|\r")
_with_line_feed = (1).__add__
BOM = "\ufeff"


def _units(text: str, encoding: Encoding) -> int:
    """The length of `text` in code units of `encoding`."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(char > "\uffff" for char in text)
    return len(text.encode("utf-8", "surrogatepass"))


class LineIndex:
    """Offsets of a text's lines; converts between offsets and (line, column), both from 0."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        if "\r" in text:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        else:
            # The usual case, ten times as fast: an editor asks for a new index with each keystroke.
            self._starts = [0, *accumulate(map(_with_line_feed, map(len, text.split("\n")[:-1])))]

    def edited(self, span: Span, new: str, text: str) -> LineIndex:
        """The index of `text`, which is this one's text with `new` in place of a span: most lines are as they were."""
        if "\r" in self._text or "\r" in new:
            return LineIndex(text)
        starts, delta = self._starts, len(new) - len(span)
        first, behind = bisect_right(starts, span.start), bisect_right(starts, span.end)
        inside = [span.start + match.end() for match in _LINE_END.finditer(new)]
        index = LineIndex("")
        index._text = text
        index._starts = [*starts[:first], *inside, *[start + delta for start in starts[behind:]]]
        return index

    @property
    def line_count(self) -> int:
        """How many lines the text has; an empty text has one."""
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """The line that holds `offset`."""
        return bisect_right(self._starts, offset) - 1

    def column_of(self, offset: int) -> int:
        """The column of `offset` in code points."""
        return offset - self._starts[bisect_right(self._starts, offset) - 1]

    def line_start(self, line: int) -> int:
        """The offset of the first character of `line`; past the last line, the text's length."""
        return self._starts[line] if line < len(self._starts) else len(self._text)

    def line_end(self, line: int) -> int:
        """The offset after the last character of `line`, without its line ending."""
        end = self.line_start(line + 1)
        start = self.line_start(line)
        while end > start and self._text[end - 1] in "\r\n":
            end -= 1
        return end

    def line_text(self, line: int) -> str:
        """The text of `line` without its line ending."""
        return self._text[self.line_start(line) : self.line_end(line)]

    def position(self, offset: int, encoding: Encoding = "utf-32") -> tuple[int, int]:
        """The (line, column) of `offset`, the column in code units of `encoding`."""
        offset = max(0, min(offset, len(self._text)))
        line = self.line_of(offset)
        return line, _units(self._text[self._starts[line] : offset], encoding)

    def offset(self, line: int, column: int, encoding: Encoding = "utf-32") -> int:
        """The offset of (line, column); columns past the line's end mean its end."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        start, end = self._starts[line], self.line_end(line)
        if encoding == "utf-32":
            return min(start + max(column, 0), end)
        text = self._text[start:end]
        if text.isascii():
            return min(start + max(column, 0), end)
        seen = 0
        for index, char in enumerate(text):
            if seen >= column:
                return start + index
            seen += _units(char, encoding)
        return end


@dataclass(frozen=True)
class Source:
    """A text to analyse.

    `uri` names it (a path as the user gave it, or a document URI); `text` has no byte order mark
    (`has_bom` remembers one, so that it is written back); `version` is the editor's, or None.
    """

    uri: str
    text: str
    version: int | None = None
    has_bom: bool = field(default=False, compare=False)
    known_lines: LineIndex | None = field(default=None, compare=False, repr=False)

    @lazy
    def lines(self) -> LineIndex:
        """The line index: `known_lines` where the maker had it already, else built at first use."""
        return self.known_lines if self.known_lines is not None else LineIndex(self.text)

    @lazy
    def newline(self) -> str:
        """The line ending that the text uses (its first one); a line feed when it has none."""
        match = _LINE_END.search(self.text)
        return match.group() if match else "\n"

    def slice(self, start: int, end: int) -> str:
        """The text of `[start, end)`."""
        return self.text[start:end]


def make_source(uri: str, text: str, version: int | None = None, lines: LineIndex | None = None) -> Source:
    """A source for `text`, whose leading byte order mark, if any, is taken off and remembered.

    `lines` are those of `text`, where they are known already.
    """
    if text.startswith(BOM):
        return Source(uri, text[1:], version, has_bom=True)
    return Source(uri, text, version, known_lines=lines)

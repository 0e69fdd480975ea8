"""Where a cursor is in a document that need not be finished: from indentation, not from a parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from netpol_lsp.text.source import LineIndex
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.cursor.flow import FlowEnd, FlowPlace, find_in_flow
from netpol_lsp.yaml.line_scanner import comment_start, skip_spaces
from netpol_lsp.yaml.manifests import readable_at
from netpol_lsp.yaml.paths import Path

_KEY = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s#\-?{}\[\],&*!|>'"%@`:][^\s#:]*(?::(?!\s|$)[^\s:]*)*|-[^\s:]+)[ \t]*:(?=\s|$)"""
)
_DASH = re.compile(r"-(?=\s|$)[ \t]*")
_COMMENT = re.compile(r"(?:^|(?<=\s))#")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*+(?:[ \t]+|(?=\s|\Z)))++")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
_TOP_KEY = re.compile(r"^[A-Za-z][\w-]*:(?=\s|$)", re.MULTILINE)


class CursorContext(StrEnum):
    """What belongs at the cursor."""

    CONTENT = "content"
    """Whatever the value at `path` can start with: a key of a mapping, a scalar; a list item, with a dash."""
    VALUE = "value"
    """The value after a key on its line."""
    COMMENT = "comment"
    NOTHING = "nothing"
    """Inside a text where nothing can be offered."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the cursor is.

    `path`: for CONTENT the value that the word is a part of (a mapping's path for a key), for VALUE the key's.
    `items`: a list that could get another item here, its dash in `column`. `word`: what is being typed, with
    its quotes; empty at the cursor otherwise. `siblings`: the other keys of the mapping. `has_colon`: the word
    is a key already. `needs_space`: no space is after the colon yet. `column`: of the word, from 0.
    """

    place: CursorContext
    path: Path = ()
    word: Span = field(default_factory=lambda: Span(0, 0))
    column: int = 0
    siblings: tuple[str, ...] = ()
    in_flow: bool = False
    has_colon: bool = False
    needs_space: bool = False
    items: Path | None = None


@dataclass(frozen=True, slots=True)
class _Opener:
    """A key or dash of a line. `name` is None for a dash. `mark`: after its sign; `end`: after the spaces after that."""

    column: int
    start: int
    mark: int
    end: int
    name: str | None = None


@dataclass(slots=True)
class _Open:
    """A key or list item that is open: `step` is its name or index. `is_filled`: its value is on its line."""

    column: int
    step: str | int
    is_filled: bool = False


def find_cursor(text: str, offset: int) -> Cursor:
    """Where `offset` is in the text of one document."""
    return _Finder(readable_at(text, offset), offset).find()


class _Finder:
    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.offset = offset
        self.lines = LineIndex(text)
        self.line = self.lines.line_of(offset)
        self.stack: list[_Open] = []

    def find(self) -> Cursor:
        """Walk the lines down to the cursor's."""
        line = self._first_line()
        while line < self.line:
            following = self._pass(line)
            if isinstance(following, Cursor):
                return following
            line = following
        return self._on_line()

    def _first_line(self) -> int:
        """A line above which nothing matters: the last key at the margin, else the first line."""
        starts = [match.start() for match in _TOP_KEY.finditer(self.text, 0, self.lines.line_start(self.line))]
        return self.lines.line_of(starts[-1]) if starts else 0

    def _pass(self, line: int) -> int | Cursor:
        """Take in a line above the cursor; gives the next line to look at, or the cursor when it is in a value of this line."""
        start, end = self.lines.line_start(line), self.lines.line_end(line)
        openers = list(_openers(self.text, start, end))
        if self._is_idle(start, end):
            return line + 1
        for opener in openers:
            self._push(opener)
        at = openers[-1].end if openers else skip_spaces(self.text, start, end)
        at = _skip_properties(self.text, at, end)
        if openers and at < end and self.text[at] != "#":
            self.stack[-1].is_filled = True
        if at < end and self.text[at] in "{[" and self.text[at : at + 2] != "{{":
            return self._pass_flow(at)
        if openers and _BLOCK_SCALAR.match(self.text[at:end]):
            return self._pass_block_scalar(line, openers)
        return line + 1

    def _pass_flow(self, at: int) -> int | Cursor:
        column = self._column_around() if self.stack else -1
        found = find_in_flow(self.text, at, self.offset, column)
        if isinstance(found, FlowPlace):
            return self._flow_cursor(found)
        return min(self.lines.line_of(max(found.offset - 1, at)) + 1, self.line)

    def _column_around(self) -> int:
        """The column of the innermost key: a line that is not indented further is outside of its value."""
        return next((entry.column for entry in reversed(self.stack) if isinstance(entry.step, str)), 0)

    def _pass_block_scalar(self, line: int, openers: list[_Opener]) -> int | Cursor:
        """Skip the text of a block scalar: the lines that are indented further than its key."""
        keys = [opener.column for opener in openers if opener.name is not None]
        column = keys[-1] if keys else openers[-1].column
        line += 1
        while line < self.lines.line_count:
            start, end = self.lines.line_start(line), self.lines.line_end(line)
            if self.text[start:end].strip() and skip_spaces(self.text, start, end) - start <= column:
                return min(line, self.line)
            if line == self.line and (self.text[start:end].strip() or self.offset - start > column):
                return Cursor(CursorContext.NOTHING)
            if line == self.line:
                return line
            line += 1
        return self.line

    def _is_idle(self, start: int, end: int) -> bool:
        """Whether a line is space, a comment or a mark."""
        text = self.text[start:end].strip()
        return not text or text.startswith(("#", "---", "...", "%"))

    def _push(self, opener: _Opener) -> None:
        """Open a key or a dash, closing what it ends."""
        stack = self.stack
        while stack and stack[-1].column > opener.column:
            stack.pop()
        top = stack[-1] if stack and stack[-1].column == opener.column else None
        if opener.name is None:
            if top is not None and isinstance(top.step, int):
                top.step, top.is_filled = top.step + 1, False
            else:
                stack.append(_Open(opener.column, 0))
            return
        # A key at the column of dashes ends a list that is not indented under its key.
        while stack and stack[-1].column == opener.column:
            stack.pop()
        stack.append(_Open(opener.column, opener.name))

    def _on_line(self) -> Cursor:
        """The cursor on its own line."""
        start, end = self.lines.line_start(self.line), self.lines.line_end(self.line)
        comment = comment_start(self.text, start, end)
        if comment is not None and comment < self.offset:
            return Cursor(CursorContext.COMMENT, word=Span(comment, end))
        if self.text[start : start + 3] in ("---", "...") and self.offset - start <= 3:
            return Cursor(CursorContext.NOTHING)
        for opener in _openers(self.text, start, end):
            if opener.name is None and self.offset < opener.end:
                break
            if opener.name is not None and self.offset < opener.mark:
                return self._on_key(opener)
            self._push(opener)
            if opener.name is not None:
                return self._on_value(opener, end)
        return self._on_word(start, end if comment is None else comment)

    def _on_key(self, opener: _Opener) -> Cursor:
        """The cursor is in or before a key of its line."""
        if self.offset < opener.start:
            return Cursor(CursorContext.NOTHING)
        colon = self.text.rindex(":", opener.start, opener.mark)
        end = opener.start + len(self.text[opener.start : colon].rstrip())
        # Blanks between the key and the colon belong to the key when the cursor is after them.
        word = Span(opener.start, max(end, self.offset))
        return self._content(word, opener.column, has_colon=True)

    def _on_value(self, opener: _Opener, end: int) -> Cursor:
        """The cursor is after the colon of a key."""
        path = self._path()
        at = _skip_properties(self.text, opener.end, end)
        if at < self.offset and at < end and self.text[at] in "{[" and self.text[at : at + 2] != "{{":
            found = find_in_flow(self.text, at, self.offset, opener.column)
            return Cursor(CursorContext.NOTHING) if isinstance(found, FlowEnd) else self._flow_cursor(found)
        comment = comment_start(self.text, opener.mark, end)
        last = len(self.text[: end if comment is None else comment].rstrip())
        if last > opener.mark and self.offset < at:
            return Cursor(CursorContext.NOTHING)
        if last <= opener.mark:
            word = Span(self.offset, self.offset)
        elif self.offset > last:
            return Cursor(CursorContext.NOTHING)
        else:
            word = Span(at, last)
        needs_space = self.text[word.start - 1 : word.start] == ":"
        return Cursor(
            CursorContext.VALUE, path, word, word.start - self.lines.line_start(self.line), needs_space=needs_space
        )

    def _on_word(self, start: int, end: int) -> Cursor:
        """The cursor is on a word that is no key yet, or on none."""
        begin = max(start, self._after_dashes(start))
        if begin < end and self.text[begin] in "{[" and begin < self.offset and self.text[begin : begin + 2] != "{{":
            column = begin - start if self.stack else -1
            found = find_in_flow(self.text, begin, self.offset, column - 1 if self.stack else -1)
            return Cursor(CursorContext.NOTHING) if isinstance(found, FlowEnd) else self._flow_cursor(found)
        last = len(self.text[:end].rstrip())
        first = skip_spaces(self.text, begin, end)
        if first <= self.offset <= last and first < last:
            if " " in self.text[first : self.offset] and self.text[first] not in "\"'":
                return Cursor(CursorContext.NOTHING)
            return self._content(Span(first, last), first - start)
        if self.offset > last and first < last:
            return Cursor(CursorContext.NOTHING)
        return self._content(Span(self.offset, self.offset), self.offset - start)

    def _after_dashes(self, start: int) -> int:
        """The offset after the dashes of the line that are before the cursor."""
        at = start
        for opener in _openers(self.text, start, self.lines.line_end(self.line)):
            if opener.name is not None or opener.end > self.offset:
                break
            at = opener.end
        return at

    def _content(self, word: Span, column: int, *, has_colon: bool = False) -> Cursor:
        """Something new at a column: a key beside others there, or the first thing inside the innermost open value."""
        while self.stack and self.stack[-1].column > column:
            self.stack.pop()
        items: Path | None = None
        if self.stack and self.stack[-1].column < column and self.stack[-1].is_filled:
            return Cursor(CursorContext.NOTHING)
        if self.stack and self.stack[-1].column == column:
            if isinstance(self.stack[-1].step, int):
                items = self._path()[:-1]
                self.stack.pop()
            if self.stack and self.stack[-1].column == column:
                if items is None and not self.stack[-1].is_filled:
                    items = self._path()
                self.stack.pop()
        elif self.stack and isinstance(self.stack[-1].step, str):
            items = self._path()
        siblings = (*reversed(list(self._siblings_above(column))), *self._siblings_below(column, word))
        is_tight = self.text[word.start - 1 : word.start] == "-" and word.start > 0
        return Cursor(
            CursorContext.CONTENT,
            self._path(),
            word,
            column,
            siblings,
            has_colon=has_colon,
            needs_space=is_tight,
            items=items,
        )

    def _siblings_above(self, column: int) -> Iterator[str]:
        """The keys at the same column above, from the nearest on, as far as the mapping goes."""
        for first, here in self._keys_at(column, range(self.line - 1, -1, -1)):
            yield from (opener.name or "" for opener in here)
            if first < column:
                return

    def _siblings_below(self, column: int, word: Span) -> Iterator[str]:
        """Those on the cursor's line and below; the word under the cursor is none."""
        for first, here in self._keys_at(column, range(self.line, self.lines.line_count)):
            if first < column and not (here and here[0].start <= self.lines.line_end(self.line)):
                return
            yield from (opener.name or "" for opener in here if not word.start <= opener.start <= word.end)

    def _keys_at(self, column: int, numbers: range) -> Iterator[tuple[int, list[_Opener]]]:
        """For each line with content: the column where it starts, and its key at `column`, if any."""
        for number in numbers:
            start, end = self.lines.line_start(number), self.lines.line_end(number)
            if not self._is_idle(start, end):
                openers = list(_openers(self.text, start, end))
                first = openers[0].column if openers else skip_spaces(self.text, start, end) - start
                yield first, [one for one in openers if one.column == column and one.name is not None]

    def _flow_cursor(self, found: FlowPlace) -> Cursor:
        path = self._path() + found.steps
        place = CursorContext.VALUE if found.is_value and path and isinstance(path[-1], str) else CursorContext.CONTENT
        column = found.word.start - self.lines.line_start(self.lines.line_of(found.word.start))
        before = self.text[found.word.start - 1 : found.word.start]
        needs_space = place is CursorContext.VALUE and before == ":"
        return Cursor(
            place,
            path,
            found.word,
            column,
            found.siblings,
            in_flow=True,
            has_colon=found.has_colon,
            needs_space=needs_space,
        )

    def _path(self) -> Path:
        return tuple(entry.step for entry in self.stack)


def _openers(text: str, start: int, end: int) -> Iterator[_Opener]:
    """The dashes and the key at the start of a line."""
    at = skip_spaces(text, start, end)
    while match := _DASH.match(text, at, end):
        yield _Opener(at - start, at, at + 1, match.end())
        at = match.end()
    at = _skip_properties(text, at, end)
    match = _KEY.match(text, at, end)
    if match is not None:
        name = match.group(1)
        if name[0] in "\"'":
            name = name[1:-1]
        yield _Opener(at - start, at, match.end(), skip_spaces(text, match.end(), end), name)


def _skip_properties(text: str, start: int, end: int) -> int:
    """After anchors and tags."""
    match = _PROPERTIES.match(text, start, end)
    return match.end() if match else start

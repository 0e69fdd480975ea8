"""The lines of a text, read one by one: what is on each where the text as a whole cannot be parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import LineIndex
from netpol_lsp.text.span import Span

BLANKS = " \t\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
"""Blanks and what looks like one, for a character class."""

_HEAD = re.compile(rf"(?P<indent>[{BLANKS}]*)(?P<dashes>(?:-(?:[{BLANKS}]+|\Z))*)")
_KEY = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'\#\[\]{},&*!|>%@`-][^\s\#]*?|-[^\s\#]+?)[ \t]*:(?=\s|\Z)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Line:
    """One line. Offsets count from the text's start.

    `indent`: how many spaces lead it; `dashes`: where its leading list dashes stand; `body`: what follows
    them, without a comment and trailing spaces; `comment`: where its comment starts, or None.
    """

    number: int
    start: int
    end: int
    indent: int
    dashes: tuple[int, ...]
    body_start: int
    body: str
    comment: int | None

    @lazy
    def is_empty(self) -> bool:
        """Whether there is nothing but spaces and comment on it."""
        return not self.body and not self.dashes

    @property
    def is_separator(self) -> bool:
        """Whether it is `---` or `...`."""
        return self.indent == 0 and self.body[:3] in ("---", "...") and self.body[3:4] in ("", " ", "\t")

    @lazy
    def key(self) -> str | None:
        """The key that its body starts with, without quotes."""
        match = _KEY.match(self.body)
        if match is None:
            return None
        key = match["key"]
        return key[1:-1] if key[0] in "\"'" else key

    @lazy
    def key_span(self) -> Span:
        """Where the key is, or the first word."""
        match = _KEY.match(self.body)
        length = match.end("key") if match else len(self.body.split()[0]) if self.body.split() else 0
        return Span(self.body_start, self.body_start + length)

    @lazy
    def value(self) -> str:
        """What is after the key's colon; the whole body where there is no key."""
        match = _KEY.match(self.body)
        return self.body[match.end() :].strip() if match else self.body

    @property
    def value_start(self) -> int:
        """Where the value starts; the body's end when there is none."""
        return self.body_start + len(self.body) - len(self.value) if self.value else self.body_end

    @property
    def body_end(self) -> int:
        """The offset after the body."""
        return self.body_start + len(self.body)

    @property
    def column(self) -> int:
        """The column of the first sign: a dash or the body."""
        return self.indent

    @property
    def body_column(self) -> int:
        """The column of the body, after the dashes."""
        return self.body_start - self.start


def read_lines(text: str, index: LineIndex | None = None) -> list[Line]:
    """The lines of a text."""
    index = index or LineIndex(text)
    return [read_line(index.line_text(number), number, index.line_start(number)) for number in range(index.line_count)]


def read_line(text: str, number: int = 0, start: int = 0) -> Line:
    """One line, given without its ending; `start` is its offset."""
    head = _HEAD.match(text)
    assert head is not None
    dashes = tuple(start + at for at in range(head.start("dashes"), head.end("dashes")) if text[at] == "-")
    at = head.end()
    comment = comment_start(text, at)
    body = text[at : comment if comment is not None else len(text)].rstrip()
    return Line(
        number=number,
        start=start,
        end=start + len(text),
        indent=len(head["indent"]),
        dashes=dashes,
        body_start=start + at,
        body=body,
        comment=None if comment is None else start + comment,
    )


def comment_start(text: str, start: int = 0, end: int | None = None) -> int | None:
    """Where a comment starts on the line from `start` to `end`, or None; a `#` after quotes that open starts none until they close."""
    at = start
    end = len(text) if end is None else end
    if text.find("#", start, end) < 0:
        return None
    while at < end:
        char = text[at]
        if char in "\"'" and _quote_may_open(text, at):
            closed = closing_quote(text, at, end)
            if closed is None:
                return None
            at = closed
        elif char == "#" and (at == 0 or text[at - 1].isspace() or text[at - 1] in "\u200b\ufeff"):
            return at
        at += 1
    return None


def skip_spaces(text: str, start: int, end: int) -> int:
    """The offset of the first character from `start` to `end` that is neither a space nor a tab."""
    while start < end and text[start] in " \t":
        start += 1
    return start


def _quote_may_open(text: str, at: int) -> bool:
    """Whether quotes at a place can open: at the start, after a space or after what separates values."""
    return at == 0 or text[at - 1] in "[{,(:" or text[at - 1].isspace()


_CLOSED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL),
    "'": re.compile(r"'(?:[^']|'')*+'"),
}
_FLOW_SIGN = re.compile("[\"'\\[\\]{}]")


def closing_quote(text: str, at: int, end: int | None = None) -> int | None:
    """Where the quotes that open at `at` are closed before `end`, or None."""
    found = _CLOSED[text[at]].match(text, at, len(text) if end is None else end)
    return found.end() - 1 if found is not None else None


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow brackets of a text: offsets of those that stay open and of those that close nothing; quotes are skipped.

    `quote` is where quotes open that are not closed; what follows them is not read.
    """

    opened: tuple[int, ...]
    closed: tuple[int, ...]
    quote: int | None = None


def read_flow(text: str) -> Flow:
    """The flow brackets of a text."""
    opened: list[int] = []
    closed: list[int] = []
    for at, is_opening in flow_signs(text):
        if is_opening is None:
            return Flow(tuple(opened), tuple(closed), at)
        if is_opening:
            opened.append(at)
        elif opened:
            opened.pop()
        else:
            closed.append(at)
    return Flow(tuple(opened), tuple(closed))


def flow_signs(text: str) -> Iterator[tuple[int, bool | None]]:
    """The flow brackets outside of quotes: where each is, and whether it opens. The last one is None for quotes that stay open."""
    found = _FLOW_SIGN.search(text)
    while found is not None:
        at = found.start()
        char = text[at]
        if char in "[{]}":
            yield at, char in "[{"
        elif _quote_may_open(text, at):
            end = closing_quote(text, at)
            if end is None:
                yield at, None
                return
            at = end
        found = _FLOW_SIGN.search(text, at + 1)


def open_brackets(text: str) -> int:
    """How many flow brackets stay open after a text. Negative: too many are closed."""
    flow = read_flow(text)
    return len(flow.opened) - len(flow.closed)

"""Where a cursor is inside flow collections, `{...}` and `[...]`, finished or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import closing_quote

_PLAIN = re.compile(r"(?:[^,\[\]{}:#\s]|:(?![\s,\[\]{}]|\Z)|(?<!\s)#|[ \t]+(?=[^,\[\]{}:#\s]))++")
_BLOCK_KEY = re.compile(r"(?P<indent> *)(?:- +)*[\"']?[A-Za-z][\w./-]*[\"']?:(?=[ \t\r\n]|\Z)")


@dataclass(slots=True)
class Level:
    """One open collection. For a mapping `key` is the key whose value is expected, None where a key is; `keys` are all of its keys."""

    is_mapping: bool
    key: str | None = None
    index: int = 0
    keys: list[str] = field(default_factory=list)
    after_colon: bool = False

    @property
    def step(self) -> str | int | None:
        """The way to the value that is open in it; None before a key."""
        if self.is_mapping:
            return self.key if self.after_colon else None
        return self.index


@dataclass(frozen=True, slots=True)
class FlowPlace:
    """Where the cursor is: the steps from the outermost collection, and the word under it.

    `steps` end with the key or index whose value the word is when `is_value`; else the word is, or becomes,
    a key of the mapping after the steps.
    """

    steps: tuple[str | int, ...]
    is_value: bool
    word: Span
    siblings: tuple[str, ...]
    has_colon: bool


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """The flow collection ended, or was given up, before the cursor: at `offset`."""

    offset: int


def find_in_flow(text: str, start: int, cursor: int, column: int) -> FlowPlace | FlowEnd:
    """Where `cursor` is in the collection that opens at `start`.

    `column` is that of the key which holds the collection, -1 for a document that is one: a line with a
    block key at that column or further left shows that the collection was never closed.
    """
    scanner = _Scanner(text, start, column)
    for token in scanner.tokens():
        if token.start > cursor or (token.start == cursor and not token.is_word):
            break
        if token.is_word and token.start <= cursor <= token.end:
            return scanner.place(token, cursor)
        scanner.take(token)
        if not scanner.levels:
            return FlowEnd(token.end)
    if scanner.gave_up_at is not None and cursor >= scanner.gave_up_at:
        return FlowEnd(scanner.gave_up_at)
    return scanner.place(None, cursor)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    is_word: bool


class _Scanner:
    def __init__(self, text: str, start: int, column: int) -> None:
        self.text = text
        self.start = start
        self.column = column
        self.levels: list[Level] = []
        self.gave_up_at: int | None = None

    def tokens(self, start: int | None = None) -> Iterator[_Token]:
        """The words and signs from `start` on."""
        at, text = self.start if start is None else start, self.text
        while at < len(text):
            char = text[at]
            if char in "\r\n" and self._was_never_closed(at):
                self.gave_up_at = at
                return
            if char.isspace():
                at += 1
            elif char == "#" and (at == 0 or text[at - 1].isspace()):
                at = _line_end(text, at)
            elif char in "\"'":
                end = _quoted_end(text, at)
                yield _Token(at, end, text[at + 1 : end].rstrip(char), is_word=True)
                at = end
            elif char in "{}[],:":
                yield _Token(at, at + 1, char, is_word=False)
                at += 1
            else:
                match = _PLAIN.match(text, at)
                end = match.end() if match else at + 1
                yield _Token(at, end, text[at:end], is_word=True)
                at = end

    def take(self, token: _Token) -> None:
        """Go on after a token."""
        if token.is_word:
            self._take_word(token.text)
        elif token.text in "{[":
            self.levels.append(Level(token.text == "{"))
        elif token.text in "}]":
            self.levels.pop()
        elif self.levels and token.text == ",":
            top = self.levels[-1]
            top.key, top.after_colon, top.index = None, False, top.index + 1
        elif self.levels and self.levels[-1].is_mapping:
            self.levels[-1].after_colon = True

    def place(self, token: _Token | None, cursor: int) -> FlowPlace:
        """The place of a cursor on a word, or between words."""
        word = Span(token.start, token.end) if token is not None else Span(cursor, cursor)
        top = self.levels[-1]
        steps = [level.step for level in self.levels if level.step is not None]
        if not top.is_mapping or top.after_colon:
            return FlowPlace(tuple(steps), is_value=True, word=word, siblings=(), has_colon=False)
        following = [self._key_behind(one) for one in self._rest_of_level(word.end)]
        siblings = tuple(key for key in (*top.keys, *following) if key is not None)
        return FlowPlace(tuple(steps), False, word, siblings, has_colon=self._colon_at(word.end))

    def _take_word(self, text: str) -> None:
        if self.levels and self.levels[-1].is_mapping and not self.levels[-1].after_colon:
            self.levels[-1].key = text
            self.levels[-1].keys.append(text)

    def _rest_of_level(self, start: int) -> Iterator[_Token]:
        """The words after `start` that are on the level of the cursor."""
        depth = 0
        for token in self.tokens(start):
            if not token.is_word and token.text in "{[":
                depth += 1
            elif not token.is_word and token.text in "}]":
                depth -= 1
                if depth < 0:
                    return
            elif token.is_word and depth == 0:
                yield token

    def _key_behind(self, token: _Token) -> str | None:
        """A word's text when it is a key."""
        return token.text if self._colon_at(token.end) else None

    def _colon_at(self, offset: int) -> bool:
        return re.match(r"[ \t]*:", self.text[offset : offset + 40]) is not None

    def _was_never_closed(self, at: int) -> bool:
        """Whether the line after the break at `at` belongs to the block around the collection."""
        following = at + 2 if self.text[at : at + 2] == "\r\n" else at + 1
        match = _BLOCK_KEY.match(self.text, following)
        return match is not None and len(match["indent"]) <= self.column


def _quoted_end(text: str, start: int) -> int:
    """The offset after a quoted word; one that is not closed ends with its line."""
    end = _line_end(text, start)
    closed = closing_quote(text, start, end)
    return end if closed is None else closed + 1


def _line_end(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] not in "\r\n":
        offset += 1
    return offset

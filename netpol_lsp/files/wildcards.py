r"""Wildcards of one path component, matched in time that grows with pattern times text whatever they are.

As git's `wildmatch`: `*` any characters, `?` one, `[a-z]`, `[!a-z]` and `[[:alpha:]]` one of some, `\` takes the next
character as it is. Each piece between two `*` has a fixed length, so the leftmost place for it is always as good as any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
LONGEST_PATTERN = 4096
"""As long as a path can be."""


class InvalidPatternError(ValueError):
    """A pattern that can match nothing, such as one with a bracket that is not closed."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is between two `*`: always `length` characters. Either `literal`, or what `regex` matches."""

    literal: str
    regex: re.Pattern[str] | None
    length: int

    def is_at(self, text: str, at: int) -> bool:
        """Whether the piece is at an offset."""
        return text.startswith(self.literal, at) if self.regex is None else self.regex.match(text, at) is not None

    def find(self, text: str, at: int) -> int:
        """The offset where the piece is first from `at` on; -1 where it does not."""
        if self.regex is None:
            return text.find(self.literal, at)
        found = self.regex.search(text, at)
        return found.start() if found is not None else -1


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A compiled component. `prefix` and `suffix` are characters that all it matches starts and ends with."""

    prefix: str
    suffix: str
    pieces: tuple[_Piece, ...]

    @property
    def is_literal(self) -> bool:
        """Whether it matches one text only: its prefix."""
        return len(self.pieces) == 1 and self.pieces[0].regex is None

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` is matched."""
        first, *middle, last = self.pieces if len(self.pieces) > 1 else (*self.pieces, _NOTHING)
        end = len(text) - last.length
        if first.length > end or not first.is_at(text, 0) or not last.is_at(text, end):
            return False
        if len(self.pieces) == 1:
            return first.length == len(text)
        at = first.length
        for piece in middle:
            found = piece.find(text, at)
            if found < 0:
                return False
            at = found + piece.length
        return at <= end


_NOTHING = _Piece("", None, 0)


def compile_wildcard(pattern: str) -> Wildcard:
    """Compile one component; raises InvalidPatternError."""
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidPatternError(pattern)
    pieces: list[_Piece] = []
    signs: list[str | _Set] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            # Two in a row are one; what is empty between them matches anywhere.
            if signs or not pieces:
                pieces.append(_piece(signs))
                signs = []
        elif char == "?":
            signs.append(_Set("[^/]"))
        elif char == "[":
            text, at = _bracket(pattern, at)
            signs.append(_Set(text))
        elif char == "\\":
            if at == len(pattern):
                raise InvalidPatternError(pattern)
            signs.append(pattern[at])
            at += 1
        else:
            signs.append(char)
    pieces.append(_piece(signs))
    return Wildcard(pieces[0].literal, pieces[-1].literal, tuple(pieces))


class _Set(str):
    """A regular expression for one character of several."""

    __slots__ = ()


def _piece(signs: list[str | _Set]) -> _Piece:
    if not any(isinstance(sign, _Set) for sign in signs):
        return _Piece("".join(signs), None, len(signs))
    text = "".join(sign if isinstance(sign, _Set) else re.escape(sign) for sign in signs)
    return _Piece("", re.compile(text, re.DOTALL), len(signs))


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """A bracket whose inside starts at `at`, as a regular expression for one character, and the offset after it."""
    negated = pattern[at : at + 1] in ("!", "^")
    start = at = at + negated
    listed: list[str] = []
    while True:
        if at >= len(pattern):
            raise InvalidPatternError(pattern)
        char = pattern[at]
        if char == "]" and at > start:
            break
        if char == "[" and pattern.startswith("[:", at):
            end = pattern.find(":]", at + 2)
            name = pattern[at + 2 : end] if end >= 0 else ""
            if name not in _CLASSES:
                raise InvalidPatternError(pattern)
            listed.append(_CLASSES[name])
            at = end + 2
            continue
        first, at = _one(pattern, at)
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("]", ""):
            last, at = _one(pattern, at + 1)
            if first <= last:
                listed.append(f"{re.escape(first)}-{re.escape(last)}")
            continue
        listed.append(re.escape(first))
    inside = "".join(listed)
    if not inside:
        return ("(?!/).", at + 1) if negated else ("(?!)", at + 1)
    return (f"[^/{inside}]" if negated else f"(?!/)[{inside}]"), at + 1


def _one(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at] == "\\":
        at += 1
    if at >= len(pattern):
        raise InvalidPatternError(pattern)
    return pattern[at], at + 1

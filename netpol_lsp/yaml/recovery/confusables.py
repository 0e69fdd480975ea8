"""Characters that introduced by copy and paste: spaces that are none, quotes and colons that only look like them.

Everything in a NetworkPolicy but comments and annotation values is ASCII. So a look-alike elsewhere is
damage, when what is left of the line without look-alikes is plain ASCII; in text that people wrote it stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line, read_line, read_lines
from netpol_lsp.yaml.recovery.logical_lines import LogicalLine, LogicalLineKind, join_logical_lines
from netpol_lsp.yaml.recovery.prefilter import CONTROL, may_have_confusables

_SPACES = "\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NOTHING = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
# They start the items of a list on a page of text.
_BULLETS = "\u00b7\u2022\u2023\u2043\u2219\u25aa\u25cf\u25e6"
_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02\u300c\u300d"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\uff07"
_OTHERS = {"\ufe55": ":", "\u2236": ":", "\u3001": ",", "\u3010": "[", "\u3011": "]", "\u3002": "."}

_REPLACEMENTS: dict[str, str] = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_NOTHING, ""),
    **dict.fromkeys(_DASHES + _BULLETS, "-"),
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_SINGLE, "'"),
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "\uff02\uff07\uff0d"},
    **_OTHERS,
}
_LOOKALIKE = re.compile("[" + re.escape("".join(_REPLACEMENTS)) + "]")
_BLANK = frozenset(_SPACES + _NOTHING)
_FARTHEST = 500
"""How many lines up a line's key is looked for."""
_ANNOTATION_KEY = re.compile(r"[A-Za-z0-9][\w./-]*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Confusable:
    """Neighbouring damaged characters and what they should be. `is_refused`: the API server cannot read them here."""

    span: Span
    text: str
    is_refused: bool

    @property
    def edit(self) -> TextEdit:
        """The edit that repairs them."""
        return TextEdit(self.span, self.text)


def find_confusables(text: str, fields: frozenset[str]) -> list[Confusable]:
    """The damage of a text, in order; `fields` are known field names."""
    if not may_have_confusables(text):
        return []
    found = [Confusable(Span(*match.span()), "", is_refused=True) for match in CONTROL.finditer(text)]
    if not text.isascii():
        lines = read_lines(text)
        for row in join_logical_lines(lines, fields):
            if row.kind is LogicalLineKind.CONTENT or (
                row.kind is LogicalLineKind.EMPTY and row.line.end > row.line.start
            ):
                found += _in_row(text, row, lines)
            elif row.kind is LogicalLineKind.COMMENT:
                found += _in_blanks(text, row.line)
    return _joined(sorted(found, key=lambda damage: damage.span.start))


def describe(char: str) -> str:
    """A character's name for a message, as in `no-break space (U+00A0)`."""
    name = unicodedata.name(char, "").lower() or "control character"
    names = {"\ufeff": "byte order mark", "\u3000": "full-width space"}
    return f"{names.get(char, name)} (U+{ord(char):04X})"


def _in_blanks(text: str, line: Line) -> Iterator[Confusable]:
    """What looks like a space before a comment, or on a line of its own, is text for YAML."""
    end = line.comment if line.comment is not None else line.end
    for at in range(line.start, end):
        if text[at] in _BLANK:
            yield Confusable(Span(at, at + 1), _REPLACEMENTS[text[at]], is_refused=True)


def _in_row(text: str, row: LogicalLine, lines: list[Line]) -> Iterator[Confusable]:
    yield from _in_line(text, row.line, lines)
    is_flow = row.line.value[:1] in ("[", "{")
    for line in row.rest if is_flow else ():
        yield from _in_line(text, line, lines)


def _in_line(text: str, line: Line, lines: list[Line]) -> Iterator[Confusable]:
    end = line.comment if line.comment is not None else line.end
    raw = text[line.start : end]
    if raw.isascii():
        return
    mended = _mend(raw)
    clean = read_line("".join(mended), line.number, line.start)
    is_annotation = _holder(lines, line, clean) == "annotations"
    value_at = _value_offset(raw, mended, clean)
    if not is_annotation:
        whole = clean.body.isascii()
        value_at = len(raw) if whole else line.body_start - line.start
    elif clean.key is None or not _ANNOTATION_KEY.match(clean.key):
        value_at = line.body_start - line.start
    yield from _changed(raw, mended, line.start, 0, value_at, is_refused=True)
    if is_annotation and value_at < len(raw):
        yield from _in_annotation(raw, mended, line.start, value_at, is_key_sound=read_line(raw).key == clean.key)
    elif value_at < len(raw):
        trailing = len(raw) - len(raw.rstrip())
        yield from _changed(raw, mended, line.start, len(raw) - trailing, len(raw), is_refused=True)


def _in_annotation(
    raw: str, mended: list[str], start: int, value_at: int, *, is_key_sound: bool
) -> Iterator[Confusable]:
    """The ends of an annotation's value, and quotes around the whole of it; what is inside is the writer's."""
    value = raw[value_at:]
    blanks = _SPACES + _NOTHING + " \t"
    first = value_at + len(value) - len(value.lstrip(blanks))
    last = len(raw) - (len(value) - len(value.rstrip(blanks)))
    refused = not is_key_sound
    yield from _changed(raw, mended, start, value_at, first, is_refused=refused)
    if last > first:
        quotes = _DOUBLE + _SINGLE
        if raw[first] in quotes + "\"'" and raw[last - 1] in quotes + "\"'" and last - first > 1:
            inner = raw[first + 1 : last - 1]
            if '"' not in inner and "'" not in inner:
                yield from _changed(raw, mended, start, first, first + 1, is_refused=False)
                yield from _changed(raw, mended, start, last - 1, last, is_refused=False)
        yield from _changed(raw, mended, start, last, len(raw), is_refused=refused)


def _mend(raw: str) -> list[str]:
    """Each character of a line without its damage; separators get the space that must follow them."""
    mended = [_REPLACEMENTS.get(char, char) for char in raw]
    opened = ""
    for at, char in enumerate(raw):
        new = mended[at]
        if char not in _REPLACEMENTS:
            if char in "\"'":
                opened = "" if opened == char else opened or char
            continue
        following = mended[at + 1] if at + 1 < len(raw) else ""
        if new in (":", ",") and not opened and following and not following.isspace():
            mended[at] = new + " "
        elif new == "-" and following and raw[at + 1] in _SPACES and not "".join(mended[:at]).strip():
            mended[at + 1] = " "
    return mended


def _changed(
    raw: str, mended: list[str], start: int, first: int, last: int, *, is_refused: bool
) -> Iterator[Confusable]:
    for at in range(first, min(last, len(raw))):
        if mended[at] != raw[at]:
            yield Confusable(Span(start + at, start + at + 1), mended[at], is_refused)


def _value_offset(raw: str, mended: list[str], clean: Line) -> int:
    """Where the value starts in the damaged line, going by the clean one."""
    wanted = clean.key_span.end - clean.start + 1 if clean.key is not None else clean.body_start - clean.start
    length = 0
    for at, piece in enumerate(mended):
        if length >= wanted:
            return at
        length += len(piece)
    return len(raw)


def _holder(lines: list[Line], line: Line, clean: Line) -> str | None:
    """The key that a line is below, going by columns."""
    for number in range(line.number - 1, max(line.number - _FARTHEST, 0) - 1, -1):
        above = lines[number]
        if above.is_empty or above.indent >= max(clean.indent, 1):
            continue
        return above.key or read_line("".join(_mend(above.body))).key
    return None


def _joined(found: list[Confusable]) -> list[Confusable]:
    joined: list[Confusable] = []
    for damage in found:
        last = joined[-1] if joined else None
        if last is not None and last.span.end == damage.span.start and last.is_refused == damage.is_refused:
            joined[-1] = Confusable(Span(last.span.start, damage.span.end), last.text + damage.text, last.is_refused)
        elif last is None or last.span.end <= damage.span.start:
            joined.append(damage)
    return joined

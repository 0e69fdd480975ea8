"""A template's text as YAML can be read: one variant, each character where it was.

Branches that are not there and actions that put nothing in become spaces, an action in a value becomes a word
that stands for something unknown, and an action that brings whole lines becomes spaces and an `Opening`: the
collection at its column may hold anything more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.templates.masking import MASK
from netpol_lsp.yaml.templates.tokens import Token, TokenKind
from netpol_lsp.yaml.templates.variants import Variant

# Stands for what puts nothing in, until it is known whether spaces may be there.
_BLANK = "\ue002"
# The same, where what follows is joined to the line before.
_JOINED = "\ue003"
# Both sides of such a gap are in one word: spaces would cut it in two.
_IN_WORD = re.compile(rf"(?<=[^\s,\[\]{{}}:\"'#{_BLANK}{_JOINED}]){_BLANK}+(?=[^\s,\[\]{{}}:\"'#{_BLANK}{_JOINED}])")
_SPACES_AFTER = re.compile(r"[ \t]*")
_ALL_BLANKS = re.compile(f"[{_BLANK}{_JOINED}]+")
# A text that goes on on the next lines begins.
_BLOCK = re.compile(rf"(?:[:-][ \t]+|^[ \t]*)[|>][-+0-9]*[ \t{_BLANK}{_JOINED}]*(?:#[^\n\r]*)?$", re.MULTILINE)
_BLANKS_AND_WORDS = f" \t{_BLANK}{_JOINED}{MASK}"
_LINE = re.compile(r"[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+\Z")
_BLANKS = re.compile(f"{_BLANK}+")
_SHIFTED = re.compile(rf"^[ \t]*+({_BLANK}[{_BLANK} \t]*+)(?=[^\s{_JOINED}#])", re.MULTILINE)
_FARTHEST = 2000
"""How far into a line a key is looked for."""
_LINE_END = re.compile(r"[\n\r]")
_NOT_LINE_END = re.compile(r"[^\n\r]")
# What may be before a value on its line: dashes, and a key.
_BEFORE_VALUE = re.compile(
    r"(?P<dashes>[ \t]*(?:-[ \t]+)*)(?P<key>(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s#'\"\[\]{},|>-][^\n:#]*?|[^\s\n:]+)[ \t]*:[ \t]*)?\Z"
)
_AFTER_VALUE = re.compile(rf"[ \t{MASK}]*(?:[ \t]#[^\n\r]*)?\Z")
_BLANK_LINES = re.compile(r"[ \t]*(?:(?:\r\n|\n|\r)[ \t]*)++(?=\S)")
_ENTRY = re.compile(r"(?:-[ \t]+)?[^\s#:]+[ \t]*:(?:\s|\Z)|-\s|#|---")
_COMMENT = re.compile(r"(?:^|[ \t])#")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|(?<![^\s,\[{:])'[^'\n]*+'")


@dataclass(frozen=True, slots=True)
class Opening:
    """A place where lines come in.

    `span` is the action's. `column`: where their keys or dashes go; None when that is not known. `is_value`:
    they are the value of the key, or the item of the dash, on the action's line; `owner` is the column of that
    key or dash. `written` is the number that the template says (`nindent 4`).
    """

    span: Span
    column: int | None
    is_value: bool = False
    owner: int = -1
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class MaskedText:
    """What YAML gets to read, once the parts in `removed` are taken out of `text`.

    What follows an action on its line, at the line's start, begins where the action did. `words` are the actions
    in values.
    """

    text: str
    openings: tuple[Opening, ...]
    words: tuple[Token, ...]
    removed: tuple[Span, ...] = ()


def mask(text: str, tokens: Iterable[Token], variant: Variant, unread: Iterable[Span] = ()) -> MaskedText:
    """The text of one variant."""
    pieces: list[str] = []
    at = 0
    outputs: list[Token] = []
    blanks = iter((*variant.dead, Span(len(text), len(text))))
    dead = next(blanks)
    for token in tokens:
        if not variant.is_live(token.start):
            continue
        while dead.end <= token.start and len(dead):
            pieces += (text[at : dead.start], _blank(text[dead.start : dead.end]))
            at, dead = dead.end, next(blanks)
        action = text[token.start : token.end]
        if token.kind is TokenKind.OUTPUT:
            outputs.append(token)
            pieces += (text[at : token.start], _word(action))
            at = token.end
            continue
        before = text[at : token.start]
        is_joined = token.trims_before and not before.strip(" \t")
        if token.trims_before and not before.isspace():
            kept = before.rstrip(" \t")
            # What follows on the line is joined to the line before.
            is_joined = kept[-1:] in ("\n", "\r")
            before = kept + (" " if is_joined else _BLANK) * (len(before) - len(kept))
        at = token.end
        pieces += (before, _JOINED + _blank(action[1:]) if is_joined else _blank(action))
        if token.trims_after:
            end = _SPACES_AFTER.match(text, at).end()  # type: ignore[union-attr]
            end = min(end, dead.start) if len(dead) else end
            pieces.append(_BLANK * (end - at))
            at = end
    while len(dead):
        pieces += (text[at : dead.start], _blank(text[dead.start : dead.end]))
        at, dead = dead.end, next(blanks)
    pieces.append(text[at:])
    masked = "".join(pieces)
    blocks = list(_blocks(masked)) if _BLOCK.search(masked) else []
    removed = _removed(masked, blocks, outputs)
    masked = _without_blanks(masked)
    if not outputs:
        return MaskedText(masked, tuple(_unread(unread)), (), removed)
    outside = [token for token in outputs if not _is_in(token.start, blocks)] if blocks else outputs
    return replace(_Lines(masked, outside).read(unread), removed=removed)


def _blocks(text: str) -> Iterator[Span]:
    """The lines of texts after `|` and `>`: what is in them is no YAML."""
    start = end = -1
    owner = 0
    for found in _LINE.finditer(text):
        line = found.group().rstrip()
        content = line.strip(_BLANKS_AND_WORDS)
        indent = len(line) - len(line.lstrip(" "))
        if start >= 0 and (not content or indent > owner):
            end = found.end()
            continue
        if start >= 0:
            yield Span(start, end)
        start = end = -1
        if _BLOCK.search(line):
            start = end = found.end()
            owner = indent
    if start >= 0:
        yield Span(start, end)


def _is_in(offset: int, blocks: list[Span]) -> bool:
    at = bisect_right(blocks, offset, key=lambda block: block.start) - 1
    return at >= 0 and offset < blocks[at].end


def _removed(text: str, blocks: list[Span], outputs: list[Token]) -> tuple[Span, ...]:
    """What is taken out before parsing: spaces would shift what follows, or mean something."""
    if _BLANK not in text and not blocks:
        return ()
    found = [span for span in _shifts(text) if not _is_in(span.start, blocks)]
    for block in blocks:
        found += [Span(*blank.span()) for blank in _ALL_BLANKS.finditer(text, block.start, block.end)]
        # Lines that come in at the left margin would end the text.
        margin = (token for token in outputs if block.start <= token.start < block.end)
        found += [
            Span(token.start, token.end)
            for token in margin
            if text[token.start - 1] in "\r\n" and token.end < block.end
        ]
    return tuple(sorted(found))


def _shifts(text: str) -> Iterator[Span]:
    """What puts nothing in at the start of a line that goes on with something."""
    for found in _SHIFTED.finditer(text):
        for blank in _BLANKS.finditer(text, found.start(1), found.end(1)):
            yield Span(*blank.span())


def _blank(text: str) -> str:
    return _NOT_LINE_END.sub(_BLANK, text)


def _without_blanks(text: str) -> str:
    """Make spaces of what puts nothing in; inside a word, where spaces would mean something, it is unknown."""
    if _BLANK not in text:
        return text
    text = _QUOTED.sub(lambda found: found.group().replace(_BLANK, MASK), text)
    return _IN_WORD.sub(lambda found: MASK * len(found.group()), text).replace(_BLANK, " ").replace(_JOINED, " ")


def _word(action: str) -> str:
    """An action as a word; of one over several lines the first line is the word, the rest is spaces."""
    end = _LINE_END.search(action)
    if end is None:
        return MASK * len(action)
    return MASK * end.start() + _NOT_LINE_END.sub(" ", action[end.start() :])


def _unread(spans: Iterable[Span]) -> list[Opening]:
    return [Opening(span, None) for span in spans]


class _Lines:
    """Looks at the lines on which actions stand, to tell words from whole lines."""

    def __init__(self, text: str, outputs: list[Token]) -> None:
        self.text = text
        self.outputs = outputs
        self.starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
        self.blanked: list[Span] = []
        self.openings: list[Opening] = []
        self.words: list[Token] = []
        # The first offset after the last action that was looked at, and the column of the next content.
        self.next_columns = self._columns()

    def _columns(self) -> list[tuple[int, bool]]:
        """For each line, the column of the nearest line at or below it with anything on it, and whether a dash is there."""
        found = (-1, False)
        columns = [found] * (len(self.starts) + 1)
        ends = [*self.starts[1:], len(self.text)]
        for number in range(len(self.starts) - 1, -1, -1):
            line = self.text[self.starts[number] : ends[number]]
            content = line.strip()
            if content and content[0] != "#":
                column = len(line) - len(line.lstrip())
                is_end = line.startswith(("---", "...")) and not line[3:4].strip()
                found = (-1, False) if is_end else (column, content == "-" or content.startswith("- "))
            columns[number] = found
        return columns

    def read(self, unread: Iterable[Span]) -> MaskedText:
        """Tell words from lines."""
        for token in self.outputs:
            self._look(token)
        text = self.text
        if self.blanked:
            self.blanked.sort()
            pieces: list[str] = []
            at = 0
            for span in self.blanked:
                pieces += (text[at : span.start], _NOT_LINE_END.sub(" ", text[span.start : span.end]))
                at = span.end
            text = "".join([*pieces, text[at:]])
        openings = sorted([*self.openings, *_unread(unread)], key=lambda one: one.span.start)
        return MaskedText(text, tuple(openings), tuple(self.words))

    def _look(self, token: Token) -> None:
        number = bisect_right(self.starts, token.start) - 1
        start = self.starts[number]
        last = bisect_right(self.starts, token.end) - 1
        end = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.text)
        if token.start - start > _FARTHEST:
            self.words.append(token)
            return
        before = self.text[start : token.start]
        # A line is looked at once for each of its actions: only so much of it.
        after = self.text[token.end : min(end, token.end + _FARTHEST)].rstrip("\r\n")
        if "#" in before and _COMMENT.search(_QUOTED.sub(lambda found: "x" * len(found.group()), before)):
            return
        if token.trims_after:
            self._join(token.end)
        if not _AFTER_VALUE.match(after):
            self.words.append(token)
            return
        if not before.strip(f" \t{MASK}"):
            indent = len(before) - len(before.lstrip())
            self._open(token, Opening(Span(token.start, token.end), _column(token, indent), token=token))
            return
        found = _BEFORE_VALUE.match(before)
        following, is_item = self.next_columns[last + 1]
        if found is None or not self._goes_on(found, following, is_item=is_item):
            self.words.append(token)
            return
        owner = len(found["dashes"]) if found["key"] else found["dashes"].rindex("-")
        self._open(token, Opening(Span(token.start, token.end), token.output.column, True, owner, token))

    def _join(self, end: int) -> None:
        """Take away the line that a trim marker joins to the end of a value: it is a part of what is not known."""
        following = _BLANK_LINES.match(self.text, end)
        if following is None or self.text.startswith(MASK, following.end()):
            return
        line_end = _LINE_END.search(self.text, following.end())
        rest = Span(following.end(), line_end.start() if line_end else len(self.text))
        if not _ENTRY.match(self.text[rest.start : rest.end]):
            self.blanked.append(rest)

    def _goes_on(self, found: re.Match[str], following: int, *, is_item: bool) -> bool:
        """Whether lines that are deeper follow: they belong to the same value."""
        if found["key"]:
            own = len(found["dashes"])
            return following > own or (following == own and is_item)
        return following > found["dashes"].rindex("-")

    def _open(self, token: Token, opening: Opening) -> None:
        self.openings.append(opening)
        self.blanked.append(Span(token.start, token.end))


def _column(token: Token, indent: int) -> int | None:
    """The column of the lines that come for an action alone on its line."""
    output = token.output
    if output.column is not None:
        return output.column
    if output.added is not None:
        return output.added if not indent else None
    return None if token.trims_before else indent

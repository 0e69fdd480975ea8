"""The only place where positions of the protocol and offsets of our texts meet.

Results are plain JSON: a big file has thousands of ranges, and lsprotocol's classes cost ten times as much.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls import uris

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.source import BOM, Encoding, LineIndex, Source
from netpol_lsp.text.span import Span

Json = dict[str, Any]


class RawJson(str):
    """A text that is JSON already and is sent as it is: a big file's findings are not written anew for each keystroke."""

    __slots__ = ()


NOTHING = RawJson("[]")
"""No items."""

# Inside a JSON text the quotes of `"line":` have a backslash, so this is found where it means a line only.
_LINE = re.compile(r'"line":([0-9]+)')


class MovableJson:
    """What was written about one YAML document, and can be had for another place of it.

    A document starts with a line, so only the line numbers change when it moves: `pieces` is the text
    between them, `numbers` what they were at `line`. `made_for`: what it depends on besides.
    """

    __slots__ = ("line", "made_for", "numbers", "pieces", "text")

    def __init__(self, made_for: object, line: int, text: str) -> None:
        self.made_for = made_for
        self.line = line
        self.text = text
        found = _LINE.split(text)
        self.pieces = found[::2]
        self.numbers = list(map(int, found[1::2]))

    def at(self, line: int) -> str:
        """The text for a document that starts at another line."""
        if line != self.line:
            delta, self.line = line - self.line, line
            self.numbers = [number + delta for number in self.numbers]
            between = zip(self.pieces[1:], self.numbers, strict=True)
            self.text = self.pieces[0] + "".join([f'"line":{number}{piece}' for piece, number in between])
        return self.text


def write(items: list[Json]) -> RawJson:
    """Items as a JSON array."""
    return RawJson(json.dumps(items, ensure_ascii=False, separators=(",", ":")))


class Positions:
    """The positions of one text in the client's encoding.

    A byte order mark that the client sent is a character for it, but none of `source.text`.
    """

    __slots__ = ("_shift", "encoding", "lines")

    def __init__(self, source: Source, encoding: Encoding) -> None:
        self.lines = LineIndex(BOM + source.text) if source.has_bom else source.lines
        self._shift = 1 if source.has_bom else 0
        self.encoding: Encoding = encoding

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one outside the text means the nearest place in it."""
        return max(0, self.lines.offset(position.line, position.character, self.encoding) - self._shift)

    def span(self, span: types.Range) -> Span:
        """The span of a range, whose ends may come in either order."""
        start, end = self.offset(span.start), self.offset(span.end)
        return Span(min(start, end), max(start, end))

    def line(self, offset: int) -> int:
        """The line of an offset."""
        return self.lines.line_of(offset + self._shift)

    def position(self, offset: int) -> Json:
        """The position of an offset."""
        line, character = self.lines.position(offset + self._shift, self.encoding)
        return {"line": line, "character": character}

    def range(self, span: Span) -> Json:
        """The range of a span."""
        return {"start": self.position(span.start), "end": self.position(span.end)}

    def edits(self, edits: Iterable[TextEdit]) -> list[Json]:
        """Text edits in the order of the text."""
        return [{"range": self.range(edit.span), "newText": edit.text} for edit in sorted(edits)]


def apply_changes(
    positions: Positions, text: str, changes: Iterable[types.TextDocumentContentChangeEvent]
) -> tuple[str, LineIndex]:
    """The client's text after the changes of didChange (new texts, or ranges to replace, one after the other), and its lines.

    `positions` are those of `text`, which has its byte order mark.
    """
    lines, encoding = positions.lines, positions.encoding
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            text, lines = change.text, LineIndex(change.text)
            continue
        start = lines.offset(change.range.start.line, change.range.start.character, encoding)
        end = lines.offset(change.range.end.line, change.range.end.character, encoding)
        span = Span(min(start, end), max(start, end))
        text = text[: span.start] + change.text + text[span.end :]
        lines = lines.edited(span, change.text, text)
    return text, lines


def path_of_uri(uri: str) -> str | None:
    """The absolute path behind a `file:` URI, `/`-separated; None for unsaved and remote documents."""
    if not uri.startswith("file:"):
        return None
    path = uris.to_fs_path(uri)
    return path.replace("\\", "/") if path else None


@lru_cache(maxsize=1024)
def uri_of_path(path: str) -> str:
    """The URI of an absolute path."""
    return Path(path).as_uri()


def key_of_uri(uri: str) -> str:
    """One name for each file: clients write the same address in several ways, as `+` or `%2B`."""
    path = path_of_uri(uri)
    return uri_of_path(path) if path is not None and os.path.isabs(path) else uri


def name_of_uri(uri: str) -> str:
    """What to call a document in a sentence: the last part of its path."""
    return unquote(urlsplit(uri).path).rpartition("/")[2] or uri


def plain_data(data: Any) -> Any:
    """Plain data out of what pygls makes of JSON without a type: named tuples."""
    if hasattr(data, "_asdict"):
        return {key: plain_data(value) for key, value in data._asdict().items()}
    if isinstance(data, dict):
        return {key: plain_data(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain_data(item) for item in data]
    return data

"""The only place where positions of the protocol and offsets of our texts meet.

Results are plain JSON: a big file has thousands of ranges, and lsprotocol's classes cost ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.source import BOM, Encoding, LineIndex, Source
from netpol_lsp.text.span import Span


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

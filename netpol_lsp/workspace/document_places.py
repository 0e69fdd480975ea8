"""Where documents start in their files at the moment, and where rendered ones were written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netpol_lsp.text.span import Span
from netpol_lsp.workspace.index import FileFacts

WrittenAt = Callable[[Span], tuple[str, Span]]
"""From a span of a rendered text to the file, by its URI, and the span where someone wrote it."""


class DocumentPlaces:
    """Where the documents of each file start at the moment: facts count from there. Not a fact itself, and kept up to date.

    `rendered`: for texts that are no files but were rendered, by their URI, where they were written.
    """

    __slots__ = ("_starts", "rendered")

    def __init__(self) -> None:
        self._starts: dict[str, tuple[tuple[int, int], ...]] = {}
        self.rendered: Mapping[str, WrittenAt] = {}

    def put(self, files: Mapping[str, FileFacts]) -> None:
        """Remember where the documents of some files start."""
        for uri, facts in files.items():
            if facts.starts:
                self._starts[uri] = facts.starts
            else:
                self._starts.pop(uri, None)

    def start(self, uri: str, document: int) -> int:
        """Where a document starts in its file."""
        return next((start for number, start in self._starts.get(uri, ()) if number == document), 0)

    def span(self, uri: str, document: int, span: Span) -> Span:
        """A span of a document as one of its file."""
        start = self.start(uri, document)
        return Span(span.start + start, span.end + start)

    def written(self, uri: str, document: int, span: Span) -> tuple[str, Span]:
        """The file, and the place in it, where someone wrote what is at a span of a document."""
        placed = self.span(uri, document, span)
        written = self.rendered.get(uri)
        return (uri, placed) if written is None else written(placed)

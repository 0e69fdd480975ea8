"""Origins as people find them: path, line, column, and the line's text."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netpol_lsp.formats.positions import Position, place
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.from_facts import Duplicate
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.document_places import WrittenAt


@dataclass(frozen=True, slots=True)
class Place:
    """Lines and columns count from 1, offsets from 0; `text` is the line on which it starts.

    `path`: what the file is called; `link`: how to get there.
    """

    path: str
    link: str
    start: Position
    end: Position
    start_offset: int
    end_offset: int
    text: str

    def __str__(self) -> str:
        """As in `policies/db.yaml:4:9`."""
        return f"{self.path}:{self.start[0]}:{self.start[1]}"

    def json(self) -> dict[str, Any]:
        """Path, start and end as in all our JSON."""
        return {
            "path": self.path,
            "start": {"line": self.start[0], "column": self.start[1], "offset": self.start_offset},
            "end": {"line": self.end[0], "column": self.end[1], "offset": self.end_offset},
        }


_LISTED = 10
"""So many objects that are there twice are listed beside an answer."""

NO_PLACE: dict[str, Any] = {"path": None, "start": None, "end": None}


@dataclass(frozen=True, slots=True)
class Places:
    """The texts that origins are in, and where their documents start. `title`: what a file is called when its URI is no path.

    `rendered`: for texts that are no files but were rendered, where they were written.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    starts: Mapping[tuple[str, int], int] = field(default_factory=dict)
    title: Callable[[str], str] = str
    rendered: Mapping[str, WrittenAt] = field(default_factory=dict)

    def find(self, origin: Origin) -> Place | None:
        """Where an origin is; None when its text is not known."""
        start = self.starts.get((origin.uri, origin.document), 0)
        uri, span = origin.uri, Span(origin.start + start, origin.end + start)
        if (written := self.rendered.get(uri)) is not None:
            uri, span = written(span)
        source = self.sources.get(uri)
        if source is None:
            return None
        first, last = span.start, span.end
        line = source.lines.line_text(source.lines.line_of(first))
        return Place(self.title(uri), uri, place(source, first), place(source, last), first, last, line)

    def json(self, origin: Origin) -> dict[str, Any]:
        """The place as data; nulls when it is not known."""
        found = self.find(origin)
        return NO_PLACE if found is None else found.json()


def duplicate_sentences(
    duplicates: Iterable[Duplicate], places: Places, namespaces: Container[str] | None = None
) -> Iterator[str]:
    """What is to be said of objects that are there twice: the later one counts, as the one that is applied last.

    `namespaces`: what a question is about; objects of others are counted in one sentence, and the first ten are listed.
    """
    found = list(duplicates)
    if namespaces is not None:
        asked = [item for item in found if item.namespace is None or item.namespace in namespaces]
        found, others = asked[:_LISTED], len(found) - len(asked[:_LISTED])
    else:
        others = 0
    for item in found:
        kept, dropped = places.find(item.kept), places.find(item.dropped)
        yield f"{item.title} is there twice: {kept} counts, {dropped} does not"
    if others:
        what = "other object is" if others == 1 else "other objects are"
        yield f"{others} {what} there twice: `netpol-lint connectivity` lists them all"

"""The open documents, as immutable snapshots that share what is known of unchanged parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lsprotocol import types

from netpol_lsp.files.discovery import CONFIG_NAME
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part, analyse_document
from netpol_lsp.lint.config import FileConfig
from netpol_lsp.lint.diagnostic import Diagnostic
from netpol_lsp.lint.engine import join_findings, lint_document, move_findings
from netpol_lsp.lsp.configuration import Configuration
from netpol_lsp.lsp.convert import Positions, apply_change, name_of_uri, path_of_uri
from netpol_lsp.syntax.documents import Chunk, split
from netpol_lsp.text.source import BOM, Encoding, Source, make_source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.view import EMPTY, WorkspaceView

MAX_LENGTH = 16_000_000
"""A longer text is not looked at while it is edited; netpol-lint takes its time for it."""


class Known:
    """What has been found out about one YAML document: independent of where it stands in its file."""

    __slots__ = ("_found", "_moved", "analysis")

    def __init__(self, analysis: DocumentAnalysis | None) -> None:
        self.analysis = analysis
        self._found: tuple[FileConfig, WorkspaceView, list[Diagnostic]] | None = None
        self._moved: tuple[int, int, list[Diagnostic]] | None = None

    def findings(self, part: Part, config: FileConfig, workspace: WorkspaceView) -> list[Diagnostic]:
        """The document's findings, where it stands now."""
        if self.analysis is None:
            return []
        if self._found is None or self._found[0] is not config or self._found[1] is not workspace:
            self._found = (config, workspace, lint_document(self.analysis, config, workspace))
            self._moved = None
        if self._moved is None or self._moved[:2] != (part.start, part.index):
            self._moved = (part.start, part.index, move_findings(self._found[2], part))
        return self._moved[2]


@dataclass(frozen=True)
class Snapshot:
    """One version of a document. Everything is worked out when it is first asked for, and kept.

    `known` is shared between the versions of a document: by the text of each of its YAML documents.
    `is_wanted`: the configuration does not exclude the file.
    """

    uri: str
    path: str | None
    source: Source
    encoding: Encoding
    config: FileConfig
    is_wanted: bool = True
    is_too_long: bool = False
    workspace: WorkspaceView = EMPTY
    known: dict[str, Known] = field(default_factory=dict, compare=False, repr=False)

    @property
    def version(self) -> int | None:
        """The client's version; None for a text from disk."""
        return self.source.version

    @property
    def is_config(self) -> bool:
        """Whether this is a config file of ours."""
        return name_of_uri(self.uri) == CONFIG_NAME

    @cached_property
    def positions(self) -> Positions:
        """Converts between the client's positions and our offsets."""
        return Positions(self.source, self.encoding)

    @cached_property
    def chunks(self) -> list[Chunk]:
        """The YAML documents as text."""
        return [] if self.is_too_long or self.is_config else split(self.source.text)

    def part_at(self, offset: int) -> Part | None:
        """The YAML document at an offset; only this one is parsed."""
        found = None
        for chunk in self.chunks:
            if chunk.start > offset and found is not None:
                break
            found = chunk
        return None if found is None else self._part(found)

    def steps(self) -> Iterator[None]:
        """Work out the findings bit by bit, so that somebody else can have a turn in between."""
        for chunk in self.chunks:
            if chunk.text not in self.known:
                self._know(chunk)
                yield
        if self.is_wanted:
            for part in self.analysis.parts:
                if part.analysis is not None:
                    self.known[part.text].findings(part, self.config, self.workspace)
                    yield

    @cached_property
    def analysis(self) -> Analysis:
        """What is known of the whole file."""
        return Analysis(self.source, tuple(self._part(chunk) for chunk in self.chunks))

    @cached_property
    def findings(self) -> tuple[Diagnostic, ...]:
        """The findings as `lint` gives them; suppressed ones are left out."""
        if not self.is_wanted or not self.chunks:
            return ()
        by_document = [
            self.known[part.text].findings(part, self.config, self.workspace)
            for part in self.analysis.parts
            if part.analysis is not None
        ]
        joined = join_findings(self.analysis, self.config, by_document)
        return tuple(diagnostic for diagnostic in joined if diagnostic.suppressed is None)

    def findings_at(self, span: Span) -> list[Diagnostic]:
        """The findings that touch a span."""
        return [diagnostic for diagnostic in self.findings if diagnostic.span.touches(span)]

    @cached_property
    def is_ours(self) -> bool:
        """Whether there is a document of ours in it."""
        return any(part.analysis is not None for part in self.analysis.parts)

    def _part(self, chunk: Chunk) -> Part:
        known = self.known.get(chunk.text) or self._know(chunk)
        return Part(chunk.index, chunk.start, chunk.text, known.analysis)

    def _know(self, chunk: Chunk) -> Known:
        known = self.known[chunk.text] = Known(analyse_document(chunk.text, self.uri))
        return known


class Session:
    """The documents that the client has open, by URI."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.encoding: Encoding = "utf-16"
        self._snapshots: dict[str, Snapshot] = {}

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(tuple(self._snapshots.values()))

    def get(self, uri: str) -> Snapshot | None:
        """The current version of an open document."""
        return self._snapshots.get(uri)

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is still the document's newest version."""
        return self._snapshots.get(snapshot.uri) is snapshot

    def open(self, uri: str, version: int, text: str) -> Snapshot:
        """Take a document in."""
        snapshot = self._snapshots[uri] = self.make(uri, text, version)
        return snapshot

    def change(
        self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> Snapshot | None:
        """The next version of a document; None when it is not open."""
        old = self._snapshots.get(uri)
        if old is None:
            return None
        text = BOM + old.source.text if old.source.has_bom else old.source.text
        if old.is_too_long and not isinstance(changes[-1], types.TextDocumentContentChangeWholeDocument):
            return old
        for change in changes:
            text = apply_change(text, change, self.encoding)
        snapshot = self._snapshots[uri] = self.make(uri, text, version, old)
        return snapshot

    def close(self, uri: str) -> Snapshot | None:
        """Let a document go; gives its last version."""
        return self._snapshots.pop(uri, None)

    def reconfigure(self, uris: Iterable[str] | None = None) -> None:
        """Look the configuration up again, for all documents or some."""
        for uri in tuple(self._snapshots) if uris is None else uris:
            old = self._snapshots[uri]
            text = BOM + old.source.text if old.source.has_bom else old.source.text
            self._snapshots[uri] = self.make(uri, text, old.version, old)

    def make(self, uri: str, text: str, version: int | None = None, previous: Snapshot | None = None) -> Snapshot:
        """A snapshot of a text; what is known of `previous` is kept for the parts that are the same."""
        path = path_of_uri(uri)
        config, is_wanted = self.configuration.for_document(path)
        too_long = len(text) > MAX_LENGTH
        source = make_source(uri, "" if too_long else text, version)
        snapshot = Snapshot(uri, path, source, self.encoding, config, is_wanted, too_long)
        if previous is not None:
            # Two versions' worth: an edit that is taken back finds everything as it was.
            texts = {chunk.text for chunk in (*previous.chunks, *snapshot.chunks)}
            snapshot.known.update((text, known) for text, known in previous.known.items() if text in texts)
        return snapshot

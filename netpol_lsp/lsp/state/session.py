"""The open documents, as immutable snapshots that share what is known of unchanged parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lsprotocol import types

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.discovery import CONFIG_NAME
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import Analysis, Part, analyse_document
from netpol_lsp.lint.engine import join_findings
from netpol_lsp.lint.suppress import may_suppress
from netpol_lsp.lsp.positions import Positions, apply_changes
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.document_cache import CachedDocument
from netpol_lsp.lsp.uris import key_of_uri, name_of_uri, path_of_uri
from netpol_lsp.project.workspace_state import NO_WORKSPACE, Policies, WorkspaceState
from netpol_lsp.text.source import BOM, Encoding, Source, make_source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Chunk, split

MAX_LENGTH = 16_000_000
"""A longer text is not looked at while it is edited; netpol-lint takes its time for it."""


@dataclass(frozen=True)
class Snapshot:
    """One version of a document. Everything is worked out when it is first asked for, and kept.

    `known` is shared between the versions of a document: by the text of each of its YAML documents.
    `is_wanted`: the configuration does not exclude the file. `uri` is as the client writes it, that of `source` as we do.
    """

    uri: str
    path: str | None
    source: Source
    encoding: Encoding
    config: FileConfig
    is_wanted: bool = True
    is_too_long: bool = False
    workspace: WorkspaceState = NO_WORKSPACE
    known: dict[str, CachedDocument] = field(default_factory=dict, compare=False, repr=False)

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

    def read_steps(self) -> Iterator[None]:
        """Read the documents one by one, so that somebody else can have a turn in between."""
        for chunk in self.chunks:
            if chunk.text not in self.known:
                self._know(chunk)
                yield

    def check_steps(self) -> Iterator[None]:
        """Check the documents one by one."""
        for part in self.ours if self.is_wanted else ():
            self.known[part.text].check(self.config, self.workspace)
            yield

    @cached_property
    def analysis(self) -> Analysis:
        """What is known of the whole file."""
        return Analysis(self.source, tuple(self._part(chunk) for chunk in self.chunks))

    @cached_property
    def has_suppressions(self) -> bool:
        """Whether something in the file may suppress findings."""
        return may_suppress(self.source.text)

    @cached_property
    def findings(self) -> tuple[Diagnostic, ...]:
        """The findings as `lint` gives them; suppressed ones are left out."""
        found = [self.findings_in(part) for part in self.ours]
        joined = join_findings(self.analysis, self.config, found) if self.is_wanted else []
        return tuple(diagnostic for diagnostic in joined if diagnostic.suppressed is None)

    def findings_in(self, part: Part) -> list[Diagnostic]:
        """The findings of one document that is ours, suppressed or not."""
        known = self.known[part.text]
        known.check(self.config, self.workspace)
        return known.findings(part)

    def has_finding(self, is_wanted: Callable[[Diagnostic], bool]) -> bool:
        """Whether there is a finding of a kind."""
        if self.has_suppressions:
            return any(map(is_wanted, self.findings))
        for part in self.ours if self.is_wanted else ():
            self.known[part.text].check(self.config, self.workspace)
            if self.known[part.text].has(is_wanted):
                return True
        return False

    def findings_at(self, span: Span) -> list[Diagnostic]:
        """The findings that touch a span."""
        found: Iterable[Diagnostic] = self.findings if self.has_suppressions else self._findings_near(span)
        return [diagnostic for diagnostic in found if diagnostic.span.touches(span)]

    def _findings_near(self, span: Span) -> Iterator[Diagnostic]:
        """Those of the documents that a span touches: the others need not be worked out."""
        for part in self.ours if self.is_wanted else ():
            if Span(part.start, part.start + len(part.text)).touches(span):
                yield from self.findings_in(part)

    @cached_property
    def ours(self) -> tuple[Part, ...]:
        """The YAML documents that are ours."""
        return tuple(part for part in self.analysis.parts if part.analysis is not None)

    @cached_property
    def policies(self) -> Policies:
        """The file's policies as the workspace knows them."""
        settings = self.config.settings
        return tuple(
            located for part in self.ours for located in self.known[part.text].policies(part, self.source, settings)
        )

    def in_workspace(self, workspace: WorkspaceState) -> Snapshot:
        """The same text beside other policies."""
        if workspace is self.workspace:
            return self
        moved = replace(self, workspace=workspace)
        for name in ("positions", "chunks", "analysis", "ours", "policies"):
            if name in self.__dict__:
                moved.__dict__[name] = self.__dict__[name]
        return moved

    def _part(self, chunk: Chunk) -> Part:
        known = self.known.get(chunk.text) or self._know(chunk)
        return Part(chunk.index, chunk.start, chunk.text, known.analysis)

    def _know(self, chunk: Chunk) -> CachedDocument:
        known = self.known[chunk.text] = CachedDocument(analyse_document(chunk.text, self.source.uri))
        return known


class Session:
    """The documents that the client has open, by URI."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.encoding: Encoding = "utf-16"
        self.workspace = NO_WORKSPACE
        self._snapshots: dict[str, Snapshot] = {}
        self._aside: dict[str, tuple[WorkspaceState, Policies, WorkspaceState]] = {}

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(tuple(self._snapshots.values()))

    def get(self, uri: str) -> Snapshot | None:
        """The current version of an open document."""
        return self._snapshots.get(uri)

    def up_to_date(self, uri: str) -> Snapshot | None:
        """The current version of an open document, beside all policies that are known, its own among them."""
        snapshot = self._snapshots.get(uri)
        if snapshot is None:
            return None
        snapshot = self._snapshots[uri] = snapshot.in_workspace(self._workspace_of(snapshot))
        return snapshot

    def _workspace_of(self, snapshot: Snapshot) -> WorkspaceState:
        """What an open document is judged by: the workspace, which learns of its policies, or the workspace and its policies."""
        uri = snapshot.source.uri
        if not snapshot.is_wanted:
            return self.workspace
        if self.configuration.counts(snapshot.path):
            self.workspace = self.workspace.with_document(uri, snapshot.policies)
            return self.workspace
        if self.workspace.is_context(uri):
            self.workspace = self.workspace.with_context_file(uri, snapshot.policies)
            return self.workspace
        known = self._aside.get(uri)
        if known is None or known[0] is not self.workspace or known[1] != snapshot.policies:
            known = (self.workspace, snapshot.policies, self.workspace.with_document(uri, snapshot.policies))
            self._aside[uri] = known
        return known[2]

    def use_context(self, files: Mapping[str, Policies]) -> None:
        """Let the policies of these files count; those that are open count as they are in the editor."""
        self.workspace = self.workspace.with_context(files)
        for snapshot in self:
            if snapshot.source.uri in files:
                self._workspace_of(snapshot)

    def is_open(self, uri: str) -> bool:
        """Whether the client has a file open, whatever it calls it."""
        return any(snapshot.source.uri == uri for snapshot in self._snapshots.values())

    def steps(self, snapshot: Snapshot) -> Iterator[None]:
        """Work out the findings of an open document bit by bit."""
        yield from snapshot.read_steps()
        up_to_date = self.up_to_date(snapshot.uri) if self.is_current(snapshot) else None
        if up_to_date is not None:
            yield
            yield from up_to_date.check_steps()

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is still the document's newest version."""
        current = self._snapshots.get(snapshot.uri)
        return current is not None and current.source is snapshot.source

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
        text, lines = apply_changes(old.positions, text, changes)
        snapshot = self._snapshots[uri] = self.make(uri, text, version, old)
        if not snapshot.source.has_bom and not snapshot.is_too_long:
            # Counting the lines of a big file takes longer than reading the document that has changed.
            snapshot.source.__dict__["lines"] = lines
        return snapshot

    def close(self, uri: str) -> Snapshot | None:
        """Let a document go; gives its last version."""
        snapshot = self._snapshots.pop(uri, None)
        if snapshot is not None:
            self.workspace = self.workspace.without_document(snapshot.source.uri)
            self._aside.pop(snapshot.source.uri, None)
        return snapshot

    def reconfigure(self, uris: Iterable[str] | None = None) -> None:
        """Look the configuration up again, for all documents or some."""
        for uri in tuple(self._snapshots) if uris is None else uris:
            old = self._snapshots[uri]
            if old.is_too_long:
                continue
            text = BOM + old.source.text if old.source.has_bom else old.source.text
            new = self._snapshots[uri] = self.make(uri, text, old.version, old)
            if not new.is_wanted or not self.configuration.counts(new.path):
                self.workspace = self.workspace.without_document(new.source.uri)

    def make(self, uri: str, text: str, version: int | None = None, previous: Snapshot | None = None) -> Snapshot:
        """A snapshot of a text; what is known of `previous` is kept for the parts that are the same."""
        path = path_of_uri(uri)
        config, is_wanted = self.configuration.for_document(path)
        too_long = len(text) > MAX_LENGTH
        source = make_source(key_of_uri(uri), "" if too_long else text, version)
        snapshot = Snapshot(uri, path, source, self.encoding, config, is_wanted, too_long, self.workspace)
        if previous is not None:
            # Two versions' worth: an edit that is taken back finds everything as it was.
            texts = {chunk.text for chunk in (*previous.chunks, *snapshot.chunks)}
            snapshot.known.update((text, known) for text, known in previous.known.items() if text in texts)
        return snapshot

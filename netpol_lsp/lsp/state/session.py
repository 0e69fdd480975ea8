"""The open documents, as immutable snapshots that share what is known of unchanged parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from lsprotocol import types

from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.positions import apply_changes
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.open_documents import ConfigsInUse, Dependents
from netpol_lsp.lsp.state.snapshot import DocumentVersion, Snapshot
from netpol_lsp.lsp.uris import key_of_uri, path_of_uri
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.edit_limits import is_too_large
from netpol_lsp.project.workspace_state import NO_WORKSPACE, WorkspaceState
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.source import BOM, Encoding, LineIndex, Source, make_source
from netpol_lsp.workspace.index import FileFacts

_AWAKE = 32
"""Documents that keep what they were judged beside."""


class Session:
    """The documents that the client has open, by URI."""

    def __init__(self, configuration: Configuration, store: WorkspaceStore) -> None:
        self.configuration = configuration
        self.encoding: Encoding = "utf-16"
        self._store = store
        self._snapshots: dict[str, Snapshot] = {}
        self._uncounted: dict[str, tuple[WorkspaceState, FileFacts, WorkspaceState]] = {}
        self._configs = ConfigsInUse()
        self._dependents = Dependents()
        # What the client calls each file: by our name of it, in the order of opening.
        self._names: dict[str, dict[str, None]] = {}
        self._awake: dict[str, None] = {}

    @property
    def configs(self) -> tuple[LoadedConfig, ...]:
        """The configurations that hold for open documents, each once."""
        return self._configs.all

    def take_affected(self) -> Iterable[str]:
        """The open documents whose findings may be others since this was asked last, because other manifests are."""
        touched = self._store.take_touched()
        return tuple(self._snapshots) if touched.everything else self._dependents.on(touched.shelves)

    @property
    def with_tests(self) -> tuple[str, ...]:
        """The open documents that hold tests of connections, which depend on all manifests."""
        return tuple(self._dependents.on_everything)

    @property
    def workspace(self) -> WorkspaceState:
        """The workspace now."""
        return self._store.current

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(tuple(self._snapshots.values()))

    def get(self, uri: str) -> Snapshot | None:
        """The current version of an open document."""
        snapshot = self._snapshots.get(uri)
        return snapshot.in_workspace(self.workspace) if snapshot and snapshot.workspace is NO_WORKSPACE else snapshot

    def of_file(self, uri: str) -> Snapshot | None:
        """The open document of a file (`uri`: our name of it), whatever the client calls it."""
        names = self._names.get(uri)
        return self._snapshots[next(iter(names))] if names else None

    def up_to_date(self, uri: str) -> Snapshot | None:
        """The current version of an open document, beside all policies that are known, its own among them."""
        snapshot = self._snapshots.get(uri)
        if snapshot is None:
            return None
        # Nothing has changed since it learnt of the document's policies: most requests come after a check.
        if snapshot.workspace is NO_WORKSPACE or snapshot.workspace is not self.workspace:
            snapshot = self._snapshots[uri] = snapshot.in_workspace(self._workspace_of(snapshot))
        self._dependents.put(uri, snapshot)
        self._keep_awake(uri)
        return snapshot

    def _keep_awake(self, uri: str) -> None:
        """Let go of the workspaces that all documents were judged beside, but for the last ones that somebody asked about.

        Each of many documents would keep another workspace alive.
        """
        self._awake.pop(uri, None)
        self._awake[uri] = None
        while len(self._awake) > _AWAKE:
            oldest = next(iter(self._awake))
            del self._awake[oldest]
            snapshot = self._snapshots.get(oldest)
            if snapshot is not None:
                self._snapshots[oldest] = snapshot.in_workspace(NO_WORKSPACE)
                for known in snapshot.known.values():
                    known.let_go()

    def _workspace_of(self, snapshot: Snapshot) -> WorkspaceState:
        """What an open document is judged by: the workspace, which learns of its policies, or the workspace and its policies."""
        uri = snapshot.source.uri
        if not snapshot.is_wanted:
            return self.workspace
        if self.configuration.counts(snapshot.path):
            self._store.open_document(uri, snapshot.facts)
            return self.workspace
        if self.workspace.is_context(uri):
            self._store.use_context_file(uri, snapshot.facts)
            return self.workspace
        known = self._uncounted.get(uri)
        if known is None or known[0] is not self.workspace or known[1] != snapshot.facts:
            known = (self.workspace, snapshot.facts, self.workspace.with_document(uri, snapshot.facts))
            self._uncounted[uri] = known
        return known[2]

    def use_context(self, files: Mapping[str, FileFacts]) -> None:
        """Let the policies of these files count; those that are open count as they are in the editor."""
        self._store.use_context(files)
        for snapshot in self:
            if snapshot.source.uri in files:
                self._workspace_of(snapshot)

    def beside_all(self, uri: str) -> Snapshot | None:
        """As `up_to_date`, with all open documents as they are in the editor."""
        for other in self:
            self._workspace_of(other)
        return self.up_to_date(uri)

    def source_of(self, uri: str) -> Source | None:
        """The text of a file (`uri`: our name of it): that of the editor when it is open; None when it cannot be read."""
        opened = self.of_file(uri)
        return _read(uri) if opened is None else opened.source

    def reader(self) -> Callable[[str], Source | None]:
        """As `source_of`, with the open documents of now: another thread may use it."""
        opened = {one.source.uri: one.source for one in self}

        def read(uri: str) -> Source | None:
            return opened[uri] if uri in opened else _read(uri)

        return read

    def is_open(self, uri: str) -> bool:
        """Whether the client has a file open, whatever it calls it."""
        return uri in self._names

    def steps(self, snapshot: Snapshot) -> Iterator[None]:
        """Work out the findings of an open document bit by bit."""
        yield from snapshot.read_steps()
        judge = self.beside_all if snapshot.tests else self.up_to_date
        up_to_date = judge(snapshot.uri) if self.is_current(snapshot) else None
        if up_to_date is not None:
            yield
            yield from up_to_date.check_steps()

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is still the document's newest version."""
        current = self._snapshots.get(snapshot.uri)
        return current is not None and current.source is snapshot.source

    def open(self, uri: str, version: int, text: str) -> Snapshot:
        """Take a document in."""
        return self._put(self.make(uri, text, version))

    def _put(self, snapshot: Snapshot) -> Snapshot:
        """Take a version of a document in, as the newest one."""
        if snapshot.uri not in self._snapshots:
            self._names.setdefault(snapshot.source.uri, {})[snapshot.uri] = None
        # It is judged beside the workspace when somebody asks.
        self._snapshots[snapshot.uri] = snapshot.in_workspace(NO_WORKSPACE)
        self._configs.put(snapshot.uri, self.configuration.for_path(snapshot.path) if snapshot.is_wanted else None)
        return snapshot

    def change(
        self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> Snapshot | None:
        """The next version of a document; None when it is not open."""
        old = self._snapshots.get(uri)
        if old is None:
            return None
        text = BOM + old.source.text if old.source.has_bom else old.source.text
        if old.is_too_large and not isinstance(changes[-1], types.TextDocumentContentChangeWholeDocument):
            return old
        text, lines = apply_changes(old.positions, text, changes)
        # Counting the lines of a big file takes longer than reading the document that has changed.
        return self._put(self.make(uri, text, version, old, lines))

    def close(self, uri: str) -> Snapshot | None:
        """Let a document go; gives its last version."""
        snapshot = self._snapshots.pop(uri, None)
        if snapshot is not None:
            self._configs.put(uri, None)
            self._dependents.forget(uri)
            self._awake.pop(uri, None)
            names = self._names[snapshot.source.uri]
            del names[uri]
            if not names:
                del self._names[snapshot.source.uri]
            self._store.close_document(snapshot.source.uri)
            self._uncounted.pop(snapshot.source.uri, None)
        return snapshot

    def reconfigure(self, uris: Iterable[str] | None = None) -> None:
        """Look the configuration up again, for all documents or some."""
        for uri in tuple(self._snapshots) if uris is None else uris:
            old = self._snapshots[uri]
            if old.is_too_large:
                continue
            text = BOM + old.source.text if old.source.has_bom else old.source.text
            new = self._put(self.make(uri, text, old.version, old))
            if not new.is_wanted or not self.configuration.counts(new.path):
                self._store.close_document(new.source.uri)

    def make(
        self,
        uri: str,
        text: str,
        version: int | None = None,
        previous: Snapshot | None = None,
        lines: LineIndex | None = None,
    ) -> Snapshot:
        """A snapshot of a text; what is known of `previous` is kept for the parts that are the same."""
        path = path_of_uri(uri)
        config, is_wanted = self.configuration.for_document(path)
        too_large = is_too_large(text)
        source = make_source(key_of_uri(uri), "" if too_large else text, version, None if too_large else lines)
        before = {chunk.text for chunk in previous.chunks} if previous is not None else set[str]()
        plain_before = before if previous is not None and previous.document.is_plain else set[str]()
        document = DocumentVersion(
            uri, path, source, self.encoding, config, is_wanted, too_large, plain_before=plain_before
        )
        snapshot = Snapshot(document, self.workspace)
        if previous is not None:
            # Two versions' worth: an edit that is taken back finds everything as it was.
            texts = before.union([chunk.text for chunk in snapshot.chunks])
            snapshot.known.update((text, known) for text, known in previous.known.items() if text in texts)
        return snapshot


def _read(uri: str) -> Source | None:
    """The text of a file on disk; None when it cannot be read."""
    path = path_of_uri(uri)
    found = read_source(path) if path is not None else None
    return None if isinstance(found, ReadProblem) else found

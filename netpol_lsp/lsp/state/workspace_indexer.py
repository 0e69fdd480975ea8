"""Reads the manifests of the workspace's files on disk, in the background."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lint.file_facts import counts, facts_of
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.progress import Progress
from netpol_lsp.lsp.state.scheduler import run_task
from netpol_lsp.lsp.state.session import MAX_LENGTH
from netpol_lsp.lsp.state.urgent import Slices, Urgent
from netpol_lsp.lsp.transport.trace import Operation
from netpol_lsp.lsp.uris import path_of_uri, uri_of_path
from netpol_lsp.policies.kinds import may_be_ours
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.platform_detection import Hints, detected_layer, hints_in_text
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.endings import TAKEN_ENDINGS
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import NO_FACTS, FileFacts
from netpol_lsp.workspace.platform_hints import may_hint
from netpol_lsp.workspace.resource_kinds import may_hold_resources

logger = logging.getLogger(__name__)

_BATCH = 16
"""Files that the thread reads until it hands them over."""
_BATCH_LENGTH = 1 << 18
"""Characters that are enough for a batch of fewer files."""
_AHEAD = 4
"""Batches that may wait: the disk can be faster than the reading of policies."""
_PIECE = 128
"""Files whose facts are sorted in at once."""
_SHOW_FROM = 500
"""Files from which the client is told of the scan."""


class Owner(Protocol):
    """Who is told what the disk holds."""

    def refresh_context(self, *, force: bool = False) -> None:
        """Other configurations may hold than before."""

    def reconfigure(self) -> None:
        """Manifests tell something else of the cluster than before."""

    def settle(self) -> None:
        """Reading has begun or ended."""

    def check_again(self) -> None:
        """More than other manifests has changed."""

    def check_affected(self) -> None:
        """Other manifests are known than before."""

    def prepare(self) -> Iterator[None]:
        """Make what checks will ask for, bit by bit."""


class WorkspaceIndexer:
    """Keeps the session's workspace in step with the files below the workspace's folders.

    `configs` are the configurations that hold for these files; `is_first`: no scan has ended yet.
    """

    def __init__(
        self, client: ClientPort, configuration: Configuration, store: WorkspaceStore, owner: Owner, urgent: Urgent
    ) -> None:
        self._urgent = urgent
        self._client = client
        self._configuration = configuration
        self._store = store
        self._owner = owner
        self._scan: _Scan | None = None
        self.is_first = True
        self._ours: set[str] = set()
        self._hints: dict[str, Hints] = {}
        self._context_hints: Hints = ()
        self._changed: set[str] = set()
        self.configs: tuple[LoadedConfig, ...] = ()

    @property
    def ours(self) -> list[str]:
        """The URIs of the files on disk that may hold policies and are wanted."""
        return sorted(self._ours)

    @property
    def is_ready(self) -> bool:
        """Whether no scan is under way."""
        return self._scan is None

    def start(self) -> None:
        """Scan the workspace's folders; a scan that is under way ends."""
        self.stop()
        folders = self._configuration.folders
        self.is_first = self.is_first and bool(folders)
        if folders:
            self._scan = _Scan(self._client, self._configuration, folders, self._urgent)
            run_task(self._run(self._scan))
        else:
            self._use({}, set(), ())
        self._owner.settle()

    def stop(self) -> None:
        """End a scan that is under way."""
        if self._scan is not None:
            self._scan.stopped.set()
            self._scan = None

    def cancel(self, token: str | int) -> None:
        """The user does not want to wait for the scan with this token."""
        if self._scan is not None and self._scan.progress.token == token:
            logger.warning("the scan of the workspace was cancelled: policies in files that are not open do not count")
            self.stop()
            if self.is_first:
                self.is_first = False
                self._store.use_disk({})
            self._owner.refresh_context()
            self._owner.settle()
            self._owner.check_again()

    def update(self, uris: Iterable[str]) -> None:
        """Read some files again: they were made, changed or deleted. For folders, everything is read again."""
        changed: dict[str, FileFacts] = {}
        configuration = self._configuration
        for path in filter(None, map(path_of_uri, uris)):
            uri = uri_of_path(path)
            if path.endswith(TAKEN_ENDINGS) and not os.path.isdir(path):
                changed[uri] = NO_FACTS
                self._ours.discard(uri)
                self._hints.pop(uri, None)
                if os.path.isfile(path) and configuration.finds(path):
                    read = read_source(path)
                    if isinstance(read, Source):
                        changed[uri] = self._take(uri, path, read, self._ours, self._hints)
                    if (config := configuration.for_path(path)) not in self.configs:
                        self.configs += (config,)
            elif os.path.isdir(path) or any(known.startswith(f"{uri}/") for known in self._ours):
                self.start()
        if self._scan is not None:
            # The scan may have read them before they changed.
            self._changed.update(changed)
        if changed and self._scan is None and self._detect():
            # What was said of all files stands for another network plugin.
            self.start()
        if changed:
            self._store.use_files(changed)
            if self._scan is None:
                self._owner.refresh_context()
            self._owner.check_affected()

    async def _run(self, scan: _Scan) -> None:
        """Take in what the scan reads, in slices, and use it when it is complete."""
        found: dict[str, FileFacts] = {}
        ours: set[str] = set()
        hints: dict[str, Hints] = {}
        operation = Operation(logger, "reading of the workspace")
        slices = Slices(self._urgent)
        async for path, source in scan.texts():
            uri = uri_of_path(path)
            found[uri] = self._take(uri, path, source, ours, hints)
            await slices.done(len(source.text))
        if self._scan is scan:
            self._hints = hints
            if self._detect():
                found = await self._for_plugin(found, slices)
        if self._scan is scan and self.is_first:
            await self._sort_in(scan, found)
        while self._scan is scan and self._detect():
            # The context told something else meanwhile.
            found = await self._for_plugin(found, slices)
        scan.progress.end()
        if self._scan is scan:
            self._scan, self.is_first = None, False
            self._use(found, ours, scan.configs)
            operation.done(f"files with policies: {len(ours)}", folders=list(self._configuration.folders))
            changed, self._changed = self._changed, set()
            self.update(changed)
            self._owner.settle()
            self._owner.check_again()

    async def _sort_in(self, scan: _Scan, found: Mapping[str, FileFacts]) -> None:
        """Let the store know of the facts in pieces, and make what checks ask for: nobody judges by them before all are there.

        What says how files reach the cluster comes first: each change of it looks at all that is there.
        """
        for piece in _pieces(found):
            await self._urgent.give_way()
            if self._scan is not scan:
                return
            self._store.use_files(piece)
        for _ in self._owner.prepare():
            await self._urgent.give_way()
            if self._scan is not scan:
                return

    def _use(self, found: dict[str, FileFacts], ours: set[str], configs: tuple[LoadedConfig, ...]) -> None:
        """Take over what a scan found."""
        self._ours, self.configs = ours, configs
        self._store.use_disk(found)
        self._owner.refresh_context(force=True)

    def use_context_hints(self, hints: Hints) -> None:
        """The context tells this of the cluster."""
        self._context_hints = hints
        if self._scan is None and self._detect():
            # What was said of all files stands for another network plugin.
            self.start()

    def _detect(self) -> bool:
        """Let the configuration know what the files tell of the cluster; whether that is something else than before."""
        hints = [hint for uri in sorted(self._hints) for hint in self._hints[uri]]
        layer = detected_layer([*hints, *self._context_hints])
        if not self._configuration.use_detected(layer):
            return False
        self._owner.reconfigure()
        return True

    async def _for_plugin(self, found: Mapping[str, FileFacts], slices: Slices) -> dict[str, FileFacts]:
        """The facts of files that were read before it was known which network plugin the cluster has."""
        changed: dict[str, FileFacts] = {}
        for uri, facts in found.items():
            settings = self._configuration.for_document(path_of_uri(uri))[0].settings
            changed[uri] = facts.with_cni(settings.workspace_cni)
            await slices.done()
        return changed

    def _take(self, uri: str, path: str, source: Source, ours: set[str], hints: dict[str, Hints]) -> FileFacts:
        """The facts of a file; `ours` gets its URI when it may hold policies and is wanted, `hints` what it tells of the cluster."""
        config, is_wanted = self._configuration.for_document(path)
        if not is_wanted or len(source.text) > MAX_LENGTH:
            return NO_FACTS
        if signs := hints_in_text(Source(path, source.text)):
            hints[uri] = signs
        if may_be_ours(source.text) and counts(source.text, uri):
            ours.add(uri)
        return facts_of(Source(uri, source.text), config.settings)


def _pieces(found: Mapping[str, FileFacts]) -> Iterator[dict[str, FileFacts]]:
    """The files that say something, some at a time; all that say how files reach the cluster are in the first piece."""
    deciding = {uri: facts for uri, facts in found.items() if facts.resources.deliveries}
    if deciding:
        yield deciding
    others = ((uri, facts) for uri, facts in found.items() if facts and not facts.resources.deliveries)
    while piece := dict(islice(others, _PIECE)):
        yield piece


class _Scan:
    """One walk over the folders: a thread reads, the event loop takes the texts."""

    def __init__(
        self, client: ClientPort, configuration: Configuration, folders: Sequence[str], urgent: Urgent
    ) -> None:
        self._urgent = urgent
        self.stopped = threading.Event()
        self.progress = Progress(client, "Reading manifests")
        self._configuration = configuration
        self._folders = folders
        self.configs: tuple[LoadedConfig, ...] = ()
        self._loop = asyncio.get_running_loop()
        self._batches: asyncio.Queue[tuple[int, int, list[tuple[str, Source]]] | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)

    async def texts(self) -> AsyncIterator[tuple[str, Source]]:
        """The texts that may hold policies, or what they depend on, with their paths."""
        # What the client sent together with its request for the scan, as the documents it opens, goes first.
        await self._urgent.give_way()
        # A daemon: a slow disk does not keep the server from ending.
        threading.Thread(target=self._read, name="scan", daemon=True).start()
        is_shown = False
        while not self.stopped.is_set() and (batch := await self._batches.get()) is not None:
            done, total, texts = batch
            self._room.release()
            if total >= _SHOW_FROM:
                if not is_shown:
                    self.progress.begin()
                    is_shown = True
                self.progress.report(done, total)
            for text in texts:
                yield text

    def _read(self) -> None:
        """Runs in the thread."""
        try:
            for batch in self._batches_of(self._find()):
                while not self._room.acquire(timeout=1):
                    if self.stopped.is_set():
                        return
                self._post(batch)
        except Exception:
            logger.exception("the workspace could not be read")
        self._post(None)

    def _find(self) -> list[str]:
        paths = [path.replace(os.sep, "/") for path in discover(self._folders, self._is_excluded).paths]
        self.configs = tuple({id(config): config for config in map(self._config_of, paths)}.values())
        return paths

    def _is_excluded(self, path: str) -> bool:
        """Whether a file or folder is left out; all is when nobody wants the scan any more."""
        self._urgent.give_way_in_thread()
        return self.stopped.is_set() or self._configuration.is_excluded(path)

    def _config_of(self, path: str) -> LoadedConfig:
        self._urgent.give_way_in_thread()
        return self._configuration.for_path(path)

    def _batches_of(self, paths: list[str]) -> Iterator[tuple[int, int, list[tuple[str, Source]]]]:
        read: list[tuple[str, Source]] = []
        first = length = 0
        for done, path in enumerate(paths, 1):
            self._urgent.give_way_in_thread()
            if self.stopped.is_set():
                return
            if (source := _read_ours(path)) is not None:
                read.append((path, source))
                length += len(source.text)
            if done - first == _BATCH or length >= _BATCH_LENGTH or done == len(paths):
                yield done, len(paths), read
                read, first, length = [], done, 0

    def _post(self, batch: tuple[int, int, list[tuple[str, Source]]] | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._batches.put_nowait, batch)


def _read_ours(path: str) -> Source | None:
    """The text of a file that may hold policies, or what they depend on."""
    read = read_source(path)
    if isinstance(read, ReadProblem):
        return None
    is_wanted = may_be_ours(read.text) or may_hold_resources(read.text, path) or may_hint(read.text, path)
    return read if is_wanted else None

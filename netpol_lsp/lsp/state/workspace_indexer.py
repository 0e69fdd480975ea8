"""Reads the manifests of the workspace's files on disk, in the background."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from netpol_lsp.files.reading import read_source
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.collector import collector_rests
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.scheduler import run_task
from netpol_lsp.lsp.state.urgent import Slices, Urgent
from netpol_lsp.lsp.state.workspace_scan import Scan
from netpol_lsp.lsp.transport.trace import Operation
from netpol_lsp.lsp.uris import path_of_uri, uri_of_path
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.edit_limits import is_too_large
from netpol_lsp.project.file_reading import FileJob, FileReading, reading_of
from netpol_lsp.project.platform_detection import Hints, detected_layer
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.endings import TAKEN_ENDINGS
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import NO_FACTS, FileFacts

logger = logging.getLogger(__name__)

_PIECE = 128
"""Files whose facts are sorted in at once."""


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
        self._scan: Scan | None = None
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
            self._scan = Scan(self._client, self._configuration, folders, self._urgent)
            run_task(self._work(self._scan))
        else:
            self._use({}, set(), ())
        self._owner.settle()

    def stop(self) -> None:
        """End a scan that is under way."""
        if self._scan is not None:
            self._scan.stop()
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

    async def _work(self, scan: Scan) -> None:
        with collector_rests():
            await self._run(scan)

    async def _run(self, scan: Scan) -> None:
        """Take in what the scan reads, in slices, and use it when it is complete."""
        found: dict[str, FileFacts] = {}
        ours: set[str] = set()
        hints: dict[str, Hints] = {}
        operation = Operation(logger, "reading of the workspace")
        slices = Slices(self._urgent)
        async for path, one in scan.files():
            uri = uri_of_path(path)
            if isinstance(one, FileReading):
                found[uri] = _noted(uri, one, ours, hints)
                await slices.done()
            else:
                found[uri] = self._take(uri, path, one, ours, hints)
                await slices.done(len(one.text))
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
            scan.remember()
            self._use(found, ours, scan.configs)
            operation.done(f"files with policies: {len(ours)}", folders=list(self._configuration.folders))
            changed, self._changed = self._changed, set()
            self.update(changed)
            self._owner.settle()
            self._owner.check_again()

    async def _sort_in(self, scan: Scan, found: Mapping[str, FileFacts]) -> None:
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
        if not is_wanted or is_too_large(source.text):
            return NO_FACTS
        return _noted(uri, reading_of(source.text, FileJob(path, uri, config.settings)), ours, hints)


def _noted(uri: str, reading: FileReading, ours: set[str], hints: dict[str, Hints]) -> FileFacts:
    """The facts of a file, whose URI and hints are noted."""
    if reading.hints:
        hints[uri] = reading.hints
    if reading.may_be_ours:
        ours.add(uri)
    return reading.facts


def _pieces(found: Mapping[str, FileFacts]) -> Iterator[dict[str, FileFacts]]:
    """The files that say something, some at a time; all that say how files reach the cluster are in the first piece."""
    deciding = {uri: facts for uri, facts in found.items() if facts.resources.deliveries}
    if deciding:
        yield deciding
    others = ((uri, facts) for uri, facts in found.items() if facts and not facts.resources.deliveries)
    while piece := dict(islice(others, _PIECE)):
        yield piece

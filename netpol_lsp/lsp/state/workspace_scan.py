"""One walk over the workspace's folders: finds the manifests, and has them read."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator, Sequence

from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.progress import Progress
from netpol_lsp.lsp.state.session import MAX_LENGTH
from netpol_lsp.lsp.state.urgent import Urgent
from netpol_lsp.lsp.uris import uri_of_path
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.file_reading import FileJob, FileReading, holds_something
from netpol_lsp.project.reading_crew import ReadingCrew, crew_size, readings
from netpol_lsp.text.source import Source

logger = logging.getLogger(__name__)

_BATCH = 16
"""Files that the thread reads until it hands them over."""
_BATCH_LENGTH = 1 << 18
"""Characters that are enough for a batch of fewer files."""
_AHEAD = 4
"""Batches that may wait: the disk can be faster than the reading of policies."""
_SHOW_FROM = 500
"""Files from which the client is told of the scan."""

_Batch = tuple[int, int, list[tuple[str, Source]] | bytes]
"""How many files are done, of how many, and the texts of those that are new; or what other processes have read of them."""


class Scan:
    """One walk over the folders: a thread reads, or other processes where there is much, and the event loop takes it."""

    def __init__(
        self, client: ClientPort, configuration: Configuration, folders: Sequence[str], urgent: Urgent
    ) -> None:
        self._urgent = urgent
        self._stopped = threading.Event()
        self.progress = Progress(client, "Reading manifests")
        self._configuration = configuration
        self._folders = folders
        self.configs: tuple[LoadedConfig, ...] = ()
        self._loop = asyncio.get_running_loop()
        self._batches: asyncio.Queue[_Batch | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        self._crew: ReadingCrew | None = None

    def stop(self) -> None:
        """End it: nobody wants to know any more."""
        self._stopped.set()
        if self._crew is not None:
            self._crew.stop()

    async def files(self) -> AsyncIterator[tuple[str, Source | FileReading]]:
        """What may hold policies, or what they depend on, by path: as text, or what it says."""
        # What the client sent together with its request for the scan, as the documents it opens, goes first.
        await self._urgent.give_way()
        # A daemon: a slow disk does not keep the server from ending.
        threading.Thread(target=self._read, name="scan", daemon=True).start()
        is_shown = False
        while not self._stopped.is_set() and (batch := await self._batches.get()) is not None:
            done, total, found = batch
            self._room.release()
            if total >= _SHOW_FROM:
                if not is_shown:
                    self.progress.begin()
                    is_shown = True
                self.progress.report(done, total)
            for one in readings(found) if isinstance(found, bytes) else found:
                yield one

    def _read(self) -> None:
        """Runs in the thread."""
        try:
            paths = self._find()
            done, left = self._read_elsewhere(paths)
            for batch in self._batches_of(left, done):
                if not self._hand_over(batch):
                    return
        except Exception:
            logger.exception("the workspace could not be read")
        self._post(None)

    def _read_elsewhere(self, paths: list[str]) -> tuple[int, list[str]]:
        """Let other processes read, if that pays; gives how many files are done, and those that are left."""
        size = crew_size(len(paths))
        if not size:
            return 0, paths
        jobs = [job for path in paths if (job := self._job(path)) is not None]
        self._crew = crew = ReadingCrew(size, MAX_LENGTH)
        done = len(paths) - len(jobs)
        lock = threading.Lock()

        def deliver(read: int, answer: bytes) -> bool:
            nonlocal done
            with lock:
                done += read
                batch = done, len(paths), answer
            return self._hand_over(batch)

        if self._stopped.is_set():
            crew.stop()
        left = crew.read(jobs, deliver)
        if left and not self._stopped.is_set():
            logger.warning("%d files are read by the server itself: no other process has read them", len(left))
        return done, [job.path for job in left]

    def _job(self, path: str) -> FileJob | None:
        self._urgent.give_way_in_thread()
        config, is_wanted = self._configuration.for_document(path)
        return FileJob(path, uri_of_path(path), config.settings) if is_wanted else None

    def _hand_over(self, batch: _Batch) -> bool:
        """Give the event loop a batch when it has room for it; False: it wants no more."""
        while not self._room.acquire(timeout=1):
            if self._stopped.is_set():
                return False
        self._post(batch)
        return not self._stopped.is_set()

    def _find(self) -> list[str]:
        paths = [path.replace(os.sep, "/") for path in discover(self._folders, self._is_excluded).paths]
        self.configs = tuple({id(config): config for config in map(self._config_of, paths)}.values())
        return paths

    def _is_excluded(self, path: str) -> bool:
        """Whether a file or folder is left out; all is when nobody wants the scan any more."""
        self._urgent.give_way_in_thread()
        return self._stopped.is_set() or self._configuration.is_excluded(path)

    def _config_of(self, path: str) -> LoadedConfig:
        self._urgent.give_way_in_thread()
        return self._configuration.for_path(path)

    def _batches_of(self, paths: list[str], before: int) -> Iterator[_Batch]:
        """The texts of files, after `before` others."""
        read: list[tuple[str, Source]] = []
        first = length = 0
        for done, path in enumerate(paths, 1):
            self._urgent.give_way_in_thread()
            if self._stopped.is_set():
                return
            if (source := _read_ours(path)) is not None:
                read.append((path, source))
                length += len(source.text)
            if done - first == _BATCH or length >= _BATCH_LENGTH or done == len(paths):
                yield before + done, before + len(paths), read
                read, first, length = [], done, 0

    def _post(self, batch: _Batch | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._batches.put_nowait, batch)


def _read_ours(path: str) -> Source | None:
    """The text of a file that may hold policies, or what they depend on."""
    read = read_source(path)
    return None if isinstance(read, ReadProblem) or not holds_something(read.text, path) else read

"""One walk over the workspace's folders: finds the manifests, and has them read."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.progress import Progress
from netpol_lsp.lsp.state.urgent import Urgent
from netpol_lsp.lsp.uris import uri_of_path
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.facts_cache import FactsCache, remembered
from netpol_lsp.project.file_reading import FileJob, FileReading, holds_something
from netpol_lsp.project.reading_crew import ReadingCrew, crew_for, crew_size, records
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


class _Texts(NamedTuple):
    """Files that this process has read."""

    files: list[tuple[str, Source]]


class _Lines(NamedTuple):
    """Files that are as they were when they were read last, and what was remembered of each."""

    files: list[tuple[FileJob, str]]


class _Answer(NamedTuple):
    """What another process has read of some files."""

    jobs: Sequence[FileJob]
    frame: bytes


class _Batch(NamedTuple):
    """How many files are done, of how many, and what is in those that are new."""

    done: int
    total: int
    found: _Texts | _Lines | _Answer


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
        self._cache: FactsCache | None = None

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
            self._room.release()
            if batch.total >= _SHOW_FROM:
                if not is_shown:
                    self.progress.begin()
                    is_shown = True
                self.progress.report(batch.done, batch.total)
            for one in self._content(batch.found):
                yield one

    def _content(self, found: _Texts | _Lines | _Answer) -> Iterator[tuple[str, Source | FileReading]]:
        if isinstance(found, _Texts):
            yield from found.files
        else:
            for job, line in found.files if isinstance(found, _Lines) else self._read_of(found):
                if (reading := remembered(line, job)) is not None:
                    yield job.path, reading

    def _read_of(self, found: _Answer) -> Iterator[tuple[FileJob, str]]:
        for job, record in records(found.jobs, found.frame):
            if self._cache is not None:
                self._cache.put(job, record)
            yield job, record.line

    def remember(self) -> None:
        """Keep for the next start what was read, now that all is."""
        cache, self._cache = self._cache, None
        if cache is not None:
            threading.Thread(target=cache.save, name="remembering", daemon=True).start()

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
        """Take what is remembered, and let other processes read the rest, if that pays; how many files are done, and those left."""
        size = crew_size(len(paths))
        if not size:
            return 0, paths
        self._cache = FactsCache.of_folders(self._folders)
        jobs = [job for path in paths if (job := self._job(path)) is not None]
        done, total = len(paths) - len(jobs), len(paths)
        read: set[str] = set()
        for some in self._remembered(self._cache, jobs):
            done += len(some)
            read.update(job.path for job, _ in some)
            if not self._hand_over(_Batch(done, total, _Lines(some))):
                return done, []
        unknown = [job for job in jobs if job.path not in read]
        self._crew = crew = ReadingCrew(crew_for(size, len(unknown)))
        lock = threading.Lock()

        def deliver(read: Sequence[FileJob], answer: bytes) -> bool:
            nonlocal done
            with lock:
                done += len(read)
                batch = _Batch(done, total, _Answer(read, answer))
            return self._hand_over(batch)

        if self._stopped.is_set():
            crew.stop()
        left = crew.read(unknown, deliver)
        if left and not self._stopped.is_set():
            logger.warning("%d files are read by the server itself: no other process has read them", len(left))
        return done, [job.path for job in left]

    def _remembered(self, cache: FactsCache, jobs: Sequence[FileJob]) -> Iterator[list[tuple[FileJob, str]]]:
        """The files that are as they were when they were read last, some at a time."""
        known = cache.known(jobs)
        while some := list(islice(known, _BATCH)):
            self._urgent.give_way_in_thread()
            yield some

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
                yield _Batch(before + done, before + len(paths), _Texts(read))
                read, first, length = [], done, 0

    def _post(self, batch: _Batch | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._batches.put_nowait, batch)


def _read_ours(path: str) -> Source | None:
    """The text of a file that may hold policies, or what they depend on."""
    read = read_source(path)
    return None if isinstance(read, ReadProblem) or not holds_something(read.text, path) else read

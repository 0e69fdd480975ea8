"""Processes that read the files of a large workspace, so that parsing does not take turns with what is typed."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO

from netpol_lsp.project import reading_worker
from netpol_lsp.project.disk_cache import settled_after
from netpol_lsp.project.executor import cores
from netpol_lsp.project.facts_cache import Record
from netpol_lsp.project.file_reading import FileJob
from netpol_lsp.project.reading_worker import read_frame, write_frame

PAYS_FROM = 1000
"""Files from which processes pay: each takes some tenths of a second to begin, and 40 MB while it runs."""
_MOST = 4
_FOR_EACH = 250
"""Files for which it pays to start one process more."""
_CHUNK = 16
"""Files that are asked for at once."""
_AHEAD = 2
"""Chunks that a process has been asked for: it goes on while its last answer is taken in."""

Deliver = Callable[[Sequence[FileJob], bytes], bool]
"""Takes what a process has answered for some files, see `records`; False: no more is wanted. Called by several threads."""


def crew_size(files: int) -> int:
    """How many processes should read a workspace of so many files; 0: this one."""
    count = min(_MOST, cores())
    return count if count > 1 and files >= PAYS_FROM else 0


def crew_for(size: int, jobs: int) -> int:
    """How many of `size` processes are worth starting for so many files."""
    return min(size, -(-jobs // _FOR_EACH))


def records(jobs: Sequence[FileJob], answer: bytes) -> Iterator[tuple[FileJob, Record]]:
    """What a process has read of some files."""
    for job, written in zip(jobs, answer.decode("ascii").split("\n"), strict=True):
        stamp, line = written.split("\t", 1)
        yield job, Record(stamp, line)


class ReadingCrew:
    """A crew of processes, each with a thread that waits for it."""

    def __init__(self, size: int) -> None:
        hello = {"path": sys.path, "settled": settled_after()}
        self._hello = json.dumps(hello).encode() + b"\n"
        self._size = size
        self._lock = threading.Lock()
        self._chunks: deque[Sequence[FileJob]] = deque()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_stopped = False

    def read(self, jobs: Sequence[FileJob], deliver: Deliver) -> list[FileJob]:
        """Have files read; gives those that no process has read, as when none can be started."""
        self._chunks = deque(jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK))
        threads = [
            threading.Thread(target=self._work, args=(deliver,), name="reading", daemon=True) for _ in range(self._size)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [job for chunk in self._chunks for job in chunk]

    def stop(self) -> None:
        """End the processes, whatever they are doing."""
        with self._lock:
            self._is_stopped = True
            for process in self._processes:
                process.kill()

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._is_stopped:
                return None
            command = [sys.executable, "-I", os.path.abspath(reading_worker.__file__)]
            process = subprocess.Popen(  # noqa: S603 - Python itself, with a module of ours
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._processes.append(process)
            return process

    def _next(self) -> Sequence[FileJob] | None:
        with self._lock:
            return self._chunks.popleft() if self._chunks and not self._is_stopped else None

    def _work(self, deliver: Deliver) -> None:
        """Runs in a thread: what its process does not answer is put back."""
        asked: deque[Sequence[FileJob]] = deque()
        with suppress(OSError):
            process = self._start()
            if process is not None:
                assert process.stdin is not None
                assert process.stdout is not None
                try:
                    process.stdin.write(self._hello)
                    self._ask(process.stdin, process.stdout, asked, deliver)
                finally:
                    _end(process)
        with self._lock:
            self._chunks.extendleft(asked)

    def _ask(self, questions: IO[bytes], answers: IO[bytes], asked: deque[Sequence[FileJob]], deliver: Deliver) -> None:
        while True:
            while len(asked) < _AHEAD and (chunk := self._next()) is not None:
                asked.append(chunk)
                write_frame(questions, pickle.dumps(list(chunk), protocol=5))
            if not asked or (answer := read_frame(answers)) is None:
                return
            if not deliver(asked.popleft(), answer):
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """A process that has nothing more to do ends when its input does; one that is in the middle of something is not waited for."""
    process.kill()
    with process:
        pass

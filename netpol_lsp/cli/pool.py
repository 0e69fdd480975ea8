"""Spreads linting over processes when there is enough of it to pay."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from netpol_lsp.cli.codec import decode, encode
from netpol_lsp.cli.linter import Linter, Work
from netpol_lsp.lint.report import FileReport

PAYS_FROM = {"fork": 1500, "spawn": 4000}
"""Documents from which processes pay, by how they are started."""
_BATCH = 100


class PoolError(Exception):
    """A process of the pool could not do its work."""


def lint_all(work: Sequence[Work], jobs: int | None) -> Iterator[tuple[int, FileReport]]:
    """The report of each text with its index, in no certain order."""
    method = "fork" if _can_fork() else "spawn"
    count = min(jobs or _cores(), len(work))
    if count < 2 or (jobs is None and _documents(work) < PAYS_FROM[method]):
        yield from Linter(work).lint()
        return
    yield from _lint_in_processes(work, multiprocessing.get_context(method), count)


def _lint_in_processes(work: Sequence[Work], context: Any, count: int) -> Iterator[tuple[int, FileReport]]:
    sources = {item.index: item.text.source for item in work}
    started: list[Any] = []
    readers: list[Connection] = []
    try:
        for number in range(count):
            reader, writer = context.Pipe(duplex=False)
            process = context.Process(target=_worker, args=(list(work[number::count]), writer), daemon=True)
            process.start()
            writer.close()
            started.append(process)
            readers.append(reader)
        while readers:
            for reader in wait(readers):
                assert isinstance(reader, Connection)
                try:
                    batch = reader.recv()
                except EOFError:
                    raise PoolError("a process ended unexpectedly; try again with --jobs 1") from None
                if isinstance(batch, str):
                    raise PoolError(batch)
                if batch is None:
                    readers.remove(reader)
                    reader.close()
                    continue
                for index, documents, policies, found in batch:
                    yield index, FileReport(sources[index], documents, policies, decode(found))
    finally:
        for process in started:
            if readers:
                process.terminate()
            process.join()


def _worker(work: list[Work], writer: Connection) -> None:
    """Lint a share of the texts and send the findings, plain, in batches; None at the end."""
    # Ctrl-C reaches every process of the terminal: the parent says so, the others just end.
    with suppress(KeyboardInterrupt, BrokenPipeError):
        try:
            batch: list[tuple[int, int, int, list[Any]]] = []
            for index, report in Linter(work).lint():
                batch.append((index, report.documents, report.policies, encode(report.diagnostics)))
                if len(batch) == _BATCH:
                    writer.send(batch)
                    batch = []
            writer.send(batch)
            writer.send(None)
        except Exception as error:  # noqa: BLE001 - the parent says it; a process of its own would print a traceback
            writer.send(f"{type(error).__name__}: {error}")


def _documents(work: Sequence[Work]) -> int:
    return sum(1 + item.text.source.text.count("\n---") for item in work)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Whether this process can be copied safely: not with threads, and not on macOS, whose libraries do not bear it."""
    return sys.platform == "linux" and threading.active_count() == 1

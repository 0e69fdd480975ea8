"""Decides who lints: this process, or several where there is enough work to pay."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from netpol_lsp.project.in_process import Executor, InProcessExecutor, LintJob

PAYS_FROM = {"fork": 1500, "spawn": 4000}
"""Documents from which processes pay, by how they are started."""


@contextmanager
def choose_executor(work: Sequence[LintJob], jobs: int | None, *, is_kept: bool = False) -> Iterator[Executor]:
    """Whoever lints these texts best: this process, or as many as asked for, or as there are cores.

    `is_kept`: what is found out will be written into the cache.
    """
    method = "fork" if _can_fork() else "spawn"
    count = min(jobs or cores(), len(work))
    if count < 2 or (jobs is None and _documents(work) < PAYS_FROM[method]):
        yield InProcessExecutor(work, is_kept=is_kept)
        return
    from netpol_lsp.project.process_pool import Processes  # noqa: PLC0415 - costs 15 ms, and most runs are small

    processes = Processes(work, method, count, is_kept=is_kept)
    try:
        yield processes
    finally:
        processes.stop()


def _documents(work: Sequence[LintJob]) -> int:
    return sum(1 + item.text.source.text.count("\n---") for item in work)


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Whether this process can be copied safely: not with threads, and not on macOS, whose libraries do not bear it."""
    return sys.platform == "linux" and threading.active_count() == 1

"""A progress bar for runs that take a while, on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from netpol_lsp.cli import console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE, _PAUSE = 1.0, 0.1
"""Seconds before the bar appears, and between two drawings of it."""


class ProgressBar:
    """Shows how many files are done, on standard error; silent when that is no terminal or the run is short."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._wanted = wanted and console.is_terminal(sys.stderr)
        self._next = time.monotonic() + _PATIENCE
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._wanted = False

    def update(self, done: int, total: int) -> None:
        """Note that so many files are done."""
        if not self._wanted:
            return
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _PAUSE
        if self._bar is None:
            self._start(total)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)
            self._bar.refresh()

    def _start(self, total: int) -> None:
        from rich.console import Console  # noqa: PLC0415 - costs 50 ms, and most runs are over before
        from rich.progress import Progress  # noqa: PLC0415

        # No refreshing thread: a process with threads cannot be copied safely.
        self._bar = Progress(console=Console(file=sys.stderr), auto_refresh=False, transient=True)
        self._bar.start()
        self._task = self._bar.add_task("Linting", total=total)

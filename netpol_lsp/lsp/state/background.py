"""Long work beside the messages: in a thread, with a progress bar, and the user may end it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.progress import Progress
from netpol_lsp.lsp.state.scheduler import in_thread

T = TypeVar("T")


class Stopped(Exception):  # noqa: N818 - not an error: someone wanted it
    """The work was ended before it was done."""


class Background:
    """What runs beside the messages."""

    def __init__(self, client: ClientPort) -> None:
        self._client = client
        self._running: dict[str | int, threading.Event] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return not self._running

    async def run(self, title: str, work: Callable[[Callable[[], None]], T]) -> T:
        """The result of `work`, which calls what it is given between its steps. Raises Stopped when the user ends it."""
        stopped = threading.Event()

        def proceed() -> None:
            if stopped.is_set():
                raise Stopped

        progress = Progress(self._client, title)
        self._running[progress.token] = stopped
        progress.begin()
        try:
            return await in_thread(lambda: work(proceed))
        finally:
            # Also when the request was cancelled: the thread has no one to work for.
            stopped.set()
            progress.end()
            del self._running[progress.token]

    def cancel(self, token: str | int) -> None:
        """The user does not want to wait for the work with this token."""
        if token in self._running:
            self._running[token].set()

"""Messages on their way to a client that may have stopped reading."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

MOST_WAITING = 64 * 1024 * 1024
"""Bytes that may wait for a client: more than any answer has, less than memory."""


class ClientStalledError(OSError):
    """The client has not read for too long."""


class Outgoing:
    """Writes messages in a thread of its own, so that a full pipe never holds up the server."""

    def __init__(self, write: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        self._write = write
        self._gone = gone
        self._waiting = 0
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="stdout", daemon=True)
        self._thread.start()

    def put(self, data: bytes) -> None:
        """Send a message; raises OSError when too much is waiting."""
        with self._lock:
            if self._waiting > MOST_WAITING:
                raise ClientStalledError("the client does not read")
            self._waiting += len(data)
        self._queue.put(data)

    def finish(self, seconds: float) -> None:
        """Wait until all is written, but not for ever."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            try:
                self._write(data)
            except OSError:
                self._gone()
                return
            with self._lock:
                self._waiting -= len(data)

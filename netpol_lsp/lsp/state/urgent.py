"""What somebody who types waits for at the moment: work in the background gives way to it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

_LONGEST = 1.0
"""Seconds after which work in the background goes on all the same, for one slice: it must come to an end."""
_FILES = 16
_LENGTH = 1 << 16
_TIME = 0.004


class Urgent:
    """The names of what is waited for. The event loop writes; the threads of the background may wait as well."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._numbers = count()
        self._calm = threading.Event()
        self._calm.set()
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def is_calm(self) -> bool:
        """Whether nobody waits."""
        return not self._names

    def begin(self, name: str) -> None:
        """Somebody waits for this from now on."""
        self._names.add(name)
        self._calm.clear()

    def end(self, name: str) -> None:
        """Nobody waits for this any more."""
        self._names.discard(name)
        if self._names:
            return
        self._calm.set()
        waiting, self._waiting = self._waiting, []
        for place in waiting:
            if not place.done():
                place.set_result(None)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Somebody waits for an answer meanwhile."""
        name = f"answer {next(self._numbers)}"
        self.begin(name)
        try:
            yield
        finally:
            self.end(name)

    async def give_way(self) -> None:
        """Let messages be handled, and return when nobody waits."""
        await asyncio.sleep(0)
        if self._names:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            await asyncio.wait((place,), timeout=_LONGEST)

    def give_way_in_thread(self) -> None:
        """Return when nobody waits: a thread that computes takes the interpreter from the event loop."""
        self._calm.wait(_LONGEST)


class Slices:
    """Divides work in the background into slices, by files, by their length and by time: a keystroke waits for one at most."""

    def __init__(self, urgent: Urgent) -> None:
        self._urgent = urgent
        self._start_anew()

    def _start_anew(self) -> None:
        self._files = self._length = 0
        self._started = time.perf_counter()

    async def done(self, length: int = 0) -> None:
        """A file of this length was dealt with: give way when the slice is full."""
        self._files += 1
        self._length += length
        is_full = self._files >= _FILES or self._length >= _LENGTH
        if is_full or time.perf_counter() - self._started > _TIME:
            await self._urgent.give_way()
            self._start_anew()

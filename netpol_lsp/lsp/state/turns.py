"""A limited number of places for work that waits its turn, those who are in a hurry first."""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """`most` may work at once: each that is half-way keeps alive what it works on."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._hurried: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def enter(self, name: str, *, hurried: bool) -> None:
        """Wait for a place; `leave` gives it back."""
        if self._free:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[name] = place
        (self._hurried if hurried else self._others).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self.leave()
            raise
        finally:
            if self._waiting.get(name) is place:
                del self._waiting[name]

    def hurry(self, name: str) -> None:
        """Let one who waits already go before all who are in no hurry."""
        place = self._waiting.get(name)
        if place is not None:
            self._hurried.append(place)

    def leave(self) -> None:
        """Give a place back: to the next one, if somebody waits."""
        for queue in (self._hurried, self._others):
            while queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1

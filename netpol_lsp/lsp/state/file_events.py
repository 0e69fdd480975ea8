"""Changes of files on disk: what is told of them one by one, or a thousand times of the same file, is handled together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from netpol_lsp.lsp.state.scheduler import run_task

_PAUSE = 0.05
_TIMES = 2
"""How many times as long as handling took nothing is handled after it: a storm leaves time for everything else."""


class FileEvents:
    """Hands the first change on at once, and what is told within a short time after it together."""

    def __init__(self) -> None:
        self._uris: dict[str, None] = {}
        self._is_pausing = False

    @property
    def is_idle(self) -> bool:
        """Whether all that was told has been handled."""
        return not self._uris

    def tell(self, uris: Iterable[str], handle: Callable[[list[str]], None]) -> None:
        """Files were made, changed or deleted; `handle` gets each of them once."""
        self._uris.update(dict.fromkeys(uris))
        if not self._is_pausing and self._uris:
            self._is_pausing = True
            run_task(self._pause(self._hand_on(handle), handle))

    def _hand_on(self, handle: Callable[[list[str]], None]) -> float:
        """Handle what was told; gives the seconds of work."""
        uris, self._uris = list(self._uris), {}
        start = time.thread_time()
        handle(uris)
        return time.thread_time() - start

    async def _pause(self, took: float, handle: Callable[[list[str]], None]) -> None:
        try:
            await asyncio.sleep(max(_PAUSE, _TIMES * took))
            while self._uris:
                took = self._hand_on(handle)
                await asyncio.sleep(max(_PAUSE, _TIMES * took))
        finally:
            self._is_pausing = False

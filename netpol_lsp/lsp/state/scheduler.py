"""Runs the checks of changed documents: one task a document, the newest version only."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.state.turns import Turns
from netpol_lsp.lsp.state.urgent import Urgent
from netpol_lsp.lsp.transport.trace import Operation
from netpol_lsp.lsp.uris import name_of_uri

logger = logging.getLogger(__name__)

TURN = 0.008
"""Seconds of work until someone else has a turn: a keystroke waits no longer."""
_CHEAP = 0.02
_LONGEST_DELAY = 0.3
_AT_ONCE = 8
"""Documents that are checked in turns at the same time."""


class Scheduler:
    """Calls `publish` with the current snapshot of each document that was scheduled, once its findings are known.

    A check that is cheap starts as soon as the messages that are already here have been handled; after one
    that was not, a document waits for a pause in the typing that is as long as the check took. Checks of what is typed
    are `urgent` until they are published.
    """

    def __init__(self, session: Session, publish: Callable[[Snapshot], None], urgent: Urgent) -> None:
        self._session = session
        self._publish = publish
        self._urgent = urgent
        self._typed: set[str] = set()
        self._pausing: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._costs: dict[str, float] = {}
        self._touched: dict[str, float] = {}
        self._turns = Turns(_AT_ONCE)

    def schedule(self, uri: str, *, hurried: bool = False) -> None:
        """Check a document soon; `hurried`: before those that nobody is typing in."""
        self._touched[uri] = time.monotonic()
        if hurried:
            self._typed.add(uri)
            if uri not in self._pausing:
                self._urgent.begin(uri)
        if uri not in self._tasks:
            self._tasks[uri] = run_task(self._run(uri, hurried=hurried))
        elif hurried:
            self._turns.hurry(uri)

    def schedule_all(self) -> None:
        """Check all open documents soon."""
        for snapshot in self._session:
            self.schedule(snapshot.uri)

    def schedule_affected(self, but: str | None = None) -> None:
        """Check the documents soon that depend on what has changed of other manifests, `but` one."""
        for uri in self._session.take_affected():
            if uri != but:
                self.schedule(uri)

    def forget(self, uri: str) -> None:
        """Stop checking a document."""
        task = self._tasks.pop(uri, None)
        if task is not None:
            task.cancel()
        self._costs.pop(uri, None)
        self._touched.pop(uri, None)
        self._calm_down(uri)

    def _calm_down(self, uri: str) -> None:
        """Nobody waits for the findings of what was typed there any more."""
        self._typed.discard(uri)
        self._urgent.end(uri)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to do."""
        return not self._tasks

    async def _run(self, uri: str, *, hurried: bool) -> None:
        try:
            await asyncio.sleep(0)
            is_done = False
            while not is_done:
                await self._pause(uri)
                await self._turns.enter(uri, hurried=hurried)
                try:
                    is_done = await self._attempt(uri)
                finally:
                    self._turns.leave()
                hurried = True
        finally:
            if self._tasks.get(uri) is asyncio.current_task():
                del self._tasks[uri]
                self._calm_down(uri)

    async def _attempt(self, uri: str) -> bool:
        """Check a document and hand over its findings; False when it has changed meanwhile. Who waits holds no snapshot."""
        snapshot = self._session.get(uri)
        if snapshot is not None and not await self._check(snapshot):
            return False
        self._finish(uri)
        return True

    def _finish(self, uri: str) -> None:
        """Hand over a document's findings; when its policies have changed, look at the other documents again."""
        snapshot = self._session.up_to_date(uri)
        if snapshot is None:
            return
        self._publish(snapshot)
        self.schedule_affected(but=uri)

    async def _pause(self, uri: str) -> None:
        """Wait until no one has typed for as long as the last check took."""
        cost = self._costs.get(uri, 0.0)
        delay = 0.0 if cost < _CHEAP else min(cost, _LONGEST_DELAY)
        self._pausing.add(uri)
        try:
            while (left := self._touched.get(uri, 0.0) + delay - time.monotonic()) > 0:
                # Meanwhile work in the background may go on.
                self._urgent.end(uri)
                await asyncio.sleep(left)
        finally:
            self._pausing.discard(uri)
        if uri in self._typed:
            self._urgent.begin(uri)

    async def _check(self, snapshot: Snapshot) -> bool:
        """Work out the findings; False when the document has changed meanwhile."""
        operation = Operation(logger, f"check of {name_of_uri(snapshot.uri)}")
        busy = await work_out(self._session, snapshot)
        if busy is None:
            operation.done("outdated", uri=snapshot.uri, version=snapshot.version)
            return False
        operation.done(uri=snapshot.uri, version=snapshot.version, busy=f"{busy * 1000:.1f} ms")
        # The first check of a document reads all of it, and one after other manifests have changed asks everything
        # anew: they say nothing about the next keystroke.
        if snapshot.uri not in self._costs:
            self._costs[snapshot.uri] = 0.0
        elif snapshot.uri in self._typed:
            self._costs[snapshot.uri] = busy
        return True


async def work_out(session: Session, snapshot: Snapshot) -> float | None:
    """Work out a snapshot's findings in short turns; gives the seconds of work, or None when it is outdated.

    Work is processor time: what else the machine is busy with must not make a check look costly.
    """
    busy = 0.0
    start, used = time.perf_counter(), time.thread_time()
    for _ in session.steps(snapshot):
        if time.perf_counter() - start > TURN:
            busy += time.thread_time() - used
            await asyncio.sleep(0)
            if not session.is_current(snapshot):
                return None
            start, used = time.perf_counter(), time.thread_time()
    return busy + time.thread_time() - used


async def take_turns(steps: Iterator[None]) -> None:
    """Work in short turns, so that messages are handled in between."""
    start = time.perf_counter()
    for _ in steps:
        if time.perf_counter() - start > TURN:
            await asyncio.sleep(0)
            start = time.perf_counter()


T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """The result of a function that runs in a thread of its own, which does not keep the server from ending."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(use: Callable[..., None], value: Any) -> None:
        if not result.done():
            use(value)

    def run() -> None:
        try:
            use, value = result.set_result, work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits must learn of it
            use, value = result.set_exception, error  # type: ignore[assignment]
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, use, value)

    threading.Thread(target=run, daemon=True).start()
    return await result


_running: set[asyncio.Task[Any]] = set()


def run_task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run something beside the messages; what it raises is logged, not lost."""
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_done)
    return task


def _done(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("a background task failed", exc_info=error)

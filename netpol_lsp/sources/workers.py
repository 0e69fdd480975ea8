"""Programs that answer one question after the other: starting one for each takes longer than most answers.

Each question has the limits that a program of its own would have. A program that breaks one, or ends, is replaced: only the
question that it was asked is lost.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from netpol_lsp.sources.programs import USUAL, Limits, ProgramResult, kill_program, start_program

_MOST_QUESTIONS = 100
"""After so many a program is replaced, whatever it has kept of them."""
_MOST_COMPLAINT = 20_000


class Workers:
    """Programs of one command, as many as there are questions at a time; `close` ends them. Threads may share it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: bytes, limits: Limits = USUAL) -> ProgramResult:
        """What a program answers to a line: a line without its end."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is not None:
            answer = self._ask(worker, question, limits)
            if not worker.has_ended:
                return answer
            # It may have ended of what it was asked before.
        started = _Worker.start(self._command)
        return started if isinstance(started, ProgramResult) else self._ask(started, question, limits)

    def _ask(self, worker: _Worker, question: bytes, limits: Limits) -> ProgramResult:
        answer = worker.ask(question, limits)
        with self._lock:
            is_wanted = answer.failure is None and worker.questions < _MOST_QUESTIONS and not self._is_closed
            if is_wanted:
                self._idle.append(worker)
        if not is_wanted:
            worker.end()
        return answer

    def close(self) -> None:
        """End the programs that wait for questions; the others end after their answer."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()


class _Worker:
    """A program, and threads that read what it writes."""

    def __init__(self, process: subprocess.Popen[bytes], home: tempfile.TemporaryDirectory[str]) -> None:
        self.questions = 0
        self.has_ended = False
        self._process = process
        self._home = home
        self._changed = threading.Condition()
        self._answer = bytearray()
        self._complaint = bytearray()
        self._most = 0
        self._is_over = False
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._read_complaint)]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def start(command: Sequence[str]) -> _Worker | ProgramResult:
        """Start one; why that is not possible otherwise."""
        home = tempfile.TemporaryDirectory(prefix="netpol-home-")
        process = start_program(command, home.name, home.name)
        if isinstance(process, ProgramResult):
            home.cleanup()
            return process
        return _Worker(process, home)

    def ask(self, question: bytes, limits: Limits) -> ProgramResult:
        """Ask it, and wait for the answer. After a failure it is of no more use."""
        self.questions += 1
        with self._changed:
            self._most = limits.output
            self._answer.clear()
        threading.Thread(target=self._write, args=(question + b"\n",), daemon=True).start()
        with self._changed:
            in_time = self._changed.wait_for(lambda: self._is_done(limits) or self._is_over, limits.seconds)
            answer = bytes(self._answer)
        if len(answer) > limits.output:
            return ProgramResult(failure=f"wrote more than {limits.output:,} bytes")
        if not in_time:
            return ProgramResult(failure=f"took longer than {limits.seconds:g} seconds")
        if not answer.endswith(b"\n"):
            self.has_ended = True
            self._threads[1].join(5)
            return ProgramResult(failure="failed", complaint=self._complaint.decode("utf-8", "replace"))
        return ProgramResult(answer[:-1])

    def _is_done(self, limits: Limits) -> bool:
        return self._answer.endswith(b"\n") or len(self._answer) > limits.output

    def end(self) -> None:
        """End it, whatever it is doing."""
        kill_program(self._process)
        self._process.wait()
        for thread in self._threads:
            thread.join(5)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what was not written yet is not wanted any more
        self._home.cleanup()

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (OSError, ValueError):
            pass  # it has ended: the one who asks notices

    def _read(self) -> None:
        assert self._process.stdout is not None
        while block := self._process.stdout.read1(65536):  # type: ignore[attr-defined]
            with self._changed:
                if len(self._answer) <= self._most:
                    self._answer += block
                self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _read_complaint(self) -> None:
        assert self._process.stderr is not None
        while block := self._process.stderr.read1(65536):  # type: ignore[attr-defined]
            if len(self._complaint) < _MOST_COMPLAINT:
                self._complaint += block

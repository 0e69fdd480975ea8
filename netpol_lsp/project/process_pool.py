"""Lints in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.diagnostic_codec import decode, encode
from netpol_lsp.project.errors import PoolError
from netpol_lsp.project.in_process import InProcessExecutor, LintJob
from netpol_lsp.project.nesting import allow_deep_nesting
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_BATCH = 100
_ENDED = "a process ended unexpectedly; try again with --jobs 1"
_FACTS, _LINT = "facts", "lint"


class Processes:
    """A crew of processes, each with its share of the texts; they are asked over pipes."""

    def __init__(self, work: Sequence[LintJob], method: str, count: int) -> None:
        context: Any = multiprocessing.get_context(method)
        self._sources = {item.index: item.text.source for item in work}
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        for number in range(count):
            ours, theirs = context.Pipe()
            # A copy of this process has our ends of the pipes, too: it must close them to notice when we are gone.
            inherited = (*self._pipes, ours) if method == "fork" else ()
            process = context.Process(target=_serve, args=(work[number::count], theirs, inherited), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)

    def facts(self) -> dict[str, FileFacts]:
        """What all texts say, by file."""
        self._send((_FACTS, None))
        return {uri: facts for answer in self._answers() for uri, facts in answer}

    def lint(self, workspace: WorkspaceSnapshot) -> Iterator[tuple[int, FileReport]]:
        """The report of each text with its index."""
        self._send((_LINT, workspace))
        return self._reports()

    def _reports(self) -> Iterator[tuple[int, FileReport]]:
        for answer in self._answers():
            for index, documents, policies, found in answer:
                yield index, FileReport(self._sources[index], documents, policies, decode(found))

    def _send(self, question: tuple[str, WorkspaceSnapshot | None]) -> None:
        """Ask all processes."""
        try:
            for pipe in self._pipes:
                pipe.send(question)
        except ConnectionError:
            raise PoolError(_ENDED) from None

    def _answers(self) -> Iterator[list[Any]]:
        """The answers of all processes, as they come; each ends its answers with None."""
        waiting = list(self._pipes)
        try:
            while waiting:
                for pipe in cast("list[Connection]", wait(waiting)):
                    answer = pipe.recv()
                    if isinstance(answer, str):
                        raise PoolError(answer)
                    if answer is None:
                        waiting.remove(pipe)
                    else:
                        yield answer
        except (EOFError, ConnectionError):
            raise PoolError(_ENDED) from None

    def stop(self) -> None:
        """End the processes, whatever they are doing."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join()


def _serve(work: Sequence[LintJob], pipe: Connection, inherited: Sequence[Connection]) -> None:
    """Answer the parent's questions about a share of the texts until it closes the pipe."""
    for other in inherited:
        other.close()
    allow_deep_nesting()
    # Ctrl-C reaches every process of the terminal: the parent says so, the others just end.
    with suppress(KeyboardInterrupt, EOFError, ConnectionError):
        linter = InProcessExecutor(work)
        while True:
            kind, workspace = pipe.recv()
            try:
                if kind == _FACTS:
                    pipe.send(list(linter.facts().items()))
                else:
                    _send_reports(linter.lint(workspace), pipe)
                pipe.send(None)
            except Exception as error:  # noqa: BLE001 - the parent says it; a process would print a traceback
                pipe.send(f"{type(error).__name__}: {error}")


def _send_reports(reports: Iterator[tuple[int, FileReport]], pipe: Connection) -> None:
    batch: list[tuple[int, int, int, list[Any]]] = []
    for index, report in reports:
        batch.append((index, report.documents, report.policies, encode(report.diagnostics)))
        if len(batch) == _BATCH:
            pipe.send(batch)
            batch = []
    pipe.send(batch)

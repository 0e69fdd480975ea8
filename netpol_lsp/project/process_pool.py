"""Lints in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, cast

from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.diagnostic_codec import decode, encode
from netpol_lsp.project.errors import PoolError
from netpol_lsp.project.in_process import Found, InProcessExecutor, LintJob, Said
from netpol_lsp.project.nesting import allow_deep_nesting
from netpol_lsp.workspace.fact_codec import facts_from_json
from netpol_lsp.workspace.part_digests import PartState
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_BATCH = 100
_ENDED = "a process ended unexpectedly; try again with --jobs 1"
_FACTS, _LINT = "facts", "lint"


class Processes:
    """A crew of processes, each with its share of the texts; they are asked over pipes."""

    def __init__(self, work: Sequence[LintJob], method: str, count: int, *, is_kept: bool = False) -> None:
        context: Any = multiprocessing.get_context(method)
        self._sources = {item.index: item.text.source for item in work}
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        for number in range(count):
            ours, theirs = context.Pipe()
            # A copy of this process has our ends of the pipes, too: it must close them to notice when we are gone.
            inherited = (*self._pipes, ours) if method == "fork" else ()
            share = (work[number::count], theirs, inherited, number)
            process = context.Process(target=_serve, args=share, kwargs={"is_kept": is_kept}, daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)

    def facts(self) -> Iterator[Said]:
        """What the texts say."""
        self._send((_FACTS, None))
        for answer in self._answers():
            for uri, facts, line in answer:
                yield Said(uri, facts_from_json(line, uri) if facts is None else facts, line)

    def lint(self, workspace: WorkspaceSnapshot | None) -> Iterator[Found]:
        """The report of each text."""
        self._send((_LINT, workspace))
        return self._reports()

    def _reports(self) -> Iterator[Found]:
        known: dict[int, list[PartState]] = {}
        for process, parts, reports in self._answers():
            states = known.setdefault(process, [])
            states += parts
            for index, documents, policies, found, numbers in reports:
                report = FileReport(self._sources[index], documents, policies, decode(found))
                yield Found(index, report, tuple([states[number] for number in numbers]))

    def _send(self, question: tuple[str, WorkspaceSnapshot | None]) -> None:
        """Ask all processes. A workspace is large: it is made into bytes once."""
        data = ForkingPickler.dumps(question)
        try:
            for pipe in self._pipes:
                pipe.send_bytes(data)
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


def _serve(
    work: Sequence[LintJob], pipe: Connection, inherited: Sequence[Connection], number: int, *, is_kept: bool
) -> None:
    """Answer the parent's questions about a share of the texts until it closes the pipe."""
    for other in inherited:
        other.close()
    allow_deep_nesting()
    # Ctrl-C reaches every process of the terminal: the parent says so, the others just end.
    with suppress(KeyboardInterrupt, EOFError, ConnectionError):
        linter = InProcessExecutor(work, is_kept=is_kept)
        while True:
            kind, workspace = pipe.recv()
            try:
                if kind == _FACTS:
                    # Where they are wanted as JSON they need not be sent in another way as well.
                    pipe.send([(said.uri, None if is_kept else said.facts, said.line) for said in linter.facts()])
                else:
                    _send_reports(linter.lint(workspace), pipe, number)
                pipe.send(None)
            except Exception as error:  # noqa: BLE001 - the parent says it; a process would print a traceback
                pipe.send(f"{type(error).__name__}: {error}")


def _send_reports(found: Iterator[Found], pipe: Connection, process: int) -> None:
    """Send reports by the hundred. What they were read from is sent once, and numbered from then on."""
    numbers: dict[PartState, int] = {}
    new: list[PartState] = []
    batch: list[tuple[int, int, int, list[Any], list[int]]] = []
    for index, report, parts in found:
        new += [part for part in parts if part not in numbers]
        places = [numbers.setdefault(part, len(numbers)) for part in parts]
        batch.append((index, report.documents, report.policies, encode(report.diagnostics), places))
        if len(batch) == _BATCH:
            pipe.send((process, new, batch))
            new, batch = [], []
    pipe.send((process, new, batch))

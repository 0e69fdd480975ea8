"""Lints texts that were read already: in this process, or in each process of the pool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.files.reading import TextFile
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.config import FileConfig
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.report import FileReport
from netpol_lsp.workspace.view import EMPTY, WorkspaceView


@dataclass(frozen=True, slots=True)
class Work:
    """A text to lint; `index` is its place in the run."""

    index: int
    text: TextFile
    config: FileConfig


class Linter:
    """Reads all of its texts first, so that the workspace can be made of them, and lints each then."""

    def __init__(self, work: Sequence[Work]) -> None:
        self._work = list(work)
        self._analyses: list[Analysis] | None = None

    def analyse(self) -> list[Analysis]:
        """What the texts hold, in their order."""
        if self._analyses is None:
            self._analyses = [analyse(item.text.source) for item in self._work]
        return self._analyses

    def lint(self, workspace: WorkspaceView = EMPTY) -> Iterator[tuple[int, FileReport]]:
        """The report of each text; each is let go of when its report is done."""
        analyses = self._analyses
        for number, item in enumerate(self._work):
            analysis = analyses[number] if analyses else analyse(item.text.source)
            yield item.index, lint(analysis, item.config, workspace)

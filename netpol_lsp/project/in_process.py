"""Lints texts that were read already, in two steps: what policies are there, then what is wrong with each text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import TextFile
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.locate import located_policies
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.report import FileReport
from netpol_lsp.lint.rule import PolicyRule
from netpol_lsp.project.context_manifests import ContextText
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot


@dataclass(frozen=True, slots=True)
class LintJob:
    """A text to lint; `index` is its place in the run."""

    index: int
    text: TextFile
    config: FileConfig


class Executor(Protocol):
    """Whoever lints the texts of a run: this process or several."""

    def policies(self) -> list[LocatedPolicy]:
        """The policies of all texts."""
        ...

    def lint(self, workspace: WorkspaceSnapshot) -> Iterator[tuple[int, FileReport]]:
        """The report of each text with its index, in no certain order."""
        ...


_KEPT = 3_000_000
"""How many characters of text stay analysed between the two steps: nodes take thirty times their text's memory."""


class InProcessExecutor:
    """Lints in this process. As long as memory allows, texts that were read for their policies are not read again."""

    def __init__(self, work: Sequence[LintJob]) -> None:
        self._work = list(work)
        self._kept: dict[int, Analysis] = {}

    def policies(self) -> list[LocatedPolicy]:
        """The policies of all texts."""
        found: list[LocatedPolicy] = []
        room = _KEPT
        for item in self._work:
            analysis = analyse(item.text.source)
            found += located_policies(analysis, item.config.settings)
            room -= sum(len(part.text) for part in analysis.parts if part.analysis is not None)
            if room > 0:
                self._kept[item.index] = analysis
        return found

    def lint(self, workspace: WorkspaceSnapshot) -> Iterator[tuple[int, FileReport]]:
        """The report of each text with its index."""
        for item in self._work:
            analysis = self._kept.pop(item.index, None) or analyse(item.text.source)
            report = lint(analysis, item.config, workspace)
            for found in report.diagnostics:
                # Fixes that are worked out later would keep the whole tree in memory.
                len(found.fixes)
            yield item.index, report


def workspace_of(crew: Executor, context: Iterable[ContextText]) -> WorkspaceSnapshot:
    """The view of the policies that are linted and of those that the context adds."""
    more = [located for text in context for located in located_policies(analyse(text.source), text.settings)]
    return WorkspaceSnapshot.of(crew.policies()).with_context(more)


def needs_workspace(configs: Iterable[FileConfig]) -> bool:
    """Whether a rule that is enabled anywhere looks at other policies than its own."""
    codes = {rule.info.code for rule in all_rules() if isinstance(rule, PolicyRule) and rule.uses_workspace}
    return any(codes & enabled for enabled in {config.enabled for config in configs})

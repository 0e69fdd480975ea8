"""Lints texts that were read already, in two steps: what they say, then what is wrong with each text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import TextFile
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.file_facts import facts_of, file_facts
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.report import FileReport
from netpol_lsp.lint.rule import PolicyRule
from netpol_lsp.project.context_manifests import ContextText
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.project.renderings import Renderings


@dataclass(frozen=True, slots=True)
class LintJob:
    """A text to lint; `index` is its place in the run.

    `is_linted` False: it is only read for its facts. `wants_resources`: a rule looks at manifests of other kinds.
    """

    index: int
    text: TextFile
    config: FileConfig
    is_linted: bool = True
    wants_resources: bool = True


class Executor(Protocol):
    """Whoever lints the texts of a run: this process or several."""

    def facts(self) -> dict[str, FileFacts]:
        """What all texts say, by file."""
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

    def facts(self) -> dict[str, FileFacts]:
        """What all texts say, by file."""
        found: dict[str, FileFacts] = {}
        room = _KEPT
        for item in self._work:
            source, settings = item.text.source, item.config.settings
            if not item.is_linted:
                if facts := facts_of(source, settings):
                    found[source.uri] = facts
                continue
            analysis = analyse(source)
            if facts := file_facts(analysis, settings, with_resources=item.wants_resources):
                found[source.uri] = facts
            room -= sum(len(part.text) for part in analysis.parts if part.analysis is not None)
            if room > 0:
                self._kept[item.index] = analysis
        return found

    def lint(self, workspace: WorkspaceSnapshot) -> Iterator[tuple[int, FileReport]]:
        """The report of each text with its index."""
        for item in self._work:
            if not item.is_linted:
                continue
            analysis = self._kept.pop(item.index, None) or analyse(item.text.source)
            report = lint(analysis, item.config, workspace)
            for found in report.diagnostics:
                # Fixes that are worked out later would keep the whole tree in memory.
                len(found.fixes)
            yield item.index, report


def workspace_of(
    crew: Executor, context: Iterable[ContextText], renderings: Renderings | None = None
) -> WorkspaceSnapshot:
    """What is known of the files that are linted, of those that the context adds, and of what was rendered."""
    files = crew.facts()
    if renderings:
        files = renderings.facts(files)
    more = {text.source.uri: facts_of(text.source, text.settings) for text in context if text.source.uri not in files}
    workspace = WorkspaceSnapshot.of_files({**files, **more}, more)
    workspace.places.rendered = renderings.written if renderings else {}
    return workspace


def needs_workspace(configs: Iterable[FileConfig]) -> bool:
    """Whether a rule that is enabled anywhere looks at other policies than its own."""
    return _needs(
        configs, {rule.info.code for rule in all_rules() if isinstance(rule, PolicyRule) and rule.uses_workspace}
    )


def needs_resources(configs: Iterable[FileConfig]) -> bool:
    """Whether a rule that is enabled anywhere looks at manifests of other kinds."""
    return _needs(
        configs, {rule.info.code for rule in all_rules() if isinstance(rule, PolicyRule) and rule.uses_resources}
    )


def _needs(configs: Iterable[FileConfig], codes: set[str]) -> bool:
    return any(codes & enabled for enabled in {config.enabled for config in configs})

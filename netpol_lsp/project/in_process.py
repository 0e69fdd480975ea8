"""Lints texts that were read already, in two steps: what they say, then what is wrong with each text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import TextFile
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.file_facts import facts_of, file_facts
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.report import FileReport
from netpol_lsp.lint.rule import PolicyRule
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.part_digests import PartDigests
from netpol_lsp.workspace.reads import READS
from netpol_lsp.workspace.snapshot import EMPTY, WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.project.renderings import Renderings
    from netpol_lsp.workspace.part_digests import PartState


@dataclass(frozen=True, slots=True)
class LintJob:
    """A text to read, to lint, or both; `index` is its place in the run.

    `is_ours` False: it is only read for its facts, and holds no policies. `wants_resources`: a rule looks at manifests of other
    kinds. `wants_facts` False: what it says is known. `is_linted` False: what is wrong with it is known, or may be.
    """

    index: int
    text: TextFile
    config: FileConfig
    is_ours: bool = True
    wants_resources: bool = True
    wants_facts: bool = True
    is_linted: bool = True


class Said(NamedTuple):
    """What a text says, by its URI; `line` is the same as a line of JSON, where somebody wants to keep it."""

    uri: str
    facts: FileFacts
    line: str = ""


class Found(NamedTuple):
    """The report of a text with the index of its job; `parts` are what it was read from, where somebody wants to keep it."""

    number: int
    report: FileReport
    parts: tuple[PartState, ...] = ()


class Executor(Protocol):
    """Whoever lints the texts of a run: this process or several."""

    def facts(self) -> Iterator[Said]:
        """What the texts say."""
        ...

    def lint(self, workspace: WorkspaceSnapshot | None) -> Iterator[Found]:
        """The report of each text, in no certain order. No workspace: no rule looks at it."""
        ...


_KEPT = 3_000_000
"""How many characters of text stay analysed between the two steps: nodes take thirty times their text's memory."""


class InProcessExecutor:
    """Lints in this process. As long as memory allows, texts that were read for their policies are not read again.

    `is_kept`: what is found out will be written into the cache.
    """

    def __init__(self, work: Sequence[LintJob], *, is_kept: bool = False) -> None:
        self._work = list(work)
        self._is_kept = is_kept
        self._kept: dict[int, Analysis] = {}

    def facts(self) -> Iterator[Said]:
        """What the texts say."""
        room = _KEPT
        for item in self._work:
            if not item.wants_facts:
                continue
            source, settings = item.text.source, item.config.settings
            if item.is_ours:
                analysis = analyse(source)
                facts = file_facts(analysis, settings, with_resources=item.wants_resources)
                # Of a text that is too deep or too large there are no nodes, however long it is.
                room -= sum(len(part.text) for part in analysis.parts if part.analysis and part.analysis.document.root)
                if room > 0 and item.is_linted:
                    self._kept[item.index] = analysis
            else:
                facts = facts_of(source, settings)
            written = ""
            if self._is_kept:
                from netpol_lsp.workspace.fact_codec import facts_to_json  # noqa: PLC0415 - small runs have no cache

                written = facts_to_json(facts, source.uri)
            yield Said(source.uri, facts, written)

    def lint(self, workspace: WorkspaceSnapshot | None) -> Iterator[Found]:
        """The report of each text."""
        workspace = workspace if workspace is not None else EMPTY
        digests = PartDigests(workspace)
        for item in self._work:
            if not item.is_linted:
                continue
            analysis = self._kept.pop(item.index, None) or analyse(item.text.source)
            if self._is_kept:
                with READS.recording() as reads:
                    report = _lint(analysis, item.config, workspace)
                yield Found(item.index, report, digests.states(reads))
            else:
                yield Found(item.index, _lint(analysis, item.config, workspace))


def _lint(analysis: Analysis, config: FileConfig, workspace: WorkspaceSnapshot) -> FileReport:
    report = lint(analysis, config, workspace)
    for found in report.diagnostics:
        # Fixes that are worked out later would keep the whole tree in memory.
        len(found.fixes)
    return report


def workspace_of(
    files: Mapping[str, FileFacts], context: Mapping[str, FileFacts], renderings: Renderings | None = None
) -> WorkspaceSnapshot:
    """What is known of the files that are linted, of those that the context adds, and of what was rendered."""
    files = {uri: facts for uri, facts in files.items() if facts}
    if renderings:
        files = renderings.facts(files)
    workspace = WorkspaceSnapshot.of_files({**files, **context}, context)
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

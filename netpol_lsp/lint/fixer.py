"""Applies fixes until nothing is left to fix: text in, text out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.lint.analysis import Analysis, Part, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.fix_choice import choose_fix
from netpol_lsp.lint.gate import FINDING_WORK, Gate, gate_budget, is_broken, most_of, work_of, work_of_fixes
from netpol_lsp.lint.refusals import refusing_config, trying_together
from netpol_lsp.lint.registry import restoring_codes
from netpol_lsp.lint.report import FileReport
from netpol_lsp.lint.schema import shape
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.edits import Fix, apply_edits, compatible_fixes, move_fixes
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.snapshot import EMPTY, WorkspaceSnapshot
from netpol_lsp.yaml.recovery.prefilter import may_be_lost

MAX_ROUNDS = 10
"""A fix may make room for another one; rules whose fixes undo each other must not go on for ever."""


@dataclass(frozen=True, slots=True)
class FixResult:
    """A file after its fixes: `report` is about the new text; `applied` counts the fixes by rule code.

    `is_cut_short`: there was more to fix than is done at once.
    """

    source: Source
    report: FileReport
    applied: Counter[str]
    is_cut_short: bool = False

    @property
    def count(self) -> int:
        """How many fixes were applied."""
        return self.applied.total()

    @property
    def is_restored(self) -> bool:
        """Whether the text was made anew."""
        return not restoring_codes().isdisjoint(self.applied)


def fix_source(
    source: Source,
    config: FileConfig,
    workspace: WorkspaceSnapshot | None = None,
    *,
    unsafe: bool = False,
    budget: Budget | None = None,
) -> FixResult:
    """Apply fixes, lint again, and so on until no fix is left, for ten rounds at most.

    Safe fixes are applied as far as they hold together (see `lint.gate`). With `unsafe`, a fix that would make the file
    worse (no longer YAML, or with more findings for which the API server refuses it) is left out. What comes out of a
    text that had to be restored is for a human to look at, so that no other fix follows. `budget` is the work that judging
    them may take, by default as much as one file gets.
    """
    with trying_together(source.text):
        return _in_rounds(_State(source, config, workspace), budget or gate_budget(), unsafe=unsafe)


def _in_rounds(state: _State, budget: Budget, *, unsafe: bool) -> FixResult:
    applied: Counter[str] = Counter()
    rejected: set[tuple[str, str, str]] = set()
    is_over = True
    for _ in range(MAX_ROUNDS):
        batch = _batch(state, rejected, unsafe=unsafe)
        if not batch or not budget.admits(work_of_fixes(state.analysis, (fix for _, fix in batch))):
            break
        if unsafe:
            batch, after = _least_harm(state, batch, rejected, budget)
        else:
            batch, after = _holding(state, batch, rejected, budget)
        if after is None:
            continue
        state = after
        applied.update(diagnostic.code for diagnostic, _ in batch)
        if not restoring_codes().isdisjoint(applied):
            break
    else:
        is_over = not _batch(state, rejected, unsafe=unsafe)
    state = state.read_closely()
    return FixResult(state.source, state.report, applied, is_cut_short=budget.has_refused or not is_over)


_Batch = list[tuple[Diagnostic, Fix]]


def _holding(
    state: _State, batch: _Batch, rejected: set[tuple[str, str, str]], budget: Budget
) -> tuple[_Batch, _State | None]:
    """The fixes of a batch that hold, and the state after them; the others are noted as rejected."""
    gate = Gate(state.analysis, state.config, state.workspace, budget)
    chosen = {id(fix) for fix in gate.holding([fix for _, fix in batch])}
    rejected.update(_identity(diagnostic, fix) for diagnostic, fix in batch if id(fix) not in chosen)
    batch = [(diagnostic, fix) for diagnostic, fix in batch if id(fix) in chosen]
    return batch, state.with_fixes(fix for _, fix in batch)


def _least_harm(
    state: _State, batch: _Batch, rejected: set[tuple[str, str, str]], budget: Budget
) -> tuple[_Batch, _State | None]:
    """The fixes of a batch that do not make the file worse, and the state after them."""
    findings = FINDING_WORK * len(state.report.diagnostics)
    budget.take(findings + work_of_fixes(state.analysis, (fix for _, fix in batch)))
    after = state.try_fixes(fix for _, fix in batch)
    if after is None:
        harmless = {id(fix) for fix in _harmless(state, batch, budget)}
        rejected.update(_identity(diagnostic, fix) for diagnostic, fix in batch if id(fix) not in harmless)
        batch = [(diagnostic, fix) for diagnostic, fix in batch if id(fix) in harmless]
        after = state.try_fixes(fix for _, fix in batch)
    return batch, after


class _State:
    """A text with its findings."""

    def __init__(
        self, source: Source, config: FileConfig, workspace: WorkspaceSnapshot | None, previous: Analysis | None = None
    ) -> None:
        self.source = source
        self.config = config
        self.workspace = workspace
        self.is_edited = previous is not None and not is_broken(previous)
        self.analysis = analyse(source, previous, is_edited=self.is_edited)
        self.report = lint(self.analysis, config, workspace)

    @lazy
    def badness(self) -> tuple[int, int]:
        """How bad the text is: see `_badness`."""
        guard = refusing_config(self.config)
        return _badness(self.analysis, self.report if guard is self.config else lint(self.analysis, guard))

    def read_closely(self) -> _State:
        """The state with all that is found in the text by itself: after fixes it was only read as it is written."""
        texts = (part.text for part in self.analysis.parts if part.analysis is not None) if self.is_edited else ()
        if any(may_be_lost(text, shape()) for text in texts):
            return _State(self.source, self.config, self.workspace)
        return self

    def with_fixes(self, fixes: Iterable[Fix]) -> _State | None:
        """The state after some fixes; None when they cannot be applied or change nothing."""
        try:
            text = apply_edits(self.source.text, [edit for fix in fixes for edit in fix.edits])
        except ValueError:
            return None
        if text == self.source.text:
            return None
        return _State(replace(self.source, text=text), self.config, self.workspace, self.analysis)

    def try_fixes(self, fixes: Iterable[Fix]) -> _State | None:
        """The state after some fixes, or None when they cannot be applied or make it worse."""
        after = self.with_fixes(fixes)
        return None if after is None or after.badness > self.badness else after


def _harmless(state: _State, batch: _Batch, budget: Budget) -> list[Fix]:
    """The fixes of a batch that do no harm, each in its document: what harms none of them does not harm the file."""
    groups: dict[int, list[Fix]] = {}
    for diagnostic, fix in batch:
        groups.setdefault(diagnostic.document, []).append(fix)
    parts = {part.index: part for part in state.analysis.parts}
    good: list[Fix] = []
    for number, fixes in groups.items():
        judge = _DocumentJudge(parts[number], state, budget)
        good += fixes if judge.is_no_worse(fixes) else most_of(fixes, judge.is_no_worse)
    return good


class _DocumentJudge:
    """Says whether fixes make one document of a file worse, as far as the budget goes: what is not judged does."""

    def __init__(self, part: Part, state: _State, budget: Budget) -> None:
        self._part = part
        self._budget = budget
        self._guard = refusing_config(state.config)
        self._analysis = replace(
            state.analysis, source=replace(state.source, text=part.text), parts=(replace(part, start=0),)
        )
        self._before = self._badness_of(self._analysis)

    def is_no_worse(self, fixes: Sequence[Fix]) -> bool:
        """Whether the document is not worse after some of its fixes."""
        work = work_of(self._part)
        if not self._budget.admits(work):
            return False
        self._budget.take(work + FINDING_WORK * self._before[1])
        try:
            edits = [edit for fix in move_fixes(fixes, -self._part.start) for edit in fix.edits]
            text = apply_edits(self._part.text, edits)
        except ValueError:
            return False
        source = replace(self._analysis.source, text=text)
        after = analyse(source, self._analysis, is_edited=not is_broken(self._analysis))
        return self._badness_of(after) <= self._before

    def _badness_of(self, analysis: Analysis) -> tuple[int, int]:
        return _badness(analysis, lint(analysis, self._guard, EMPTY))


def _batch(state: _State, rejected: set[tuple[str, str, str]], *, unsafe: bool) -> _Batch:
    """Fixes that can be applied together, each with its finding.

    What is in a document that is no YAML is a guess: its other fixes wait for those of its syntax.
    """
    chosen = [
        (diagnostic, fix)
        for diagnostic, fix in _candidates(state.report.diagnostics, unsafe=unsafe)
        if _identity(diagnostic, fix) not in rejected
    ]
    broken = _broken_documents(state.analysis)
    repaired = {one.document for one, _ in chosen if one.category is Category.SYNTAX} & broken if broken else broken
    if repaired:
        chosen = [(one, fix) for one, fix in chosen if one.document not in repaired or one.category is Category.SYNTAX]
    taken, _ = compatible_fixes(fix for _, fix in chosen)
    kept = {id(fix) for fix in taken}
    return [(diagnostic, fix) for diagnostic, fix in chosen if id(fix) in kept]


def _candidates(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> Iterator[tuple[Diagnostic, Fix]]:
    for diagnostic in diagnostics:
        fix = choose_fix(diagnostic, unsafe=unsafe)
        if fix is not None:
            yield diagnostic, fix


def _identity(diagnostic: Diagnostic, fix: Fix) -> tuple[str, str, str]:
    return (diagnostic.fingerprint, diagnostic.message, fix.title)


def _broken_documents(analysis: Analysis) -> set[int]:
    """The documents with a syntax error."""
    parts = analysis.parts
    return {one.index for one in parts if one.analysis is not None and one.analysis.document.error is not None}


def _badness(analysis: Analysis, report: FileReport) -> tuple[int, int]:
    """How many documents are no YAML, and how many reasons there are to refuse the others; the first counts for more.

    A syntax error hides what else is wrong, so that repair it, or the first of several, is never worse.
    """
    broken = _broken_documents(analysis)
    refused = sum(found.is_refused and found.document not in broken for found in report.diagnostics)
    return len(broken), refused

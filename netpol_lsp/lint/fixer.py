"""Applies fixes until nothing is left to fix: text in, text out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.fix_choice import choose_fix
from netpol_lsp.lint.gate import Gate, gate_budget
from netpol_lsp.lint.refusals import refusing_config
from netpol_lsp.lint.registry import restoring_codes
from netpol_lsp.lint.report import FileReport
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.edits import Fix, apply_edits, compatible_fixes
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

MAX_ROUNDS = 10
"""A fix may make room for another one; rules whose fixes undo each other must not go on for ever."""


@dataclass(frozen=True, slots=True)
class FixResult:
    """A file after its fixes: `report` is about the new text; `applied` counts the fixes by rule code."""

    source: Source
    report: FileReport
    applied: Counter[str]

    @property
    def count(self) -> int:
        """How many fixes were applied."""
        return self.applied.total()

    @property
    def is_restored(self) -> bool:
        """Whether the text was made anew."""
        return not restoring_codes().isdisjoint(self.applied)


def fix_source(
    source: Source, config: FileConfig, workspace: WorkspaceSnapshot | None = None, *, unsafe: bool = False
) -> FixResult:
    """Apply fixes, lint again, and so on until no fix is left, for ten rounds at most.

    Safe fixes are applied as far as they hold together (see `lint.gate`). With `unsafe`, a fix that would make the file
    worse (no longer YAML, or with more findings for which the API server refuses it) is left out. What comes out of a
    text that had to be restored is for a human to look at, so that no other fix follows.
    """
    state = _State(source, config, workspace)
    applied: Counter[str] = Counter()
    rejected: set[tuple[str, str, str]] = set()
    budget = gate_budget()
    for _ in range(MAX_ROUNDS):
        batch = _batch(state.report, rejected, unsafe=unsafe)
        if not batch:
            break
        if unsafe:
            batch, after = _least_harm(state, batch, rejected)
        else:
            batch, after = _holding(state, batch, rejected, budget)
        if after is None:
            continue
        state = after
        applied.update(diagnostic.code for diagnostic, _ in batch)
        if not restoring_codes().isdisjoint(applied):
            break
    return FixResult(state.source, state.report, applied)


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


def _least_harm(state: _State, batch: _Batch, rejected: set[tuple[str, str, str]]) -> tuple[_Batch, _State | None]:
    """The fixes of a batch that do not make the file worse, and the state after them."""
    after = state.try_fixes(fix for _, fix in batch)
    if after is None:
        batch = _harmless(state, batch, rejected)
        after = state.try_fixes(fix for _, fix in batch)
    if after is None:
        # Each is harmless alone, but not all together: one at a time, then.
        batch = batch[:1]
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
        self.analysis = analyse(source, previous)
        self.report = lint(self.analysis, config, workspace)

    @lazy
    def badness(self) -> tuple[int, int]:
        """How bad the text is: see `_badness`."""
        guard = refusing_config(self.config)
        return _badness(self.analysis, self.report if guard is self.config else lint(self.analysis, guard))

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


def _harmless(
    state: _State, batch: list[tuple[Diagnostic, Fix]], rejected: set[tuple[str, str, str]]
) -> list[tuple[Diagnostic, Fix]]:
    """The fixes of a batch that do no harm when applied alone; the others are noted as rejected."""
    good: list[tuple[Diagnostic, Fix]] = []
    for diagnostic, fix in batch:
        if state.try_fixes([fix]) is not None:
            good.append((diagnostic, fix))
        else:
            rejected.add(_identity(diagnostic, fix))
    return good


def _batch(report: FileReport, rejected: set[tuple[str, str, str]], *, unsafe: bool) -> list[tuple[Diagnostic, Fix]]:
    """Fixes that can be applied together, each with its finding."""
    chosen = [
        (diagnostic, fix)
        for diagnostic, fix in _candidates(report.diagnostics, unsafe=unsafe)
        if _identity(diagnostic, fix) not in rejected
    ]
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


def _badness(analysis: Analysis, report: FileReport) -> tuple[int, int]:
    """How many documents are no YAML, and how many reasons there are to refuse the others; the first counts for more.

    A syntax error hides what else is wrong, so that repair it, or the first of several, is never worse.
    """
    ours = {part.index: part.analysis for part in analysis.parts if part.analysis is not None}
    broken = {index for index, document in ours.items() if document.document.error is not None}
    refused = sum(found.is_refused and found.document not in broken for found in report.diagnostics)
    return len(broken), refused

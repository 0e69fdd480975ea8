"""Applies fixes until nothing is left to fix: text in, text out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from netpol_lsp.config.config import FileConfig, rule_infos
from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.report import FileReport
from netpol_lsp.text.edits import Applicability, Fix, apply_edits, compatible_fixes
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


def choose_fix(diagnostic: Diagnostic, *, unsafe: bool = False) -> Fix | None:
    """The fix that is applied for a finding without asking further: a safe one; else, with `unsafe`, the first unsafe one."""
    if diagnostic.suppressed is not None:
        return None
    wanted = (Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,)
    for applicability in wanted:
        for fix in diagnostic.fixes:
            if fix.applicability is applicability and fix.edits:
                return fix
    return None


def fix_source(
    source: Source, config: FileConfig, workspace: WorkspaceSnapshot | None = None, *, unsafe: bool = False
) -> FixResult:
    """Apply fixes, lint again, and so on until no fix is left, for ten rounds at most.

    A fix that would make the file worse (no longer YAML, or with more findings for which the API server
    refuses it) is left out.
    """
    state = _State(source, config, workspace)
    applied: Counter[str] = Counter()
    rejected: set[tuple[str, str, str]] = set()
    for _ in range(MAX_ROUNDS):
        batch = _batch(state.report, rejected, unsafe=unsafe)
        if not batch:
            break
        after = state.try_fixes(fix for _, fix in batch)
        if after is None:
            batch = _harmless(state, batch, rejected)
            after = state.try_fixes(fix for _, fix in batch)
        if after is None:
            # Each is harmless alone, but not all together: one at a time, then.
            batch = batch[:1]
            after = state.try_fixes(fix for _, fix in batch)
        if after is None:
            continue
        state = after
        applied.update(diagnostic.code for diagnostic, _ in batch)
    return FixResult(state.source, state.report, applied)


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
        guard = _guard(config)
        self.badness = _badness(self.analysis, self.report if guard is config else lint(self.analysis, guard))

    def try_fixes(self, fixes: Iterable[Fix]) -> _State | None:
        """The state behind some fixes, or None when they cannot be applied or make it worse."""
        try:
            text = apply_edits(self.source.text, [edit for fix in fixes for edit in fix.edits])
        except ValueError:
            return None
        if text == self.source.text:
            return None
        after = _State(replace(self.source, text=text), self.config, self.workspace, self.analysis)
        return None if after.badness > self.badness else after


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


@cache
def _guard_codes() -> frozenset[str]:
    refusing = (Category.SYNTAX, Category.API)
    return frozenset(rule.code for rule in rule_infos() if rule.category in refusing)


def _guard(config: FileConfig) -> FileConfig:
    """A configuration that sees every reason to refuse a file; `config` itself if it does."""
    codes = _guard_codes()
    if codes <= config.enabled and codes.isdisjoint(config.severities):
        return config
    return replace(config, enabled=codes, severities={})


def _badness(analysis: Analysis, report: FileReport) -> tuple[int, int]:
    """How many documents are no YAML, and how many reasons there are to refuse the others; the first counts for more.

    A syntax error hides what else is wrong, so that mending it, or the first of several, is never worse.
    """
    ours = {part.index: part.analysis for part in analysis.parts if part.analysis is not None}
    broken = {index for index, document in ours.items() if document.document.error is not None}
    refused = sum(found.is_refused and found.document not in broken for found in report.diagnostics)
    return len(broken), refused

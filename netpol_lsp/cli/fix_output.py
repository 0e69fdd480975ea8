"""Fixes for the files of a run: in memory first, then shown as a diff or written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from netpol_lsp.cli.console import count
from netpol_lsp.files.reading import ReadProblem, TextFile
from netpol_lsp.files.writing import WriteError, atomic_write, encode_text
from netpol_lsp.lint.analysis import analyse, remembering_documents
from netpol_lsp.lint.fix_choice import choose_fix, judge_fixes
from netpol_lsp.lint.fixer import FixResult, fix_source
from netpol_lsp.lint.gate import gate_budget
from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.batch import BatchRun
from netpol_lsp.project.batch_items import BatchResult
from netpol_lsp.project.inputs import InputFile, decode_input, read_input
from netpol_lsp.text.budget import Budget
from netpol_lsp.workspace.snapshot import EMPTY

_ROUNDS = 3
"""Fixing one file can change what is found in another one, so files are linted again, but not for ever."""


@dataclass(slots=True)
class Change:
    """A file that fixes changed: what it was, what it becomes, and how many fixes that took."""

    target: InputFile
    before: TextFile
    after: TextFile
    count: int = 0


@dataclass(slots=True)
class Fixed:
    """What fixing did: the last run's result, and the files that change."""

    result: BatchResult
    changes: list[Change] = field(default_factory=list)
    cut_short: list[str] = field(default_factory=list)
    """The paths of files in which there was more to fix than is done in one run."""

    def describe(self, done: str) -> str:
        """As in `3 fixed in 2 files`."""
        number = sum(change.count for change in self.changes)
        return f"{number} {done} in {count(len(self.changes), 'file')}" if number else f"nothing {done}"

    def describe_rest(self) -> str:
        """What is said of files with more to fix; "" where there are none."""
        if not self.cut_short:
            return ""
        first, more = self.cut_short[0], len(self.cut_short) - 1
        where = f"{first} and {count(more, 'other file')}" if more else first
        said = f"{where}: fixing stopped at its limit of work, so not every fix was tried"
        has_changed = any(change.target.path in self.cut_short for change in self.changes)
        return f"{said}; another run goes on from here" if has_changed else said


def fix_targets(runner: BatchRun, targets: Sequence[InputFile], *, unsafe: bool) -> Fixed:
    """Lint and fix until nothing is left to fix; the new texts are in the runner's overlay, nothing is written."""
    with remembering_documents():
        return _fix_targets(runner, targets, unsafe=unsafe)


def _fix_targets(runner: BatchRun, targets: Sequence[InputFile], *, unsafe: bool) -> Fixed:
    fixed = Fixed(runner.run(targets))
    cut_short: set[str] = set()
    changes: dict[str, Change] = {}
    by_path = {target.path: target for target in targets}
    restored: set[str] = set()
    budgets: dict[str, Budget] = {}
    for _ in range(_ROUNDS):
        again = [
            by_path[report.source.uri]
            for report in fixed.result.reports
            if report.source.uri not in restored
            and not budgets.setdefault(report.source.uri, gate_budget()).has_refused
            and any(choose_fix(found, unsafe=unsafe) for found in report.diagnostics)
        ]
        outcomes = {
            target.path: _fix_one(target, runner, changes, budgets[target.path], unsafe=unsafe) for target in again
        }
        cut_short |= {path for path, outcome in outcomes.items() if outcome is not None and outcome.is_cut_short}
        if not any(outcome is not None and outcome.count for outcome in outcomes.values()):
            break
        # What comes out of a restored text is for a human to look at first.
        restored |= {path for path, outcome in outcomes.items() if outcome is not None and outcome.is_restored}
        fixed.result = runner.run(targets)
    fixed.changes = [change for change in changes.values() if change.before != change.after]
    fixed.cut_short = sorted(cut_short)
    fixed.changes.sort(key=lambda change: change.target.path)
    fixed.result.reports = [_judged(report, by_path, runner, budgets) for report in fixed.result.reports]
    return fixed


def _judged(
    report: FileReport, by_path: dict[str, InputFile], runner: BatchRun, budgets: dict[str, Budget]
) -> FileReport:
    """A report that says of the fixes that are left how far they may be trusted after all."""
    target = by_path.get(report.source.uri)
    if target is None or not any(choose_fix(found) for found in report.diagnostics):
        return report
    if target.path in budgets and budgets[target.path].has_refused:
        # Nobody knows yet: as they are reported without --fix.
        return report
    config = target.loaded.config.for_file(target.absolute)
    judge = judge_fixes(analyse(report.source), report.diagnostics, config, runner.workspace, budgets.get(target.path))
    return replace(report, diagnostics=tuple(replace(one, fixes=judge.fixes(one)) for one in report.diagnostics))


def _fix_one(
    target: InputFile, runner: BatchRun, changes: dict[str, Change], budget: Budget, *, unsafe: bool
) -> FixResult | None:
    """Fix a file in memory; None when it has become unreadable meanwhile."""
    current = runner.overlay.get(target)
    if current is None:
        data = read_input(target)
        read = data if isinstance(data, ReadProblem) else decode_input(target, data)
        if isinstance(read, ReadProblem):
            return None
        current = read
    config = target.loaded.config.for_file(target.absolute)
    outcome = fix_source(current.source, config, runner.workspace or EMPTY, unsafe=unsafe, budget=budget)
    if not outcome.count:
        return outcome
    change = changes.setdefault(target.absolute, Change(target, current, current))
    change.after = replace(current, source=outcome.source)
    change.count += outcome.count
    runner.overlay.put(target, change.after)
    return outcome


def write_changes(fixed: Fixed, runner: BatchRun, targets: Sequence[InputFile]) -> list[str]:
    """Write the changed files, each whole or not at all; returns what went wrong, and forgets these changes.

    Standard input is not written. Files that could not be written are linted again as they are.
    """
    problems = _write(fixed, runner)
    if problems:
        fixed.result = runner.run(targets)
    return problems


def _write(fixed: Fixed, runner: BatchRun) -> list[str]:
    problems: list[str] = []
    for change in list(fixed.changes):
        if change.target.is_stdin:
            continue
        text, source = change.after, change.after.source
        try:
            atomic_write(
                change.target.absolute,
                source.text,
                encoding=text.encoding,
                bom=source.has_bom,
                before=encode_text(change.before),
            )
        except WriteError as error:
            problems.append(f"{str(error).replace(change.target.absolute, change.target.path, 1)}, so it is not fixed")
            fixed.changes.remove(change)
            runner.overlay.drop(change.target)
    return problems


def render_diff(changes: Iterable[Change]) -> str:
    """The changes as a unified diff that `patch -p1` and `git apply` read: texts as they are, paths as git writes them."""
    return "".join(line for change in changes for line in _diff_lines(change))


def _quoted(path: str) -> str:
    """A path in the head of a patch: in quotes, with escapes of its bytes, where it is more than plain text."""
    if path.isprintable() and not any(char in path for char in '"\\'):
        return path
    named = {0x22: '\\"', 0x5C: "\\\\", 0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
    data = path.encode("utf-8", "surrogateescape")
    inner = (named.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in data)
    return f'"{"".join(inner)}"'


def _diff_lines(change: Change) -> Iterator[str]:
    import difflib  # noqa: PLC0415 - for --diff only

    path = change.target.path.lstrip("/")
    old, new = (_lines(text.source.text) for text in (change.before, change.after))
    for line in difflib.unified_diff(old, new, _quoted(f"a/{path}"), _quoted(f"b/{path}")):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines that keep their ends; only line feeds end them, as in git."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])

"""Which fix of a finding is applied without asking further, and how far the fixes may be trusted after all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import Analysis, Part
from netpol_lsp.lint.gate import Gate
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.edits import Applicability, Fix, compatible_fixes, move_fixes
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot


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


class FixJudge:
    """Says of the fixes of a file's findings how far they may be trusted: a safe one that does not hold is unsafe.

    Works only when it is asked: on the first question about a document, all safe fixes of that document are judged
    together (see `lint.gate`). `part_of` gives a document by its number, `findings_of` its findings, with offsets of the
    file.
    """

    def __init__(
        self,
        uri: str,
        part_of: Callable[[int], Part | None],
        findings_of: Callable[[int], Iterable[Diagnostic]],
        config: FileConfig,
        workspace: WorkspaceSnapshot | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._budget = budget
        self._uri = uri
        self._part_of = part_of
        self._findings_of = findings_of
        self._config = config
        self._workspace = workspace
        self._documents: dict[int, _DocumentJudge | None] = {}

    def fixes(self, diagnostic: Diagnostic) -> tuple[Fix, ...]:
        """The fixes of a finding, with the applicability that they have after all."""
        return tuple(self._judged(diagnostic, fix) for fix in diagnostic.fixes)

    def _judged(self, diagnostic: Diagnostic, fix: Fix) -> Fix:
        if fix.applicability is not Applicability.SAFE or not fix.edits:
            return fix
        judge = self._judge(diagnostic.document)
        return fix if judge is None or judge.holds(fix) else replace(fix, applicability=Applicability.UNSAFE)

    def _judge(self, document: int) -> _DocumentJudge | None:
        if document not in self._documents:
            part = self._part_of(document)
            self._documents[document] = self._make(part) if part is not None else None
        return self._documents[document]

    def _make(self, part: Part) -> _DocumentJudge:
        alone = Part(0, 0, part.text, part.analysis)
        gate = Gate(Analysis(Source(self._uri, part.text), (alone,)), self._config, self._workspace, self._budget)
        safe = [fix for one in self._findings_of(part.index) if (fix := choose_fix(one)) is not None]
        together, _ = compatible_fixes(move_fixes(safe, -part.start))
        return _DocumentJudge(part.start, gate, together, gate.holding(together))


@dataclass(frozen=True, slots=True)
class _DocumentJudge:
    """The safe fixes of a document that can be applied together, and those of them that hold; offsets of the document."""

    start: int
    gate: Gate
    together: Sequence[Fix]
    held: Sequence[Fix]

    def holds(self, fix: Fix) -> bool:
        """Whether a safe fix of the file holds: with the others, or alone where it cannot be applied with them."""
        (local,) = move_fixes([fix], -self.start)
        return local in self.held if local in self.together else self.gate.holds([local])


def judge_fixes(
    analysis: Analysis,
    diagnostics: Sequence[Diagnostic],
    config: FileConfig,
    workspace: WorkspaceSnapshot | None = None,
    budget: Budget | None = None,
) -> FixJudge:
    """The judge of a file that has been linted; `budget` is what is left of the work that its fixes may take."""
    parts = {part.index: part for part in analysis.parts}
    return FixJudge(
        analysis.source.uri,
        parts.get,
        lambda document: [one for one in diagnostics if one.document == document],
        config,
        workspace,
        budget,
    )

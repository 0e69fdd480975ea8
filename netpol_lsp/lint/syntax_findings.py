"""Findings for what YAML itself refuses: from a problem of the syntax layer to a finding of a rule."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.lint.rule import Context
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem


def problems_of(ctx: Context, kind: ProblemKind) -> Iterator[SyntaxProblem]:
    """The problems that one rule speaks of. A template's errors belong to its engine: NP008 tells of them."""
    for problem in ctx.problems:
        if problem.kind is kind and not (ctx.document.is_template and problem is ctx.document.error):
            yield problem


def problem_finding(ctx: Context, problem: SyntaxProblem, message: str = "") -> Diagnostic:
    """A problem as a finding: its hint is under the span, its fixes are offered as they are."""
    related = [ctx.related(problem.related, problem.note)] if problem.related is not None and problem.note else []
    return ctx.finding(
        problem.span,
        message or problem.message,
        severity=None if problem.is_error else Severity.WARNING,
        label=problem.hint,
        related=related,
        fixes=problem.fixes,
        field=problem.field,
    )

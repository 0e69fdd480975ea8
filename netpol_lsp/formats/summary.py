"""The line at the end of the text format."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.options import TOOL, RenderOptions
from netpol_lsp.lint.report import Report, Summary


def summary_line(report: Report, options: RenderOptions) -> str:
    """Files, policies, findings by severity, and how many can be fixed and how."""
    summary, pen = report.summary, Pen(options.color)
    counts = [
        _count(summary.error, "error", Severity.ERROR, pen),
        _count(summary.warning, "warning", Severity.WARNING, pen),
        _count(summary.info, "info", Severity.INFO, pen),
    ]
    if summary.hint:
        hidden = not Severity.HINT.at_least(options.min_severity)
        note = " (shown with --min-severity hint)" if hidden else ""
        counts.append(_count(summary.hint, "hint", Severity.HINT, pen) + note)
    counts.append(f"{summary.suppressed} suppressed")
    seen = f"{_plural(report.files, 'file')}, {_plural(report.policies, 'policy', 'policies')}"
    fixes = _fixes(summary)
    return f"{seen}: {', '.join(counts)}" + (f"; {fixes}" if fixes else "")


def _count(number: int, what: str, severity: Severity, pen: Pen) -> str:
    text = _plural(number, what)
    return pen.severity(text, severity) if number else text


def _plural(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _fixes(summary: Summary) -> str:
    """How many findings can be fixed, and by which command."""
    if not summary.fixable:
        return ""
    if not summary.unsafe:
        return f"{summary.safe} can be fixed with `{TOOL} --fix`"
    unsafe = f"`{TOOL} --fix --unsafe-fixes`"
    if not summary.safe:
        return f"{summary.unsafe} can be fixed with {unsafe}"
    return f"{summary.fixable} can be fixed: {summary.safe} with `{TOOL} --fix`, {summary.unsafe} more with {unsafe}"

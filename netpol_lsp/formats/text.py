"""The format text: for people, with the lines of the file."""

from __future__ import annotations

from netpol_lsp.formats.options import RenderOptions, all_shown
from netpol_lsp.formats.summary import summary_line
from netpol_lsp.lint.report import Report


def render(report: Report, options: RenderOptions) -> str:
    """The findings, each with its picture, and the counts at the end."""
    shown = list(all_shown(report, options))
    findings: list[str] = []
    if shown:
        from netpol_lsp.formats.finding_picture import picture  # noqa: PLC0415 - most runs find nothing

        sources = report.sources()
        findings = [picture(found, result.source, sources, options) for result, found in shown]
    if options.summary:
        findings.append(summary_line(report, options))
    return "\n\n".join(findings) + "\n" if findings else ""

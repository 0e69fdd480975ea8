"""The format json: one document with everything."""

from __future__ import annotations

from netpol_lsp.formats.findings import findings
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.options import RenderOptions
from netpol_lsp.lint.report import Report

VERSION = 1


def render(report: Report, _options: RenderOptions) -> str:
    """The report as JSON with all findings, a line each."""
    summary = report.summary
    data = {
        "version": VERSION,
        "files": report.files,
        "documents": report.documents,
        "policies": report.policies,
        "findings": findings(report),
        "summary": {
            "error": summary.error,
            "warning": summary.warning,
            "info": summary.info,
            "hint": summary.hint,
            "suppressed": summary.suppressed,
            "fixable": summary.fixable,
        },
    }
    return dump(data, depth=2) + "\n"

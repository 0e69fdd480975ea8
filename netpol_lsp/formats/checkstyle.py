"""The format checkstyle: the XML of the Java tool of that name, which many CI servers read."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.formats.options import TOOL, RenderOptions, shown
from netpol_lsp.formats.positions import path_below, place
from netpol_lsp.formats.xml import HEADER, element, parent
from netpol_lsp.lint.report import FileReport, Report

VERSION = "4.3"
"""The version of the format."""

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info", Severity.HINT: "info"}


def render(report: Report, options: RenderOptions) -> str:
    """The findings by file; files without findings are left out."""
    found = [(result, shown(result, options)) for result in report.results]
    files = [_file(result, diagnostics, options) for result, diagnostics in found if diagnostics]
    return HEADER + parent("checkstyle", {"version": VERSION}, files) + "\n"


def _file(result: FileReport, found: list[Diagnostic], options: RenderOptions) -> str:
    errors = [_error(result, diagnostic) for diagnostic in found]
    return parent("file", {"name": path_below(result.source.uri, options.root)}, errors)


def _error(result: FileReport, found: Diagnostic) -> str:
    line, column = place(result.source, found.span.start)
    return element(
        "error",
        {
            "line": line,
            "column": column,
            "severity": _SEVERITIES[found.severity],
            "message": found.message,
            "source": f"{TOOL}.{found.code}.{found.name}",
        },
    )

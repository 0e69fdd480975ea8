"""The format concise: one line a finding."""

from __future__ import annotations

from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.options import RenderOptions, all_shown
from netpol_lsp.formats.positions import place
from netpol_lsp.lint.report import Report
from netpol_lsp.text.visible import start_of_line, visible


def render(report: Report, options: RenderOptions) -> str:
    """The findings as `path:line:column: code message`."""
    pen = Pen(options.color)
    lines = []
    for result, found in all_shown(report, options):
        line, column = place(result.source, found.span.start)
        path = pen.write(start_of_line(result.source.uri), "bold")
        code = pen.severity(found.code, found.severity)
        lines.append(f"{path}:{line}:{column}: {code} {visible(found.message)}\n")
    return "".join(lines)

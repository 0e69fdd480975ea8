"""The format jsonl: a JSON document for each finding, one a line."""

from __future__ import annotations

from netpol_lsp.formats.findings import findings
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.options import RenderOptions
from netpol_lsp.lint.report import Report


def render(report: Report, _options: RenderOptions) -> str:
    """All findings, as the format json has them."""
    return "".join(dump(finding) + "\n" for finding in findings(report))

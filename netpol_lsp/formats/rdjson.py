"""The format rdjson: reviewdog's diagnostic format, with fixes as suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.options import TOOL, RenderOptions, all_shown
from netpol_lsp.formats.positions import path_below, place, replacement, source_of
from netpol_lsp.lint.report import Report
from netpol_lsp.text.edits import Applicability
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO", Severity.HINT: "INFO"}


def render(report: Report, options: RenderOptions) -> str:
    """The findings as one JSON document."""
    sources = report.sources()
    found = (_diagnostic(found, result.source, sources, options) for result, found in all_shown(report, options))
    return dump({"source": {"name": TOOL}, "diagnostics": found}, depth=2) + "\n"


def _diagnostic(
    found: Diagnostic, source: Source, sources: Mapping[str, Source], options: RenderOptions
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "message": markdown_text(found.message),
        "location": _location(source, found.span, options),
        "severity": _SEVERITIES[found.severity],
        "code": {"value": found.code},
    }
    suggestions = list(_suggestions(found, source))
    if suggestions:
        data["suggestions"] = suggestions
    related = [
        {"message": markdown_text(item.message), "location": _location(other, item.span, options)}
        for item in found.related
        if (other := source_of(item, source, sources)) is not None
    ]
    if related:
        data["related_locations"] = related
    return data


def _suggestions(found: Diagnostic, source: Source) -> Iterator[dict[str, Any]]:
    """The fixes, each as one replacement, which is all that the format has."""
    for fix in found.fixes:
        if fix.edits and fix.applicability is not Applicability.DISPLAY:
            span, text = replacement(source, fix)
            yield {"range": _range(source, span), "text": text}


def _location(source: Source, span: Span, options: RenderOptions) -> dict[str, Any]:
    return {"path": path_below(source.uri, options.root), "range": _range(source, span)}


def _range(source: Source, span: Span) -> dict[str, Any]:
    return {"start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: Source, offset: int) -> dict[str, int]:
    """Lines from 1, columns in bytes of UTF-8 from 1."""
    line, column = place(source, offset, "utf-8")
    return {"line": line, "column": column}

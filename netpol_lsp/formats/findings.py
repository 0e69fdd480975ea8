"""Findings as the data of our own JSON formats; schemas/report.schema.json describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netpol_lsp.findings.diagnostic import Diagnostic, ObjectRef, Related, Suppression
from netpol_lsp.formats.positions import place, source_of
from netpol_lsp.lint.report import Report
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span

Data = dict[str, Any]


def findings(report: Report) -> Iterator[Data]:
    """All findings of a report, suppressed ones too."""
    sources = report.sources()
    for result in report.results:
        for found in result.diagnostics:
            yield _finding(found, result.source, sources)


def _finding(found: Diagnostic, source: Source, sources: Mapping[str, Source]) -> Data:
    return {
        "path": source.uri,
        "document": found.document,
        "code": found.code,
        "name": found.name,
        "category": found.category.value,
        "severity": found.severity.value,
        "message": found.message,
        **_ends(source, found.span),
        "object": _object(found.object),
        "field": found.field,
        "related": [_related(item, source, sources) for item in found.related],
        "fixes": [_fix(fix, source) for fix in found.fixes],
        "suppressed": _suppression(found.suppressed),
        "fingerprint": found.fingerprint,
    }


def _ends(source: Source | None, span: Span) -> Data:
    if source is None:
        return {"start": None, "end": None}
    return {"start": _point(source, span.start), "end": _point(source, span.end)}


def _point(source: Source, offset: int) -> Data:
    line, column = place(source, offset)
    return {"line": line, "column": column, "offset": offset}


def _object(reference: ObjectRef | None) -> Data | None:
    if reference is None:
        return None
    return {"kind": reference.kind, "namespace": reference.namespace, "name": reference.name}


def _related(item: Related, own: Source, sources: Mapping[str, Source]) -> Data:
    ends = _ends(source_of(item, own, sources), item.span)
    return {"path": own.uri if item.uri is None else item.uri, **ends, "message": item.message}


def _fix(fix: Fix, source: Source) -> Data:
    edits = [{**_ends(source, edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "applicability": fix.applicability.value, "edits": edits}


def _suppression(suppression: Suppression | None) -> Data | None:
    return None if suppression is None else {"by": suppression.by, "reason": suppression.reason}

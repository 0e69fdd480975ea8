"""Findings as plain JSON data, for the cache and between processes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from netpol_lsp.findings.diagnostic import Category, Diagnostic, ObjectRef, Related, Severity, Suppression, Tag
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span

Encoded = list[Any]


def encode(diagnostics: Iterable[Diagnostic]) -> Encoded:
    """Findings as nested lists of JSON's types."""
    return [_encode_one(diagnostic) for diagnostic in diagnostics]


def decode(encoded: Encoded) -> tuple[Diagnostic, ...]:
    """The findings again; raises ValueError, TypeError, IndexError or KeyError for anything that `encode` does not make."""
    return tuple(_decode_one(item) for item in encoded)


def to_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Findings as a text; empty when there are none."""
    encoded = encode(diagnostics)
    return json.dumps(encoded, ensure_ascii=False, separators=(",", ":")) if encoded else ""


def from_json(text: str) -> tuple[Diagnostic, ...]:
    """The findings again; raises what `decode` raises."""
    return decode(json.loads(text)) if text else ()


def _encode_one(found: Diagnostic) -> Encoded:
    return [
        found.code,
        found.name,
        str(found.category),
        str(found.severity),
        found.message,
        found.span.start,
        found.span.end,
        found.document,
        found.label,
        [found.object.kind, found.object.namespace, found.object.name] if found.object else None,
        found.field,
        [[item.span.start, item.span.end, item.message, item.uri] for item in found.related],
        [
            [fix.title, str(fix.applicability), [[e.span.start, e.span.end, e.text] for e in fix.edits]]
            for fix in found.fixes
        ],
        [str(tag) for tag in found.tags],
        [found.suppressed.by, found.suppressed.reason] if found.suppressed else None,
        found.number,
    ]


def _check(kind: type, *values: Any) -> None:
    """Raise TypeError where a value is of another kind; texts may be missing."""
    for value in values:
        if type(value) is not kind and not (value is None and kind is str):
            message = f"{kind.__name__} expected"
            raise TypeError(message)


def _decode_one(item: Encoded) -> Diagnostic:
    (
        code, name, category, severity, message, start, end, document,
        label, reference, field, related, fixes, tags, suppressed, number,
    ) = item  # fmt: skip
    _check(str, code, name, category, severity, message, label, field, *(reference or ()), *(suppressed or ()))
    _check(int, start, end, document)
    for first, last, text, uri in related:
        _check(int, first, last)
        _check(str, text, uri)
    for title, _, edits in fixes:
        _check(str, title)
        for first, last, text in edits:
            _check(int, first, last)
            _check(str, text)
    return Diagnostic(
        code=code,
        name=name,
        category=Category(category),
        severity=Severity(severity),
        message=message,
        span=Span(start, end),
        document=document,
        label=label,
        object=ObjectRef(*reference) if reference else None,
        field=field,
        related=tuple(Related(Span(first, last), text, uri) for first, last, text, uri in related),
        fixes=tuple(
            Fix(title, tuple(TextEdit(Span(first, last), text) for first, last, text in edits), Applicability(how))
            for title, how, edits in fixes
        ),
        tags=tuple(Tag(tag) for tag in tags),
        suppressed=Suppression(*suppressed) if suppressed else None,
        number=number,
    )

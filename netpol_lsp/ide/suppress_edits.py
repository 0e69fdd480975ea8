"""The edits that suppress a finding: on its line, or in its whole document."""

from __future__ import annotations

import re

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.comments import Comment
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import insert_entry, is_json
from netpol_lsp.yaml.nodes import Mapping

Edits = tuple[TextEdit, ...]

REASON = "TODO: say why"
"""Stands where the user is to write a reason."""
_CODES = re.compile(r"netpol:\s*ignore\s*\[([^\]]*)\]")
_ANNOTATION = "netpol-lint/ignore"


def suppress_on_line(document: Document, span: Span, code: str) -> Edits | None:
    """Suppress `code` on the line where `span` starts; None where no comment can be."""
    if is_json(document):
        return None
    source, root = document.source, document.root
    line = source.lines.line_of(span.start)
    there = _codes_at(document, {line}, alone=False) or _codes_at(document, {line - 1}, alone=True)
    if there is not None and (root is None or there.start > root.start):
        return _add_code(document, there, code)
    start, end = source.lines.line_start(line), source.lines.line_end(line)
    text = document.text[start:end]
    comment = f"# netpol: ignore[{code}] {REASON}"
    if root is not None and source.lines.line_of(root.start) >= line:
        # A comment above the first line would hold for the whole document.
        if any(source.lines.line_of(one.span.start) == line for one in document.comments):
            return None
        return (TextEdit(Span(end, end), f"  {comment}"),)
    indent = text[: len(text) - len(text.lstrip())]
    return (TextEdit(Span(start, start), f"{indent}{comment}{source.newline}"),)


def suppress_in_document(document: Document, code: str) -> Edits | None:
    """Suppress `code` in the whole document: by a comment at its head, in JSON by the object's annotation."""
    root = document.root
    if root is None:
        return None
    if is_json(document):
        return _annotate(document, code)
    first = document.source.lines.line_of(root.start)
    there = _codes_at(document, set(range(first)), alone=True)
    if there is not None:
        return _add_code(document, there, code)
    at = document.source.lines.line_start(first)
    if document.text[at : root.start].strip():
        return None
    return (TextEdit(Span(at, at), f"# netpol: ignore[{code}] {REASON}{document.source.newline}"),)


def _codes_at(document: Document, lines: set[int], *, alone: bool) -> Span | None:
    """Where the codes of a suppression comment on one of the lines are; None when there is none."""
    for comment in document.comments:
        if document.source.lines.line_of(comment.span.start) in lines and comment.is_alone is alone:
            found = _codes(document, comment)
            if found is not None:
                return found
    return None


def _codes(document: Document, comment: Comment) -> Span | None:
    match = _CODES.search(document.text, comment.span.start, comment.span.end)
    return Span(*match.span(1)) if match else None


def _add_code(document: Document, codes: Span, code: str) -> Edits | None:
    written = document.text[codes.start : codes.end]
    if code in re.split(r"[\s,]+", written):
        return None
    separator = ", " if written.strip() else ""
    return (TextEdit(Span(codes.end, codes.end), separator + code),)


def _annotate(document: Document, code: str) -> Edits | None:
    """Add the annotation to the one object of a JSON document."""
    root = document.root
    metadata = root.get("metadata") if isinstance(root, Mapping) else None
    if metadata is None or not isinstance(metadata.value, Mapping):
        return None
    annotations = metadata.value.get("annotations")
    if annotations is None:
        return insert_entry(document, metadata.value, "annotations", {_ANNOTATION: code})
    if not isinstance(annotations.value, Mapping) or annotations.value.get(_ANNOTATION) is not None:
        return None
    return insert_entry(document, annotations.value, _ANNOTATION, code)

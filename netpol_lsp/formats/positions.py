"""Places in files as formats write them: paths, and lines and columns from 1."""

from __future__ import annotations

from collections.abc import Mapping

from netpol_lsp.findings.diagnostic import Related
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.source import Encoding, Source
from netpol_lsp.text.span import Span

Position = tuple[int, int]
"""A line and a column, both from 1."""


def place(source: Source, offset: int, encoding: Encoding = "utf-32") -> Position:
    """The line and column of an offset, the column in code units of `encoding` (by default in code points)."""
    line, column = source.lines.position(offset, encoding)
    return line + 1, column + 1


def places(source: Source, span: Span, encoding: Encoding = "utf-32") -> tuple[Position, Position]:
    """Where a span starts, and where the text after it starts."""
    return place(source, span.start, encoding), place(source, span.end, encoding)


def source_of(related: Related, own: Source, sources: Mapping[str, Source]) -> Source | None:
    """The source that a related place is in; None when its text is not known."""
    if related.uri is None or related.uri == own.uri:
        return own
    return sources.get(related.uri)


def path_below(uri: str, root: str | None) -> str:
    """A path as seen from `root`: relative where it is below it, without a leading `./`."""
    base = root.rstrip("/") + "/" if root else ""
    if base and uri.startswith(base) and uri != base:
        return uri[len(base) :]
    while uri.startswith("./"):
        uri = uri[2:].lstrip("/")
    return uri


def replacement(source: Source, fix: Fix) -> tuple[Span, str]:
    """A fix as one edit: the span that covers all of its edits, and what is there afterwards.

    Raises ValueError when the edits overlap or leave the text.
    """
    span = fix.span
    parts = []
    offset = span.start
    for edit in sorted(fix.edits):
        if edit.span.start < offset or edit.span.end > len(source.text):
            message = f"the edits of `{fix.title}` overlap or leave the text"
            raise ValueError(message)
        parts += [source.text[offset : edit.span.start], edit.text]
        offset = edit.span.end
    return span, "".join(parts)

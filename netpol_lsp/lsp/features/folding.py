"""Folding ranges: documents, mappings and lists of policies, runs of comments."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from netpol_lsp.lint.analysis import Part
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.text.source import LineIndex
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding_range(params: types.FoldingRangeParams) -> list[Json]:
        snapshot = services.session.get(params.text_document.uri)
        return render_folds(snapshot) if snapshot is not None else []


def render_folds(snapshot: Snapshot) -> list[Json]:
    """The ranges, by whole lines; one for each line that something starts on, the longest."""
    found: dict[int, tuple[int, str]] = {}
    lines = snapshot.source.lines
    for part in snapshot.analysis.parts:
        if part.analysis is not None:
            for first, last, kind in _folds(part, part.analysis.document, lines):
                if last > max(first, found.get(first, (0, ""))[0]):
                    found[first] = (last, kind)
    return [
        {"startLine": first, "endLine": last, "kind": kind} if kind else {"startLine": first, "endLine": last}
        for first, (last, kind) in sorted(found.items())
    ]


def _folds(part: Part, document: Document, lines: LineIndex) -> Iterator[tuple[int, int, str]]:
    """First and last lines, with the kind of the fold."""
    base = lines.line_of(part.start)
    own = document.source.lines
    if document.root is not None:
        first = own.line_of(document.root.start)
        yield base + first, base + _last_line(document.root, own), "region"
        yield from ((base + start, base + end, "") for start, end in _below(document.root, own))
    start = previous = None
    for comment in document.comments:
        line = own.line_of(comment.span.start)
        if not comment.is_alone:
            continue
        if previous is not None and line == previous + 1:
            previous = line
            continue
        if start is not None and previous is not None:
            yield base + start, base + previous, "comment"
        start = previous = line
    if start is not None and previous is not None:
        yield base + start, base + previous, "comment"


def _below(node: Node, lines: LineIndex) -> Iterator[tuple[int, int]]:
    """Lines of each key with a value on several lines, and of each list item."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Mapping):
            for entry in current.entries:
                if entry.value.origin is None and not (isinstance(entry.value, Scalar) and not entry.value.style):
                    yield lines.line_of(entry.key.start), _last_line(entry.value, lines)
                    stack.append(entry.value)
        elif isinstance(current, Sequence):
            for item in current.items:
                if item.origin is None and not isinstance(item, Scalar):
                    yield lines.line_of(item.start), _last_line(item, lines)
                    stack.append(item)


def _last_line(node: Node, lines: LineIndex) -> int:
    return lines.line_of(max(node.end - 1, node.start))

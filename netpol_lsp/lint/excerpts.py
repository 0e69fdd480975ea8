"""The part of a document that edits can change the meaning of: of a List with many policies, one item."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, replace

from netpol_lsp.lint.analysis import DocumentAnalysis
from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Mapping, Sequence

_HEAD = "apiVersion: v1\nkind: List\nitems:\n"
_REACHING = re.compile(r"[&%]|^\.\.\.", re.MULTILINE)
"""Anchors, directives, ends of documents: what may make a part mean something else by itself."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text that can be read by itself: the whole document, or the lines at `span` with an item of a List."""

    text: str
    span: Span
    is_whole: bool = True

    def moved(self, edits: AbstractSequence[TextEdit]) -> list[TextEdit]:
        """Edits of the document as edits of this text."""
        if self.is_whole:
            return list(edits)
        offset = len(_HEAD) - self.span.start
        return [replace(edit, span=edit.span.shift(offset)) for edit in edits]


def excerpt_around(analysis: DocumentAnalysis, edits: AbstractSequence[TextEdit]) -> Excerpt:
    """What has to be read again after edits of a document.

    It is an item of a List where the edits are in its lines, and no anchor may reach into it from another one.
    """
    text = analysis.document.text
    start, end = min(edit.span.start for edit in edits), max(edit.span.end for edit in edits)
    is_list = len(analysis.objects) > 1 and analysis.document.error is None and not _REACHING.search(text)
    span = _item_around(analysis, start) if is_list else None
    if span is None or not (span.start <= start and end <= span.end):
        return Excerpt(text, Span(0, len(text)))
    return Excerpt(_HEAD + text[span.start : span.end], span, is_whole=False)


def _item_around(analysis: DocumentAnalysis, offset: int) -> Span | None:
    """The lines of the item of a List in block style that an offset is in, if it holds an object of ours."""
    root, text, lines = analysis.document.root, analysis.document.text, analysis.document.source.lines

    def line_start(at: int) -> int:
        return lines.line_start(lines.line_of(at))

    if not isinstance(root, Mapping):
        return None
    entry = root.get("items")
    if entry is None or not isinstance(entry.value, Sequence) or entry.value.flow:
        return None
    items = entry.value.items
    number = bisect_right(items, offset, key=lambda item: item.start) - 1
    if number + 1 < len(items) and line_start(items[number + 1].start) <= offset:
        number += 1
    if number < 0 or not isinstance(items[number], Mapping):
        return None
    start = line_start(items[number].start)
    if text[start : items[number].start].strip() != "-":
        return None
    following = (
        items[number + 1 :][:1] or [other.key for other in root.entries if other.key.start > entry.value.start][:1]
    )
    end = line_start(following[0].start) if following else len(text)
    is_ours = any(found.node is items[number] for found in analysis.objects)
    return Span(start, end) if is_ours and end > start else None

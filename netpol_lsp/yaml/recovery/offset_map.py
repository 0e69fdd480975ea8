"""Offsets of an edited text as offsets of the text before the edits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from netpol_lsp.text.edits import Fix, TextEdit, in_order, overlaps
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Node, children, walk
from netpol_lsp.yaml.problems import SyntaxProblem


class OffsetMap:
    """Leads from offsets after some edits (none of which overlap) to offsets before them."""

    __slots__ = ("_after", "_before", "_edits")

    def __init__(self, edits: Sequence[TextEdit]) -> None:
        self._edits = in_order(edits)
        self._after: list[int] = []
        shift = 0
        for edit in self._edits:
            self._after.append(edit.span.start + shift)
            shift += len(edit.text) - len(edit.span)

    def original(self, offset: int) -> int:
        """The offset before the edits; inside a replaced text, the nearest place that was there before."""
        at = bisect_right(self._after, offset) - 1
        if at < 0:
            return offset
        edit = self._edits[at]
        inside = offset - self._after[at]
        if inside < len(edit.text):
            return min(edit.span.start + inside, edit.span.end)
        return edit.span.end + inside - len(edit.text)

    def span(self, span: Span) -> Span:
        """The span before the edits."""
        start = self.original(span.start)
        return Span(start, max(start, self.original(span.end)))


class SwapMap(OffsetMap):
    """Leads from offsets of a text in which two pieces changed places to offsets before."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Span, second: Span) -> None:
        super().__init__(())
        self._first = first
        self._second = second

    def original(self, offset: int) -> int:
        """The offset before the pieces changed places."""
        first, second = self._first, self._second
        if offset < first.start or offset > second.end:
            return offset
        if offset <= first.start + len(second):
            return second.start + offset - first.start
        if offset < second.end - len(first):
            return first.end + offset - (first.start + len(second))
        return first.start + offset - (second.end - len(first))


def move_problem(problem: SyntaxProblem, offsets: OffsetMap) -> SyntaxProblem:
    """A problem with the spans before the edits; a fix that the way back would spoil is dropped."""
    moved = (_move_fix(fix, offsets) for fix in problem.fixes)
    return replace(
        problem,
        span=offsets.span(problem.span),
        related=offsets.span(problem.related) if problem.related else None,
        fixes=tuple(fix for fix in moved if fix is not None),
        guessed=tuple(map(offsets.span, problem.guessed)),
    )


def _move_fix(fix: Fix, offsets: OffsetMap) -> Fix | None:
    edits = tuple(TextEdit(offsets.span(edit.span), edit.text) for edit in fix.edits)
    kept = all(len(edit.span) == len(moved.span) for edit, moved in zip(fix.edits, edits, strict=True))
    return replace(fix, edits=edits) if kept and not overlaps(edits) else None


def move_back(root: Node | None, offsets: OffsetMap) -> None:
    """Give the nodes of a freshly parsed text the offsets that they have in the text before the edits."""
    if root is None:
        return
    nodes = list(walk(root))
    for node in nodes:
        start = offsets.original(node.start)
        node.end = max(start, offsets.original(node.end))
        node.start = start
    # Where lines changed places, a collection covers its children no longer.
    for node in reversed(nodes):
        if node.origin is None:
            for child in children(node):
                node.start = min(node.start, child.start)
                node.end = max(node.end, child.end)

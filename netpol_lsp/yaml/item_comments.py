"""The comments that speak of an item of a list or an entry of a mapping."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Node

if TYPE_CHECKING:
    from netpol_lsp.yaml.comments import Comment


def comments_above(document: Document, node: Node) -> tuple[Comment, ...]:
    """The comments on the lines directly above a node, and the one at the end of its first line."""
    by_line = document.comments_by_line
    if not by_line:
        return ()
    line = document.source.lines.line_of(node.start)
    first = line
    while first - 1 in by_line and by_line[first - 1].is_alone:
        first -= 1
    return tuple(by_line[number] for number in range(first, line + 1) if number in by_line)


def comments_on(document: Document, node: Node) -> tuple[Comment, ...]:
    """The comments above a node and inside it, in the order of the text."""
    if not document.comments:
        return ()
    lines = document.source.lines
    after_first = lines.line_start(lines.line_of(node.start) + 1)
    after_last = lines.line_start(lines.line_of(max(node.start, node.end - 1)) + 1)
    start = bisect_left(document.comments, after_first, key=_start_of)
    end = bisect_left(document.comments, after_last, lo=start, key=_start_of)
    return (*comments_above(document, node), *document.comments[start:end])


def _start_of(comment: Comment) -> int:
    return comment.span.start


def comment_text(comments: tuple[Comment, ...]) -> str:
    """What some comments say, as one text."""
    return " ".join(comment.text for comment in comments)

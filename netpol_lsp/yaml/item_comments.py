"""The comments that speak of an item of a list or an entry of a mapping."""

from __future__ import annotations

from netpol_lsp.yaml.comments import Comment
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Node


def comments_above(document: Document, node: Node) -> tuple[Comment, ...]:
    """The comments on the lines directly above a node, and the one at the end of its first line."""
    if not document.comments:
        return ()
    lines = document.source.lines
    line = lines.line_of(node.start)
    by_line = {lines.line_of(comment.span.start): comment for comment in document.comments}
    first = line
    while first - 1 in by_line and by_line[first - 1].is_alone:
        first -= 1
    return tuple(by_line[number] for number in range(first, line + 1) if number in by_line)


def comments_on(document: Document, node: Node) -> tuple[Comment, ...]:
    """The comments above a node and inside it, in the order of the text."""
    above = comments_above(document, node)
    lines = document.source.lines
    first, last = lines.line_of(node.start), lines.line_of(max(node.start, node.end - 1))
    inside = (comment for comment in document.comments if first < lines.line_of(comment.span.start) <= last)
    return (*above, *inside)


def comment_text(comments: tuple[Comment, ...]) -> str:
    """What some comments say, as one text."""
    return " ".join(comment.text for comment in comments)

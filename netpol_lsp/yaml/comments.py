"""Comments of a document and where they are."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Node, Scalar, walk

# libyaml and go-yaml end a line at U+0085, U+2028 and U+2029, too.
_CANDIDATE = re.compile(r"(?:(?<=[\s\ufeff])|\A)#[^\n\r\x85\u2028\u2029]*")

_LINE_END = re.compile(r"[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. `text` starts after the `#`; `is_alone`: nothing else is on its line."""

    span: Span
    text: str
    is_alone: bool


def find_comments(text: str, root: Node | None) -> tuple[Comment, ...]:
    """The comments of a text whose nodes are below `root`: a `#` inside a scalar is none."""
    if "#" not in text:
        return ()
    # Most documents have no `#` in a value, so that each one after a space begins a comment.
    scalars = sorted(_spans_with_hash(text, root))
    starts = [start for start, _ in scalars]
    found = []
    position = last = 0
    while match := _CANDIDATE.search(text, position):
        at = bisect_right(starts, match.start()) - 1
        if at >= 0 and match.start() < scalars[at][1]:
            # A comment may still follow the scalar on its line.
            position = scalars[at][1]
            continue
        position = match.end()
        # The comment before this one ended its line, so no line starts before that.
        line_start = max(text.rfind("\n", last, match.start()), text.rfind("\r", last, match.start()), last - 1) + 1
        last = position
        is_alone = not text[line_start : match.start()].strip()
        found.append(Comment(Span(*match.span()), match.group()[1:].strip(), is_alone))
    return tuple(found)


def _spans_with_hash(text: str, root: Node | None) -> list[tuple[int, int]]:
    """Where the texts of the scalars with a `#` are."""
    if root is None:
        return []
    return [
        (_text_start(text, node), node.end)
        for node in walk(root)
        if isinstance(node, Scalar) and node.origin is None and text.find("#", node.start, node.end) >= 0
    ]


def _text_start(text: str, node: Scalar) -> int:
    """Where a scalar's text starts: after the `|` or `>` of a block a comment may be."""
    if node.style not in ("|", ">"):
        return node.start
    line_end = _LINE_END.search(text, node.start, node.end)
    return line_end.start() if line_end else node.end

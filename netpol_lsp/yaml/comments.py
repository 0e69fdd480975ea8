"""Comments of a document and where they are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Node, Scalar, children

# libyaml and go-yaml end a line at U+0085, U+2028 and U+2029, too.
_SIGN = re.compile(r"(?:(?<=[\s\ufeff])|\A)#")
_CANDIDATE = re.compile(_SIGN.pattern + r"[^\n\r\x85\u2028\u2029]*")

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
    signs = [match.start() for match in _SIGN.finditer(text)]
    if not signs:
        return ()
    # Most documents have no such `#` in a value, so that each one begins a comment.
    scalars = sorted((_text_start(text, node), node.end) for node in _scalars_around(signs, root))
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


def _scalars_around(signs: list[int], root: Node | None) -> Iterator[Scalar]:
    """The scalars that hold one of these offsets, which are sorted. What holds none of them is passed over whole."""
    pending = [root] if root is not None else []
    while pending:
        node = pending.pop()
        first = bisect_left(signs, node.start)
        if first == len(signs) or signs[first] >= node.end:
            continue
        if not isinstance(node, Scalar):
            pending += children(node)
        elif node.origin is None:
            yield node


def _text_start(text: str, node: Scalar) -> int:
    """Where a scalar's text starts: after the `|` or `>` of a block a comment may be."""
    if node.style not in ("|", ">"):
        return node.start
    line_end = _LINE_END.search(text, node.start, node.end)
    return line_end.start() if line_end else node.end

"""How a document is written, and values rendered in that style."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from netpol_lsp.syntax.lines import comment_start
from netpol_lsp.syntax.nodes import Mapping, Node, Scalar, Sequence, walk
from netpol_lsp.syntax.scalars import looks_like_timestamp, resolve_plain
from netpol_lsp.text.source import Source

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./+=@-]*(?::[A-Za-z0-9_./+=@-]+)*\Z")
# YAML 1.1 readers other than kubectl's take these for numbers in base 60.
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")


# So many nodes tell how a document is written.
_SAMPLE = 80


@dataclass(frozen=True, slots=True)
class Style:
    """Habits of a document: columns a level, whether list items are indented under their key, quote sign, line ending."""

    step: int = 2
    indents_items: bool = True
    quote: str = '"'
    newline: str = "\n"


def detect_style(source: Source, root: Node | None) -> Style:
    """The style that most of a document follows; the usual one where it does not tell."""
    if root is None:
        return Style(newline=source.newline)
    steps: Counter[int] = Counter()
    items: Counter[bool] = Counter()
    quotes: Counter[str] = Counter()
    for node in islice(walk(root), _SAMPLE):
        if isinstance(node, Scalar):
            if node.style and node.style in "'\"":
                quotes[node.style] += 1
        elif isinstance(node, Mapping) and not node.flow:
            _count_levels(source, node, steps, items)
    return Style(
        step=steps.most_common(1)[0][0] if steps else 2,
        indents_items=items[True] >= items[False],
        quote=quotes.most_common(1)[0][0] if quotes else '"',
        newline=source.newline,
    )


def _count_levels(source: Source, node: Mapping, steps: Counter[int], items: Counter[bool]) -> None:
    for entry in node.entries:
        value = entry.value
        if value.origin is not None or value.end <= value.start:
            continue
        outer = column_of(source, entry.key.start)
        if isinstance(value, Mapping) and not value.flow:
            steps[max(1, column_of(source, value.start) - outer)] += 1
        elif isinstance(value, Sequence) and not value.flow:
            items[column_of(source, dash_of(source, value.items[0])) > outer if value.items else True] += 1


def column_of(source: Source, offset: int) -> int:
    """The column of an offset, in code points from 0."""
    return source.lines.column_of(offset)


# Anchors and tags in front of a value.
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]*)+\Z")


def dash_of(source: Source, item: Node) -> int:
    """The offset of the `-` in front of an item of a block list: comments, anchors and tags may stand between."""
    line = source.lines.line_of(item.start)
    before = source.text[source.lines.line_start(line) : item.start]
    while line >= 0:
        before = _PROPERTIES.sub("", before).rstrip()
        if before.endswith("-"):
            return source.lines.line_start(line) + len(before) - 1
        line -= 1
        before = source.lines.line_text(line) if line >= 0 else ""
        comment = comment_start(before)
        before = before if comment is None else before[:comment]
    return max(source.text.rfind("-", 0, item.start), 0)


def scalar_text(value: str | float | None, quote: str = '"') -> str:
    """A scalar as YAML text that kubectl reads as exactly this value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if is_plain_safe(value):
        return value
    return quoted(value, quote)


def is_plain_safe(text: str) -> bool:
    """Whether a text can stand without quotes, in block and flow style, and stay that text for every reader."""
    return (
        _PLAIN.match(text) is not None
        and isinstance(resolve_plain(text), str)
        and not looks_like_timestamp(text)
        and not _SEXAGESIMAL.match(text)
        and text != "<<"
    )


def quoted(text: str, quote: str = '"') -> str:
    """A text in quotes; single ones only where nothing needs an escape."""
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def render_flow(value: Any, style: Style, *, as_json: bool = False) -> str:
    """A value on one line."""
    if as_json:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, AbstractMapping):
        inner = ", ".join(f"{scalar_text(key, style.quote)}: {render_flow(item, style)}" for key, item in value.items())
        return "{" + inner + "}"
    if isinstance(value, AbstractSequence) and not isinstance(value, str):
        return "[" + ", ".join(render_flow(item, style) for item in value) + "]"
    return scalar_text(value, style.quote)


def render_block(value: Any, indent: int, style: Style) -> list[str]:
    """A value as lines, the first at column `indent`; empty collections and scalars take one line."""
    pad = " " * indent
    if isinstance(value, AbstractMapping) and value:
        lines: list[str] = []
        for key, item in value.items():
            lines += render_entry(str(key), item, indent, style)
        return lines
    if isinstance(value, AbstractSequence) and not isinstance(value, str) and value:
        lines = []
        for item in value:
            inner = render_block(item, indent + 2, style)
            lines += [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
        return lines
    return [pad + render_flow(value, style)]


def render_entry(key: str, value: Any, indent: int, style: Style) -> list[str]:
    """A key with its value as lines, the key at column `indent`."""
    head = " " * indent + scalar_text(key, style.quote) + ":"
    if isinstance(value, AbstractMapping) and value:
        return [head, *render_block(value, indent + style.step, style)]
    if isinstance(value, AbstractSequence) and not isinstance(value, str) and value:
        return [head, *render_block(value, indent + (style.step if style.indents_items else 0), style)]
    return [f"{head} {render_flow(value, style)}"]

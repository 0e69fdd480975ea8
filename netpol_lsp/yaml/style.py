"""How a document is written, and values rendered in that style."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass
from typing import Any, TypeVar

from netpol_lsp.text.source import Source
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.scalars import looks_like_timestamp, resolve_plain

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./+=@-]*(?::[A-Za-z0-9_./+=@-]+)*\Z")
# YAML 1.1 readers other than kubectl's take these for numbers in base 60.
SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")


# So many levels and lists tell how a document is written.
_ENOUGH = 5
# An opening quote: after a space, a comma or a bracket.
_QUOTE = re.compile(r"""["'](?<=[\s,\[{].)""")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Style:
    """Habits of a document: columns a level, whether list items are indented under their key, quote sign, line ending."""

    step: int = 2
    indents_items: bool = True
    quote: str = '"'
    newline: str = "\n"


def detect_style(source: Source, root: Node | None) -> Style:
    """The style that most of a document follows, by its first lines; the usual one where these do not tell."""
    steps: list[int] = []
    items: list[bool] = []
    # Collections that are still to be looked at, the next one last, each with the column of the key that holds it.
    open_nodes = [] if root is None else [(root, -1)]
    while open_nodes and (len(steps) < _ENOUGH or len(items) < _ENOUGH):
        node, outer = open_nodes.pop()
        is_block = isinstance(node, Mapping | Sequence) and not node.flow and node.origin is None
        if isinstance(node, Mapping):
            column = column_of(source, node.start) if is_block else -1
            if is_block and outer >= 0:
                steps.append(max(1, column - outer))
            values = [entry.value for entry in reversed(node.entries)]
            open_nodes += [(value, column) for value in values if not isinstance(value, Scalar)]
        elif isinstance(node, Sequence):
            if is_block and outer >= 0:
                items.append(_is_indented(source, node, outer))
            open_nodes += [(item, -1) for item in reversed(node.items) if not isinstance(item, Scalar)]
    return Style(
        step=_most_common(steps, 2),
        indents_items=items.count(True) >= items.count(False),
        quote=_most_common(_QUOTE.findall(source.text), '"'),
        newline=source.newline,
    )


def _most_common(votes: list[T], default: T) -> T:
    return Counter(votes).most_common(1)[0][0] if votes else default


def _is_indented(source: Source, node: Sequence, outer: int) -> bool:
    return not node.items or column_of(source, dash_of(source, node.items[0])) > outer


def column_of(source: Source, offset: int) -> int:
    """The column of an offset, in code points from 0."""
    return source.lines.column_of(offset)


# Anchors and tags before a value.
_PROPERTIES = re.compile(r"(?:[&!]\S*+[ \t]*+)++\Z")


def dash_of(source: Source, item: Node) -> int:
    """The offset of the `-` before an item of a block list: comments, anchors and tags may be between."""
    if source.text.startswith((" - ", "\n- "), max(item.start - 3, 0)):
        return item.start - 2
    line = source.lines.line_of(item.start)
    before = source.text[source.lines.line_start(line) : item.start]
    while line >= 0:
        before = _PROPERTIES.sub("", before).rstrip()
        if before.endswith("-"):
            return source.lines.line_start(line) + len(before) - 1
        line -= 1
        before = source.lines.line_text(line) if line >= 0 else ""
        from netpol_lsp.yaml.line_scanner import comment_start  # noqa: PLC0415 - few places need it

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
    """Whether a text can be without quotes, in block and flow style, and stay that text for every reader."""
    return (
        _PLAIN.match(text) is not None
        and isinstance(resolve_plain(text), str)
        and not looks_like_timestamp(text)
        and not SEXAGESIMAL.match(text)
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

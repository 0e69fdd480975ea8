"""The only builder of YAML edits: changes to nodes as text edits in the document's own style.

Every function returns None (or no edits) where the change cannot be made without harm: reached through an alias,
or where a comment would be lost. Offsets count from the document's start.
"""

from __future__ import annotations

from typing import Any

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, walk
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.style import (
    Style,
    column_of,
    dash_of,
    is_plain_safe,
    quoted,
    render_block,
    render_entry,
    render_flow,
    scalar_text,
)

Edits = tuple[TextEdit, ...]


def style_of(document: Document) -> Style:
    """The document's style."""
    return document.style


def quote_scalar(document: Document, node: Node) -> Edits | None:
    """Put a plain scalar in quotes, as it is written; None for one that is not plain."""
    if not isinstance(node, Scalar) or not node.is_plain or node.origin is not None:
        return None
    written = document.text[node.start : node.end]
    if written != node.value:
        return None
    quote = '"' if is_json(document) else style_of(document).quote
    before = "" if node.end > node.start else " "
    return (TextEdit(node.span, before + quoted(node.value, quote)),)


def replace_scalar(document: Document, node: Node, value: str | int) -> Edits | None:
    """Write another value, keeping the quotes that are there."""
    if not isinstance(node, Scalar) or node.origin is not None or node.style in ("|", ">"):
        return None
    if isinstance(value, str) and node.style:
        text = quoted(value, node.style)
    elif is_json(document):
        text = render_flow(value, Style(), as_json=True)
    else:
        text = scalar_text(value, style_of(document).quote)
    return (TextEdit(node.span, text if node.end > node.start else f" {text}"),)


def rename_key(document: Document, entry: Entry, name: str) -> Edits | None:
    """Write another key, keeping its quotes."""
    return replace_scalar(document, entry.key, name)


def set_value(document: Document, entry: Entry, value: Any) -> Edits | None:
    """Replace an entry's value; a value that is not written is put after the colon or on lines of its own."""
    node, key = entry.value, entry.key
    if node.origin is not None or key.origin is not None:
        return None
    style = style_of(document)
    as_json = is_json(document)
    if node.end > node.start or not isinstance(value, dict | list) or not value:
        if _has_comment(document, node.span):
            return None
        text = render_flow(value, style, as_json=as_json)
        if isinstance(node, Sequence) and not node.flow:
            # A list may be in its key's own column, where nothing else can.
            if _has_comment(document, Span(key.end, node.start)):
                return None
            colon = document.text.index(":", key.end) + 1
            return (TextEdit(Span(colon, node.end), f" {text}"),)
        return (TextEdit(node.span, text if node.end > node.start else f" {text}"),)
    indent = column_of(document.source, key.start)
    lines = render_entry("x", value, indent, style)[1:]
    at = _line_end(document, node.end)
    return (TextEdit(Span(at, at), style.newline + style.newline.join(lines)),)


def insert_entry(
    document: Document, mapping: Mapping, key: str, value: Any, *, after: Entry | None = None
) -> Edits | None:
    """Add a key after `after` (by default after the last one), in the mapping's own style."""
    if mapping.origin is not None:
        return None
    style = style_of(document)
    if mapping.flow:
        return _insert_flow_entry(document, mapping, key, value, after)
    if not mapping.entries:
        return None
    indent = column_of(document.source, mapping.entries[0].key.start)
    anchor = after or mapping.entries[-1]
    if ends_in_open_block(document, anchor.value):
        return None
    lines = render_entry(key, value, indent, style)
    at = _line_end(document, max(anchor.value.end, anchor.key.end))
    return (TextEdit(Span(at, at), style.newline + style.newline.join(lines)),)


def ends_in_open_block(document: Document, node: Node) -> bool:
    """Whether a line after a value would change it: a block scalar without its last line feed, or one that keeps them all."""
    while isinstance(node, Mapping | Sequence):
        inner = [entry.value for entry in node.entries] if isinstance(node, Mapping) else node.items
        if not inner:
            return False
        node = inner[-1]
    if not isinstance(node, Scalar) or node.style not in ("|", ">"):
        return False
    text = document.text
    head = text[node.start : node.end].splitlines()[0] if node.end > node.start else ""
    return "+" in head or ("-" not in head and not set("\r\n") & set(text[node.end :]))


def insert_entry_first(document: Document, mapping: Mapping, key: str, value: Any) -> Edits | None:
    """Add a key before the others."""
    if mapping.origin is not None or not mapping.entries:
        return None
    style = style_of(document)
    start = mapping.entries[0].key.start
    if mapping.flow:
        text = _flow_entry(document, mapping, key, value, style)
        return (TextEdit(Span(start, start), text + _flow_separator(document, mapping)),)
    indent = column_of(document.source, start)
    lines = render_entry(key, value, indent, style)
    text = style.newline.join([lines[0].lstrip(), *lines[1:]]) + style.newline + " " * indent
    return (TextEdit(Span(start, start), text),)


def insert_item(document: Document, sequence: Sequence, value: Any) -> Edits | None:
    """Add an item at the end of a list that has items."""
    if sequence.origin is not None:
        return None
    style = style_of(document)
    if sequence.flow:
        text = render_flow(value, style, as_json=is_json(document))
        at = sequence.items[-1].end if sequence.items else sequence.start + 1
        return (TextEdit(Span(at, at), f", {text}" if sequence.items else text),)
    if not sequence.items or sequence.items[-1].origin is not None:
        return None
    if ends_in_open_block(document, sequence.items[-1]):
        return None
    indent = column_of(document.source, dash_of(document.source, sequence.items[0]))
    lines = render_block([value], indent, style)
    at = _line_end(document, sequence.items[-1].end)
    return (TextEdit(Span(at, at), style.newline + style.newline.join(lines)),)


def remove_entry(document: Document, mapping: Mapping, entry: Entry) -> Edits | None:
    """Delete a key with its value; None for the only entry of a block mapping."""
    if mapping.origin is not None or entry.key.origin is not None or entry not in mapping.entries:
        return None
    if _has_anchor(entry.value):
        return None
    number = mapping.entries.index(entry)
    if mapping.flow:
        spans = [item.span for item in mapping.entries]
        return _remove_flow(document, spans, number)
    if len(mapping.entries) == 1:
        return None
    source = document.source
    start_line = source.lines.line_of(entry.key.start)
    start = source.lines.line_start(start_line)
    if document.text[start : entry.key.start].strip():
        # Behind a dash: the next key moves up to this one's place.
        if number + 1 == len(mapping.entries):
            return None
        end = mapping.entries[number + 1].key.start
        if _has_comment(document, Span(entry.key.start, end)):
            return None
        return (TextEdit(Span(entry.key.start, end), ""),)
    return (_remove_lines(document, start, max(entry.value.end, entry.key.end)),)


def remove_item(document: Document, sequence: Sequence, item: Node) -> Edits | None:
    """Delete an item of a list; None for the only item of a block list."""
    if sequence.origin is not None or item not in sequence.items or _has_anchor(item):
        return None
    number = sequence.items.index(item)
    if sequence.flow:
        return _remove_flow(document, [one.span for one in sequence.items], number)
    if len(sequence.items) == 1:
        return None
    dash = dash_of(document.source, item)
    start = document.source.lines.line_start(document.source.lines.line_of(dash))
    if document.text[start:dash].strip():
        return None
    return (_remove_lines(document, start, max(item.end, dash + 1)),)


def wrap_in_list(document: Document, entry: Entry) -> Edits | None:
    """Turn a value that is no list into a list with this one item."""
    node = entry.value
    if node.origin is not None or node.end <= node.start:
        return None
    if isinstance(node, Mapping) and not node.flow:
        source = document.source
        edits = [TextEdit(Span(node.start, node.start), "- ")]
        first, last = source.lines.line_of(node.start), source.lines.line_of(node.end)
        for line in range(first + 1, last + 1):
            start = source.lines.line_start(line)
            if source.lines.line_text(line).strip():
                edits.append(TextEdit(Span(start, start), "  "))
        return tuple(edits)
    if isinstance(node, Sequence) or (isinstance(node, Scalar) and node.style in ("|", ">")):
        return None
    if isinstance(node, Scalar) and not node.style and not is_plain_safe(node.value) and isinstance(resolve(node), str):
        # In brackets, commas and more need quotes.
        return (TextEdit(node.span, f"[{quoted(node.value, style_of(document).quote)}]"),)
    return (TextEdit(Span(node.start, node.start), "["), TextEdit(Span(node.end, node.end), "]"))


def _has_anchor(node: Node) -> bool:
    """Whether aliases may lead into the node."""
    return any(inner.anchor is not None for inner in walk(node))


def is_json(document: Document) -> bool:
    """Whether the document is written as JSON."""
    root = document.root
    return (
        isinstance(root, Mapping | Sequence)
        and root.flow
        and document.text.lstrip()[:1] in ("{", "[")
        and _keys_quoted(root)
    )


def _keys_quoted(node: Node) -> bool:
    return not isinstance(node, Mapping) or all(isinstance(e.key, Scalar) and e.key.style == '"' for e in node.entries)


def _insert_flow_entry(document: Document, mapping: Mapping, key: str, value: Any, after: Entry | None) -> Edits:
    text = _flow_entry(document, mapping, key, value, style_of(document))
    if not mapping.entries:
        at = mapping.start + 1
        return (TextEdit(Span(at, at), text),)
    anchor = after or mapping.entries[-1]
    at = max(anchor.value.end, anchor.key.end)
    return (TextEdit(Span(at, at), _flow_separator(document, mapping) + text),)


def _flow_entry(document: Document, mapping: Mapping, key: str, value: Any, style: Style) -> str:
    as_json = is_json(document) or (bool(mapping.entries) and _keys_quoted(mapping))
    name = quoted(key) if as_json else scalar_text(key, style.quote)
    return f"{name}: {render_flow(value, style, as_json=as_json)}"


def _flow_separator(document: Document, mapping: Mapping) -> str:
    """What is between entries: a comma, and a line break where each entry has its own line."""
    if len(mapping.entries) > 1:
        first, second = mapping.entries[0], mapping.entries[1]
        lines = document.source.lines
        if lines.line_of(first.key.start) != lines.line_of(second.key.start):
            return "," + document.source.newline + " " * column_of(document.source, second.key.start)
    return ", "


def _remove_flow(document: Document, spans: list[Span], number: int) -> Edits | None:
    if number + 1 < len(spans):
        span = Span(spans[number].start, spans[number + 1].start)
    elif number > 0:
        span = Span(spans[number - 1].end, spans[number].end)
    else:
        span = spans[number]
    between = Span(spans[number].end, span.end) if number + 1 < len(spans) else Span(span.start, spans[number].start)
    if _has_comment(document, between):
        return None
    return (TextEdit(span, ""),)


def _remove_lines(document: Document, start: int, end: int) -> TextEdit:
    """Delete whole lines; at the end of the text the line break before them goes. Their comments stay, on lines of their own."""
    text = document.text
    stop = _line_end(document, end)
    comments = [found for found in document.comments if start <= found.span.start < stop]
    if comments:
        written = text[start:end]
        indent = written[: len(written) - len(written.lstrip())]
        kept = [indent + text[found.span.start : found.span.end] for found in comments]
        return TextEdit(Span(start, stop), document.source.newline.join(kept))
    following = document.source.lines.line_start(document.source.lines.line_of(end) + 1)
    if following > stop:
        return TextEdit(Span(start, following), "")
    while start > 0 and text[start - 1] in "\r\n":
        start -= 1
        if text[start] == "\n" and start > 0 and text[start - 1] == "\r":
            start -= 1
        break
    return TextEdit(Span(start, stop), "")


def _line_end(document: Document, offset: int) -> int:
    lines = document.source.lines
    return lines.line_end(lines.line_of(offset))


def _has_comment(document: Document, span: Span) -> bool:
    return any(span.start <= comment.span.start < span.end for comment in document.comments)

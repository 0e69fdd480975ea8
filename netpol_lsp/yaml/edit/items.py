"""Edits that join, split and empty the items of a list; like `rewrite`, None where it cannot be done without harm."""

from __future__ import annotations

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import Edits, remove_item
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Sequence, walk
from netpol_lsp.yaml.style import column_of, dash_of


def join_items(document: Document, sequence: Sequence, first: Node, second: Node) -> Edits | None:
    """Make one item of two mappings that follow each other in a list; None when they share a key."""
    if not (_is_own(document, sequence, first) and _is_own(document, sequence, second)):
        return None
    assert isinstance(first, Mapping)
    assert isinstance(second, Mapping)
    if sequence.items.index(second) != sequence.items.index(first) + 1 or _names(first) & _names(second):
        return None
    if first.flow:
        return _join_flow(document, sequence, first, second) if second.flow else None
    if second.flow:
        return _join_flow_to_block(document, first, second)
    return _join_block(document, first, second)


def split_item(document: Document, sequence: Sequence, item: Node, before: Entry) -> Edits | None:
    """Make two items of one mapping, the second of which starts with the entry `before`."""
    if not _is_own(document, sequence, item):
        return None
    assert isinstance(item, Mapping)
    if before not in item.entries[1:]:
        return None
    key = before.key.start
    if item.flow:
        previous = item.entries[item.entries.index(before) - 1]
        gap = Span(_end(previous), key)
        if has_comment(document, gap):
            return None
        dash = None if sequence.flow else _dash(document, item)
        if sequence.flow:
            between = "}, {"
        elif dash is None:
            return None
        else:
            between = "}" + document.source.newline + " " * column_of(document.source, dash) + "- {"
        return (TextEdit(gap, between),)
    dash = _dash(document, item)
    start = _line_start(document, key)
    if dash is None or document.text[start:key].strip():
        return None
    outer = column_of(document.source, dash)
    return (TextEdit(Span(start, key), " " * outer + "-" + " " * (column_of(document.source, key) - outer - 1)),)


def empty_list(document: Document, entry: Entry) -> Edits | None:
    """Write `[]` instead of a list, after its key's colon; None where a comment would be lost."""
    node = entry.value
    if node.origin is not None or entry.key.origin is not None or has_anchor(node):
        return None
    colon = document.text.find(":", entry.key.end)
    gap = Span(colon + 1, max(node.end, colon + 1))
    if colon < 0 or has_comment(document, gap):
        return None
    return (TextEdit(gap, " []"),)


def has_comment(document: Document, span: Span) -> bool:
    """Whether a comment starts inside the span."""
    return any(span.start <= comment.span.start < span.end for comment in document.comments)


def has_own_comment(document: Document, item: Node) -> bool:
    """Whether a comment belongs to an item of a block list: on its lines, or right above its dash."""
    lines = document.source.lines
    first, last = lines.line_of(dash_of(document.source, item)), lines.line_of(item.end)
    numbers = {lines.line_of(comment.span.start): comment.is_alone for comment in document.comments}
    return any(first <= number <= last for number in numbers) or numbers.get(first - 1, False)


def has_anchor(node: Node) -> bool:
    """Whether something in it has an anchor, so that an alias elsewhere may need it."""
    return any(inner.anchor is not None for inner in walk(node))


def _join_block(document: Document, first: Mapping, second: Mapping) -> Edits | None:
    """The second dash becomes a space, and the second item's lines move under the first one's keys."""
    dash = _dash(document, second)
    if dash is None or _dash(document, first) is None:
        return None
    source = document.source
    start = second.entries[0].key.start
    wanted, found = column_of(source, first.entries[0].key.start), column_of(source, start)
    if wanted == found:
        return (TextEdit(Span(dash, dash + 1), " "),)
    edits = [TextEdit(Span(_line_start(document, dash), start), " " * wanted)]
    for line in range(source.lines.line_of(start) + 1, source.lines.line_of(second.end) + 1):
        text, at = source.lines.line_text(line), source.lines.line_start(line)
        if not text.strip():
            continue
        indent = len(text) - len(text.lstrip(" "))
        if indent < found:
            return None
        edits.append(TextEdit(Span(at, at + indent), " " * (indent + wanted - found)))
    return tuple(edits)


def _join_flow_to_block(document: Document, first: Mapping, second: Mapping) -> Edits | None:
    """`- {podSelector: {}}` on one line becomes a key of the block item before it."""
    lines = document.source.lines
    dash = _dash(document, second)
    if dash is None or len(second.entries) != 1 or lines.line_of(dash) != lines.line_of(second.end):
        return None
    entry = second.entries[0]
    head = Span(_line_start(document, dash), entry.key.start)
    indent = " " * column_of(document.source, first.entries[0].key.start)
    return (TextEdit(head, indent), TextEdit(Span(_end(entry), second.end), ""))


def _join_flow(document: Document, sequence: Sequence, first: Mapping, second: Mapping) -> Edits | None:
    last = _end(first.entries[-1])
    if sequence.flow:
        gap = Span(last, second.entries[0].key.start)
        if has_comment(document, gap):
            return None
        return (TextEdit(gap, _separator(document, first)),)
    inner = Span(second.entries[0].key.start, _end(second.entries[-1]))
    lines = document.source.lines
    if has_comment(document, Span(last, lines.line_end(lines.line_of(second.end)))):
        return None
    removal = remove_item(document, sequence, second)
    if removal is None:
        return None
    return (TextEdit(Span(last, last), ", " + document.text[inner.start : inner.end]), *removal)


def _separator(document: Document, mapping: Mapping) -> str:
    """A comma, and a new line where the mapping's first key is on another line than its brace."""
    source, key = document.source, mapping.entries[0].key.start
    if source.lines.line_of(mapping.start) == source.lines.line_of(key):
        return ", "
    return "," + source.newline + " " * column_of(source, key)


def _is_own(document: Document, sequence: Sequence, item: Node) -> bool:
    """Whether an item is written here, in this list, without alias, anchor or merge key."""
    return (
        sequence.origin is None
        and isinstance(item, Mapping)
        and item in sequence.items
        and (item.origin, item.anchor, item.tag, item.merged) == (None, None, None, None)
        and bool(item.entries)
        and all(entry.key.origin is None for entry in item.entries)
        and item.end <= len(document.text)
    )


def _names(mapping: Mapping) -> set[str | None]:
    return {entry.name for entry in mapping.entries}


def _end(entry: Entry) -> int:
    return max(entry.key.end, entry.value.end)


def _dash(document: Document, item: Node) -> int | None:
    """The dash of a block item, when nothing but spaces is between them and it begins its line, or None."""
    start = _line_start(document, item.start)
    before = document.text[start : item.start].rstrip(" ")
    return start + len(before) - 1 if before.endswith("-") and not before[:-1].strip() else None


def _line_start(document: Document, offset: int) -> int:
    lines = document.source.lines
    return lines.line_start(lines.line_of(offset))

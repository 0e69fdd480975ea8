"""Edits that move keys of a mapping to where they belong."""

from __future__ import annotations

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import Edits, style_of
from netpol_lsp.yaml.nodes import Entry, Mapping
from netpol_lsp.yaml.style import column_of


def nest_entries(document: Document, mapping: Mapping, names: frozenset[str], key: str) -> Edits | None:
    """Put neighbouring keys of a mapping under a new key, as in `app: web` under `matchLabels`.

    None when they do not be next to each other, reached through an alias, or when the mapping has the key already.
    """
    if mapping.origin is not None or mapping.get(key) is not None:
        return None
    entries = [entry for entry in mapping.entries if entry.name in names]
    if not entries or any(entry.key.origin or entry.value.origin for entry in entries):
        return None
    first = mapping.entries.index(entries[0])
    if mapping.entries[first : first + len(entries)] != entries:
        return None
    if mapping.flow:
        return _nest_flow(document, entries, key)
    return _nest_block(document, entries, key)


def _nest_flow(document: Document, entries: list[Entry], key: str) -> Edits:
    quote = '"' if document.text[entries[0].key.start] == '"' else ""
    start, end = entries[0].key.start, max(entries[-1].value.end, entries[-1].key.end)
    return (TextEdit(Span(start, start), f"{quote}{key}{quote}: {{"), TextEdit(Span(end, end), "}"))


def _nest_block(document: Document, entries: list[Entry], key: str) -> Edits:
    style = style_of(document)
    lines = document.source.lines
    start = entries[0].key.start
    column = column_of(document.source, start)
    pad = " " * style.step
    edits = [TextEdit(Span(start, start), f"{key}:{style.newline}{' ' * (column + style.step)}")]
    last = lines.line_of(max(entries[-1].value.end, entries[-1].key.end))
    filled = (line for line in range(lines.line_of(start) + 1, last + 1) if lines.line_text(line).strip())
    edits += [TextEdit(Span(lines.line_start(line), lines.line_start(line)), pad) for line in filled]
    return tuple(edits)

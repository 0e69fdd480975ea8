"""Edits that write an entry of a mapping anew; like `rewrite`, None where it cannot be done without harm."""

from __future__ import annotations

from typing import Any

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.items import has_comment
from netpol_lsp.yaml.edit.mappings import Edits, is_json, style_of
from netpol_lsp.yaml.nodes import Entry, Mapping
from netpol_lsp.yaml.style import column_of, quoted, render_entry, render_flow, scalar_text


def replace_entry(document: Document, mapping: Mapping, entry: Entry, key: str, value: Any) -> Edits | None:
    """Write another key and value instead of an entry, in the mapping's own style; None where a comment would be lost."""
    node = entry.value
    if entry not in mapping.entries or mapping.origin is not None or node.origin is not None or node.anchor is not None:
        return None
    span = Span(entry.key.start, max(node.end, entry.key.end))
    if has_comment(document, span):
        return None
    style = style_of(document)
    as_json = is_json(document)
    if mapping.flow or as_json:
        name = quoted(key) if as_json else scalar_text(key, style.quote)
        return (TextEdit(span, f"{name}: {render_flow(value, style, as_json=as_json)}"),)
    if isinstance(node, Mapping) and node.flow and node.end > node.start:
        return (TextEdit(span, f"{scalar_text(key, style.quote)}: {render_flow(value, style)}"),)
    lines = render_entry(key, value, column_of(document.source, entry.key.start), style)
    return (TextEdit(span, style.newline.join(lines).lstrip()),)

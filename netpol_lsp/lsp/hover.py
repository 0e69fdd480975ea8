"""Hover: what stands under the pointer, explained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from netpol_lsp.docs.field_docs import FieldDoc, field_doc, value_doc
from netpol_lsp.docs.rule_hover import explain_finding
from netpol_lsp.lint.registry import rule_by_code
from netpol_lsp.lsp.convert import Json
from netpol_lsp.lsp.findings import rule_page
from netpol_lsp.lsp.session import Snapshot
from netpol_lsp.lsp.target import Target, find_target
from netpol_lsp.syntax.nodes import Scalar
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.lsp.server import NetpolServer


def register(server: NetpolServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> Json | None:
        snapshot = server.session.get(params.text_document.uri)
        if snapshot is None:
            return None
        return render_hover(snapshot, snapshot.positions.offset(params.position), markdown=server.client.markdown)


def render_hover(snapshot: Snapshot, offset: int, *, markdown: bool) -> Json | None:
    """What to show at an offset; None when there is nothing to say."""
    target = find_target(snapshot, offset)
    sections = list(explain_findings(snapshot, offset))
    if target is not None:
        sections += explain_target(target)
    if not sections:
        return None
    text = "\n\n---\n\n".join(sections)
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    rendered: Json = {"contents": {"kind": kind.value, "value": text}}
    if target is not None:
        rendered["range"] = snapshot.positions.range(target.span)
    return rendered


def explain_findings(snapshot: Snapshot, offset: int) -> Iterator[str]:
    """The findings at an offset."""
    for diagnostic in snapshot.findings_at(Span(offset, offset)):
        rule = rule_by_code(diagnostic.code)
        yield explain_finding(diagnostic, rule.info if rule else None, rule_page(diagnostic.code))


def explain_target(target: Target) -> Iterator[str]:
    """The field, and its value where the pointer is on it."""
    doc = field_doc(target.path)
    if doc is not None:
        yield render_field(doc)
    if not target.on_key and isinstance(target.node, Scalar):
        field = next((step for step in reversed(target.path) if isinstance(step, str)), "")
        meaning = value_doc(field, target.node.value)
        if meaning:
            yield f"`{target.node.value}`: {meaning}"


def render_field(doc: FieldDoc) -> str:
    """A field's documentation."""
    lines = [f"**{doc.name}** ({doc.type})", "", doc.description]
    if doc.values:
        lines += ["", "Values: " + ", ".join(f"`{value}`" for value in doc.values)]
    if doc.default:
        lines += ["", f"Left out: {doc.default}"]
    if doc.since:
        lines += ["", f"Since {doc.since}"]
    if doc.traps:
        lines += ["", *(f"- {trap}" for trap in doc.traps)]
    return "\n".join(lines)

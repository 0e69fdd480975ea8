"""Document symbols: the outline of each policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from netpol_lsp.docs.outline import OutlinePart, PartKind, outline
from netpol_lsp.lsp.convert import Json
from netpol_lsp.lsp.session import Snapshot
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.lsp.server import NetpolServer

_KINDS = {
    PartKind.POLICY: types.SymbolKind.Class.value,
    PartKind.SELECTOR: types.SymbolKind.Field.value,
    PartKind.DIRECTION: types.SymbolKind.Array.value,
    PartKind.RULE: types.SymbolKind.Object.value,
    PartKind.PEER: types.SymbolKind.Interface.value,
    PartKind.PORT: types.SymbolKind.Number.value,
}


def register(server: NetpolServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(params: types.DocumentSymbolParams) -> list[Json]:
        snapshot = server.session.get(params.text_document.uri)
        if snapshot is None:
            return []
        return render_tree(snapshot) if server.client.symbol_tree else render_list(snapshot)


def render_tree(snapshot: Snapshot) -> list[Json]:
    """The policies with their parts below them."""
    return [_render(part, offset, snapshot) for part, offset in _outlines(snapshot)]


def render_list(snapshot: Snapshot) -> list[Json]:
    """The policies alone, for clients that know no trees."""
    return [
        {
            "name": part.name,
            "kind": _KINDS[part.kind],
            "location": {"uri": snapshot.uri, "range": snapshot.positions.range(_moved(part.span, offset))},
        }
        for part, offset in _outlines(snapshot)
    ]


def _outlines(snapshot: Snapshot) -> list[tuple[OutlinePart, int]]:
    """The outlines of a file's policies with the offset of their document."""
    parts = ((part, part.analysis) for part in snapshot.analysis.parts)
    return [(outline(policy), part.start) for part, found in parts if found for policy in found.policies]


def _render(part: OutlinePart, offset: int, snapshot: Snapshot) -> Json:
    rendered: Json = {
        "name": part.name,
        "kind": _KINDS[part.kind],
        "range": snapshot.positions.range(_moved(part.span, offset)),
        "selectionRange": snapshot.positions.range(_moved(part.name_span, offset)),
    }
    if part.detail:
        rendered["detail"] = part.detail
    if part.parts:
        rendered["children"] = [_render(one, offset, snapshot) for one in part.parts]
    return rendered


def _moved(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)

"""Document symbols: the outline of each policy."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.ide.symbols import OutlinePart, PartKind, outline
from netpol_lsp.lint.analysis import Part
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import NOTHING, Json, MovableJson, RawJson, write

_KINDS = {
    PartKind.POLICY: types.SymbolKind.Class.value,
    PartKind.SELECTOR: types.SymbolKind.Field.value,
    PartKind.DIRECTION: types.SymbolKind.Array.value,
    PartKind.RULE: types.SymbolKind.Object.value,
    PartKind.PEER: types.SymbolKind.Interface.value,
    PartKind.PORT: types.SymbolKind.Number.value,
}


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(params: types.DocumentSymbolParams) -> RawJson:
        snapshot = services.session.get(params.text_document.uri)
        if snapshot is None:
            return NOTHING
        parts = (
            _symbols_of(part, snapshot, is_tree=services.client.capabilities.symbol_tree) for part in snapshot.ours
        )
        return RawJson(f"[{','.join(filter(None, parts))}]")


def _symbols_of(part: Part, snapshot: Snapshot, *, is_tree: bool) -> str:
    """The symbols of one document that is ours: JSON without the brackets around it."""
    known = snapshot.known[part.text]
    line = snapshot.positions.line(part.start)
    made_for = (is_tree, snapshot.encoding, snapshot.source.has_bom)
    old = known.written.get("symbols")
    if old is not None and old.made_for == made_for:
        return old.at(line)
    outlines = [outline(policy) for policy in part.analysis.policies] if part.analysis else []
    render = _render if is_tree else _render_flat
    text = write([render(one, part.start, snapshot) for one in outlines])[1:-1]
    known.written["symbols"] = MovableJson(made_for, line, text)
    return text


def _render_flat(part: OutlinePart, offset: int, snapshot: Snapshot) -> Json:
    """A policy alone, for clients that know no trees."""
    where = {"uri": snapshot.uri, "range": snapshot.positions.range(part.span.shift(offset))}
    return {"name": part.name, "kind": _KINDS[part.kind], "location": where}


def _render(part: OutlinePart, offset: int, snapshot: Snapshot) -> Json:
    rendered: Json = {
        "name": part.name,
        "kind": _KINDS[part.kind],
        "range": snapshot.positions.range(part.span.shift(offset)),
        "selectionRange": snapshot.positions.range(part.name_span.shift(offset)),
    }
    if part.detail:
        rendered["detail"] = part.detail
    if part.parts:
        rendered["children"] = [_render(one, offset, snapshot) for one in part.parts]
    return rendered

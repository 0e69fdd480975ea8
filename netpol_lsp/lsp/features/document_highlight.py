"""Document highlight: the places of the file that speak of the label, namespace or port under the caret."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.ide.highlights import highlights
from netpol_lsp.lsp.state.part_documents import uses_of
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.transport.movable_json import Json

_READ, _WRITE = types.DocumentHighlightKind.Read.value, types.DocumentHighlightKind.Write.value


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def document_highlight(params: types.DocumentHighlightParams) -> list[Json]:
        snapshot = services.session.get(params.text_document.uri)
        if snapshot is None:
            return []
        found = highlights(uses_of(snapshot), snapshot.positions.offset(params.position))
        return [{"range": snapshot.positions.range(one.span), "kind": _WRITE if one.writes else _READ} for one in found]

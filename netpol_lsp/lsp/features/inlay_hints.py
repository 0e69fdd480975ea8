"""Inlay hints: AND and OR, what empty things mean, what the API server fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from netpol_lsp.ide.inlay_hints import Hint, HintKind, hints
from netpol_lsp.lint.context import is_partial
from netpol_lsp.lsp.state.configuration import InlayHintSettings
from netpol_lsp.lsp.state.session import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.text.span import Span

if TYPE_CHECKING:
    from netpol_lsp.lsp.server import NetpolServer


def register(server: NetpolServer) -> None:
    """Add the handler."""

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hint(params: types.InlayHintParams) -> list[Json]:
        snapshot = server.session.get(params.text_document.uri)
        if snapshot is None:
            return []
        return render_hints(snapshot, snapshot.positions.span(params.range), server.configuration.settings.inlay_hints)


def render_hints(snapshot: Snapshot, span: Span, settings: InlayHintSettings) -> list[Json]:
    """The hints in a span, of the kinds that are switched on. Policies that are not wholly known have none."""
    wanted = {kind for kind in HintKind if getattr(settings, kind.value)}
    rendered: list[Json] = []
    for part in snapshot.analysis.parts:
        here = Span(part.start, part.start + len(part.text))
        if part.analysis is None or not here.touches(span):
            continue
        for policy in part.analysis.policies:
            if not is_partial(part.analysis.document, policy):
                rendered += [
                    _render(hint, part.start, snapshot)
                    for hint in hints(policy, snapshot.config.settings.default_namespace)
                    if hint.kind in wanted and span.contains(hint.offset + part.start)
                ]
    return rendered


def _render(hint: Hint, offset: int, snapshot: Snapshot) -> Json:
    rendered: Json = {
        "position": snapshot.positions.position(hint.offset + offset),
        "label": hint.text,
        "paddingRight" if hint.is_before else "paddingLeft": True,
    }
    if hint.tooltip:
        rendered["tooltip"] = hint.tooltip
    return rendered

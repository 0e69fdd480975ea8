"""Inlay hints: AND and OR, what empty things mean, what the API server fills in."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.ide.inlay_hints import Hint, HintKind, hints
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.lsp.features.intent_hints import render_test_hints
from netpol_lsp.lsp.state.configuration import InlayHintSettings
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.text.span import Span


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def inlay_hint(params: types.InlayHintParams) -> list[Json]:
        session = services.session
        snapshot = session.get(params.text_document.uri)
        if snapshot is None:
            return []
        settings, span = services.configuration.settings.inlay_hints, snapshot.positions.span(params.range)
        found = render_hints(snapshot, span, settings)
        judged = session.beside_all(snapshot.uri) if snapshot.tests and settings.verdicts else None
        if judged is not None:
            found += render_test_hints(judged, span, markdown=services.client.capabilities.markdown)
        return found


def render_hints(snapshot: Snapshot, span: Span, settings: InlayHintSettings) -> list[Json]:
    """The hints in a span, of the kinds that are switched on. Policies that are not wholly known have none."""
    wanted = {kind for kind in HintKind if getattr(settings, kind.value)}
    rendered: list[Json] = []
    for found in policies_in(snapshot.analysis):
        start = found.part.start
        if found.policy.object.node.span.shift(start).touches(span) and not found.is_partial:
            rendered += [
                _render(hint, start, snapshot)
                for hint in hints(found.policy, snapshot.config.settings.default_namespace)
                if hint.kind in wanted and span.contains(hint.offset + start)
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

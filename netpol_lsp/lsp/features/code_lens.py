"""Code lenses: over each policy what it isolates, with the way to its explanation."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from netpol_lsp.lint.locate import policies_in
from netpol_lsp.lsp.features.commands import EXPLAIN
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import isolation_words
from netpol_lsp.text.span import Span


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def code_lens(params: types.CodeLensParams) -> list[Json]:
        snapshot = services.session.get(params.text_document.uri)
        if snapshot is None or not services.configuration.settings.code_lens:
            return []
        return list(render_lenses(snapshot))


def render_lenses(snapshot: Snapshot) -> Iterator[Json]:
    """One lens over each policy."""
    for found in policies_in(snapshot.analysis):
        start = found.policy.object.node.start + found.part.start
        where = snapshot.positions.range(Span(start, start))
        command = {
            "title": f"{lens_words(found.policy)} - explain",
            "command": EXPLAIN,
            "arguments": [{"uri": snapshot.uri, "position": where["start"]}],
        }
        yield {"range": where, "command": command}


def lens_words(policy: NetworkPolicy) -> str:
    """As in "isolates ingress and egress"."""
    return isolation_words(policy)

"""Document links: from the rule codes in suppressions to the rules' pages."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.lint.registry import rule_by_code
from netpol_lsp.lint.suppress import find_directives
from netpol_lsp.lsp.state.diagnostic_render import rule_page
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def document_link(params: types.DocumentLinkParams) -> list[Json]:
        snapshot = services.session.get(params.text_document.uri)
        return (
            render_links(snapshot, tooltips=services.client.capabilities.link_tooltips) if snapshot is not None else []
        )


def render_links(snapshot: Snapshot, *, tooltips: bool) -> list[Json]:
    """A link for each code or name of a rule that has a page."""
    links: list[Json] = []
    for mark in find_directives(snapshot.analysis):
        rule = rule_by_code(mark.word) if mark.word else None
        page = rule_page(rule.info.code) if rule is not None else None
        if rule is not None and page is not None:
            link: Json = {"range": snapshot.positions.range(mark.span), "target": page}
            if tooltips:
                link["tooltip"] = f"{rule.info.code} {rule.info.name}: {rule.info.summary}"
            links.append(link)
    return links

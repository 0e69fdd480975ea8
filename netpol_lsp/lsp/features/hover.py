"""Hover: what is under the pointer, explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lsprotocol import types

from netpol_lsp.ide.config_help import explain_in_config
from netpol_lsp.ide.hover import explain_place
from netpol_lsp.ide.hover_matches import explain_matches
from netpol_lsp.ide.hover_rule import explain_finding, explain_rule
from netpol_lsp.ide.plugin_hover import plugin_facts
from netpol_lsp.ide.template_values import explain_values, values_at
from netpol_lsp.ide.workspace_links import selected_at
from netpol_lsp.lint.registry import rule_by_code
from netpol_lsp.lsp.features.intent_hover import hover_test
from netpol_lsp.lsp.features.navigation import policy_at
from netpol_lsp.lsp.state.chart_values import values_files
from netpol_lsp.lsp.state.diagnostic_render import rule_page
from netpol_lsp.lsp.state.node_at_position import NodeAtPosition, find_target, suppression_code_at
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.networkpolicy.prose import plain
from netpol_lsp.text.span import Span

_MARKUP = re.compile(r"\*\*|\[([^\]]*)\]\([^)]*\)")


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> Json | None:
        snapshot = services.session.up_to_date(params.text_document.uri)
        if snapshot is None:
            return None
        offset, markdown = snapshot.positions.offset(params.position), services.client.capabilities.markdown
        judged = services.session.beside_all(snapshot.uri) if snapshot.tests else None
        found = hover_test(judged, offset, services) if judged is not None else None
        if found is not None:
            return _render(*found, snapshot, markdown=markdown)
        return render_hover(snapshot, offset, markdown=markdown, session=services.session)


def render_hover(snapshot: Snapshot, offset: int, *, markdown: bool, session: Session | None = None) -> Json | None:
    """What to show at an offset; None when there is nothing to say."""
    if snapshot.is_config:
        return _hover_in_config(snapshot, offset, markdown=markdown)
    code = suppression_code_at(snapshot, offset)
    target = find_target(snapshot, offset) if code is None else None
    sections = list(_explain_code(*code)) if code is not None else list(_explain_findings(snapshot, offset))
    action, values = _explain_values(snapshot, offset, session) if code is None and session is not None else (None, [])
    sections += values
    if target is not None:
        sections += _explain_target(target, snapshot)
    if not sections:
        return None
    span = code[1] if code is not None else target.span if target is not None else action
    return _render(sections, span, snapshot, markdown=markdown)


def _render(sections: list[str], span: Span | None, snapshot: Snapshot, *, markdown: bool) -> Json:
    """Sections of Markdown as the client's hover."""
    text = "\n\n---\n\n".join(dict.fromkeys(sections))
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    rendered: Json = {"contents": {"kind": kind.value, "value": text if markdown else _without_markup(text)}}
    if span is not None:
        rendered["range"] = snapshot.positions.range(span)
    return rendered


def _hover_in_config(snapshot: Snapshot, offset: int, *, markdown: bool) -> Json | None:
    found = explain_in_config(snapshot.source.text, offset)
    if found is None:
        return None
    text, span = found
    return _render([text], span, snapshot, markdown=markdown)


def _explain_findings(snapshot: Snapshot, offset: int) -> Iterator[str]:
    """The findings at an offset."""
    for diagnostic in snapshot.findings_at(Span(offset, offset)):
        rule = rule_by_code(diagnostic.code)
        yield explain_finding(
            replace(diagnostic, fixes=snapshot.fix_judge.fixes(diagnostic)),
            rule.info if rule else None,
            rule_page(diagnostic.code),
        )


def _explain_values(snapshot: Snapshot, offset: int, session: Session) -> tuple[Span | None, list[str]]:
    """What the chart's own values give for those that an action of a template names."""
    if snapshot.path is None or snapshot.document.is_plain:
        return None, []
    found = values_at(snapshot.source.text, snapshot.source.uri, offset)
    if found is None:
        return None, []
    span, paths = found
    return span, list(explain_values(paths, values_files(snapshot.path, session)))


def _explain_code(word: str, _span: Span) -> Iterator[str]:
    """A rule's code in a suppression comment."""
    rule = rule_by_code(word)
    if rule is not None:
        yield explain_rule(rule.info, rule_page(rule.info.code))


def _explain_target(target: NodeAtPosition, snapshot: Snapshot) -> Iterator[str]:
    yield from explain_place(
        target.policy,
        target.path,
        target.node,
        on_key=target.on_key,
        namespace=snapshot.config.settings.default_namespace,
        is_partial=target.policy is not None and target.document.is_partial(target.policy),
    )
    yield from plugin_facts(target.policy, target.path, target.node, snapshot.config.settings.capabilities)
    located = policy_at(snapshot, target)
    selected = selected_at(snapshot.workspace.view, located, target.path) if located is not None else None
    if selected is not None:
        yield from explain_matches(selected)


def _without_markup(text: str) -> str:
    """The text for a client that shows it as it is."""
    return plain(_MARKUP.sub(lambda match: match.group(1) or "", text))

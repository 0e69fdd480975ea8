"""Code lenses: over each policy what it isolates, with the way to its explanation."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from netpol_lsp.ide.workspace_links import (
    PolicyUse,
    isolated_directions,
    policies_selecting,
    selected_at,
    workloads_in_document,
)
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.lsp.features.commands import EXPLAIN
from netpol_lsp.lsp.features.intent_hints import render_test_lenses
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import directions_words, isolation_words
from netpol_lsp.reach.from_facts import DEFAULT_NAMESPACE
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.resources import WorkloadFacts

TRY = "try a connection"
_MOST = 50
"""Pods of a policy that a question offers first."""


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def code_lens(params: types.CodeLensParams) -> list[Json]:
        snapshot = services.session.up_to_date(params.text_document.uri)
        settings = services.configuration.settings
        if snapshot is None or not settings.code_lens:
            return []
        found = list(render_lenses(snapshot, settings.why_command))
        judged = services.session.beside_all(snapshot.uri) if snapshot.tests else None
        return [*found, *render_test_lenses(judged)] if judged is not None else found


def render_lenses(snapshot: Snapshot, why_command: str = "") -> Iterator[Json]:
    """One lens over each policy, and one over each object that makes pods, with a second one where the client can ask."""
    located = {(one.document, one.path): one for one in snapshot.facts.policies}
    for found in policies_in(snapshot.analysis):
        start = found.policy.object.node.start + found.part.start
        where = snapshot.positions.range(Span(start, start))
        known = located.get((found.part.index, found.policy.object.path))
        selects = selection_words(snapshot, known) if known is not None else ""
        command = {
            "title": f"{selects}{lens_words(found.policy)} - explain",
            "command": EXPLAIN,
            "arguments": [{"uri": snapshot.uri, "position": where["start"]}],
        }
        yield {"range": where, "command": command}
        if why_command and known is not None and (given := _question_about(snapshot, found.policy, known)):
            yield {"range": where, "command": {"title": TRY, "command": why_command, "arguments": [given]}}
    yield from _workload_lenses(snapshot, why_command)


def _question_about(snapshot: Snapshot, policy: NetworkPolicy, known: LocatedPolicy) -> Json | None:
    """The pods that a question about a policy is about, and at which end they are; None where no manifest shows any."""
    selected = selected_at(snapshot.workspace.view, known, ("spec", "podSelector"))
    names = [
        name
        for workload in (selected.workloads if selected is not None else ())
        if (name := _name_of(workload, snapshot.config.settings.default_namespace)) is not None
    ]
    if not names:
        return None
    end = "from" if policy.effective_types == {Direction.EGRESS} else "to"
    return {"among": list(dict.fromkeys(names))[:_MOST], "end": end}


def _workload_lenses(snapshot: Snapshot, why_command: str) -> Iterator[Json]:
    view = snapshot.workspace.view
    for chunk in snapshot.chunks:
        for workload in workloads_in_document(view, snapshot.source.uri, chunk.index):
            place = Span(workload.origin.start, workload.origin.start).shift(chunk.start)
            title = workload_words(policies_selecting(view, workload))
            where = snapshot.positions.range(place)
            yield {"range": where, "command": {"title": title, "command": ""}}
            name = _name_of(workload, snapshot.config.settings.default_namespace)
            if why_command and name is not None:
                command = {"title": TRY, "command": why_command, "arguments": [{"to": name}]}
                yield {"range": where, "command": command}


def _name_of(workload: WorkloadFacts, default_namespace: str | None) -> str | None:
    """What a question calls a workload, as in `shop/Deployment/web`; None where a template decides it."""
    if workload.name is None or workload.is_name_unknown or workload.is_namespace_unknown:
        return None
    return f"{workload.namespace or default_namespace or DEFAULT_NAMESPACE}/{workload.kind}/{workload.name}"


def selection_words(snapshot: Snapshot, located: LocatedPolicy) -> str:
    """As in "selects 3 workloads · "; "" where no manifest shows any."""
    selected = selected_at(snapshot.workspace.view, located, ("spec", "podSelector"))
    if selected is None or not selected.workloads:
        return ""
    count = len(selected.workloads)
    return f"selects {count} workload{'s' if count > 1 else ''}{' or more' if selected.perhaps else ''} · "


def workload_words(uses: tuple[PolicyUse, ...]) -> str:
    """As in "2 policies · ingress isolated"."""
    if not uses:
        return "no known policy selects these pods"
    count = f"{len(uses)} {'policy' if len(uses) == 1 else 'policies'}"
    isolated = directions_words(isolated_directions(uses))
    return f"{count} · {isolated} isolated" if isolated else f"{count} · isolates nothing"


def lens_words(policy: NetworkPolicy) -> str:
    """As in "isolates ingress and egress"."""
    return isolation_words(policy)

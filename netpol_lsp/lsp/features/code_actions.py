"""Code actions: fixes of findings, suppressions, everything safe at once, refactorings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.ide.namespace_policies import dns_of
from netpol_lsp.ide.refactor import refactorings
from netpol_lsp.ide.suppress_edits import suppress_in_document, suppress_on_line
from netpol_lsp.lint.fix_choice import FixJudge, choose_fix
from netpol_lsp.lint.registry import rule_by_code
from netpol_lsp.lsp.features import new_policies
from netpol_lsp.lsp.features.new_policies import NewDocument, offered
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.diagnostic_render import SOURCE, render_finding
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.transport.protocol import CONTENT_MODIFIED
from netpol_lsp.text.difference import difference
from netpol_lsp.text.edits import Applicability, TextEdit
from netpol_lsp.text.span import Span

QUICK_FIX = types.CodeActionKind.QuickFix.value
FIX_ALL = "source.fixAll.netpol"
REWRITE = types.CodeActionKind.RefactorRewrite.value
KINDS = (QUICK_FIX, FIX_ALL, REWRITE)
_FIX_ALL_KEY = "fix-all"

Edits = tuple[TextEdit, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """Something the user may choose. `key` names it within its range; `edits` are made when they are needed."""

    key: str
    title: str
    kind: str
    edits: Callable[[], Edits | None]
    finding: Diagnostic | None = None
    is_preferred: bool = False
    document: NewDocument | None = None
    """A policy that is written, perhaps into another file; there are no `edits` then."""


def register(registry: Registry, services: Services) -> None:
    """Add the handlers."""
    options = types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True)

    @registry.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    def code_action(params: types.CodeActionParams) -> list[Json]:
        snapshot = services.session.up_to_date(params.text_document.uri)
        if snapshot is None:
            return []
        client = services.client.capabilities
        actions = wanted(
            snapshot,
            params,
            lists_slow_ones=client.resolves_edits and client.action_data,
            has_menu=services.configuration.settings.code_action_menu,
            knows_preferred=client.preferred_actions,
        )
        found = [
            action
            for action in actions
            if action.document is None or new_policies.has_place(action.document, snapshot, client)
        ]
        rendered = [render(action, snapshot, client, params.range, services.session) for action in found]
        if any(action.kind == FIX_ALL and "edit" in one for action, one in zip(found, rendered, strict=True)):
            _say_what_is_left(services, snapshot)
        return rendered

    @registry.feature(types.CODE_ACTION_RESOLVE)
    def resolve_action(action: types.CodeAction) -> Json:
        data = _as_dict(action.data)
        snapshot = services.session.up_to_date(str(data.get("uri")))
        resolved = resolve(snapshot, data, services.client.capabilities, services.session)
        if data.get("key") == _FIX_ALL_KEY:
            _say_what_is_left(services, snapshot)
        kind = getattr(action.kind, "value", action.kind)
        return resolved if kind is None else {**resolved, "kind": kind}  # as it was offered


def wanted(
    snapshot: Snapshot,
    params: types.CodeActionParams,
    *,
    lists_slow_ones: bool,
    has_menu: bool,
    knows_preferred: bool,
) -> Iterator[Action]:
    """The actions at a range, of the kinds that the client asks for.

    A client that names findings of ours wants these fixed, and may apply whatever it is answered: it gets their quick
    fixes alone. One that shows a menu (`has_menu`) gets everything at the range. A client that wants all edits at once
    gets the slow actions only when it asks for their kind.
    """
    only = params.context.only
    named = findings_named(snapshot, params.context.diagnostics)
    if named is not None and not has_menu:
        for finding in named:
            fixes = [
                action for action in _fixes(finding, snapshot.fix_judge) if only is None or _is_among(action.kind, only)
            ]
            # Who does not know which of several fixes is preferred applies them one after the other: the best one, then.
            yield from fixes if knows_preferred else sorted(fixes, key=lambda fix: not fix.is_preferred)[:1]
        # What was asked for by its name, as fix-all on save: an editor sends the findings along.
        only = [kind for kind in only or () if kind]
        yield from (
            action
            for action in find_actions(snapshot, snapshot.positions.span(params.range))
            if action.kind != QUICK_FIX and _is_among(action.kind, only)
        )
        return
    for action in find_actions(snapshot, snapshot.positions.span(params.range)):
        if action.kind == FIX_ALL and has_menu and (only is None or QUICK_FIX in only):
            if lists_slow_ones and _shows_fix_all(snapshot, params):
                # Menus of fixes leave source actions out.
                yield replace(action, kind=QUICK_FIX)
        elif (only is None and (lists_slow_ones or action.kind != FIX_ALL)) or (
            only is not None and _is_among(action.kind, only)
        ):
            yield action


def findings_named(snapshot: Snapshot, diagnostics: Sequence[types.Diagnostic]) -> list[Diagnostic] | None:
    """Our findings that a client names; None when it names none of ours: some name nothing, some another server's.

    One that is out of date is the finding of the same rule that it touches now.
    """
    ours = [one for one in diagnostics if one.source == SOURCE or (not one.source and rule_by_code(str(one.code)))]
    if not ours:
        return None
    named: list[Diagnostic] = []
    for one in ours:
        span = snapshot.positions.span(one.range)
        same = [finding for finding in snapshot.findings_at(span) if finding.code == one.code]
        exact = [finding for finding in same if finding.span == span]
        named += [finding for finding in exact or same if finding not in named]
    return named


def _shows_fix_all(snapshot: Snapshot, params: types.CodeActionParams) -> bool:
    """Whether "fix all" belongs into a menu: always when someone opens it, else where there is a finding."""
    is_automatic = params.context.trigger_kind is types.CodeActionTriggerKind.Automatic
    return not is_automatic or bool(snapshot.findings_at(snapshot.positions.span(params.range)))


def find_actions(snapshot: Snapshot, span: Span) -> Iterator[Action]:
    """All actions at a span, fixes first."""
    findings = snapshot.findings_at(span)
    for diagnostic in findings:
        yield from _fixes(diagnostic, snapshot.fix_judge)
    for diagnostic in findings:
        yield from _suppressions(snapshot, diagnostic)
    yield from _refactorings(snapshot, span, {fix.edits for diagnostic in findings for fix in diagnostic.fixes})
    yield from _new_policies(snapshot, span)
    if snapshot.has_finding(lambda diagnostic: choose_fix(diagnostic) is not None):
        yield Action(_FIX_ALL_KEY, "Fix all safe problems in this file", FIX_ALL, partial(_fix_all, snapshot))


def _fixes(diagnostic: Diagnostic, judge: FixJudge) -> Iterator[Action]:
    place = f"{diagnostic.code}:{diagnostic.span.start}:{diagnostic.span.end}"
    fixes = judge.fixes(diagnostic)
    chosen = next((fix for fix in fixes if fix.applicability is Applicability.SAFE and fix.edits), None)
    for number, fix in enumerate(fixes):
        if fix.applicability is Applicability.DISPLAY or not fix.edits:
            continue
        note = "" if fix.applicability is Applicability.SAFE else " (unsafe)"
        yield Action(
            f"fix:{place}:{number}",
            f"{fix.title}{note}",
            QUICK_FIX,
            partial(tuple, fix.edits),
            diagnostic,
            is_preferred=fix is chosen,
        )


def _suppressions(snapshot: Snapshot, diagnostic: Diagnostic) -> Iterator[Action]:
    part = snapshot.part_at(diagnostic.span.start)
    if part is None or part.analysis is None or diagnostic.is_refused or diagnostic.category is Category.TOOL:
        return
    document = part.analysis.document
    span = Span(diagnostic.span.start - part.start, diagnostic.span.end - part.start)
    place = f"{diagnostic.code}:{diagnostic.span.start}"
    for scope, words, edits in (
        ("line", "here", suppress_on_line(document, span, diagnostic.code)),
        ("document", "in this document", suppress_in_document(document, diagnostic.code)),
    ):
        if edits is not None:
            title = f"Ignore {diagnostic.code} ({diagnostic.name}) {words}"
            moved = partial(_moved, edits, part.start)
            yield Action(f"suppress-{scope}:{place}", title, QUICK_FIX, moved, diagnostic)


def _refactorings(snapshot: Snapshot, span: Span, offered_fixes: set[Edits]) -> Iterator[Action]:
    """Other ways to write the policy at a span; what a fix offers already is left out."""
    part = snapshot.part_at(span.start)
    if part is None or part.analysis is None:
        return
    local = span.shift(-part.start)
    document = part.analysis.document
    for policy in part.analysis.policies:
        if part.analysis.is_partial(policy) or not policy.object.node.span.touches(local):
            continue
        namespace = policy.object.namespace or snapshot.config.settings.default_namespace
        dns = dns_of(snapshot.workspace.view, snapshot.config.settings, namespace)
        for found in refactorings(document, policy, local, dns):
            edits = _moved(found.edits, part.start)
            if edits not in offered_fixes:
                yield Action(f"refactor:{found.key}", found.title, REWRITE, partial(tuple, edits))


def _new_policies(snapshot: Snapshot, span: Span) -> Iterator[Action]:
    for new in offered(snapshot, span):
        yield Action(new.key, new.title, REWRITE, tuple, document=new)


def _moved(edits: Edits, offset: int) -> Edits:
    """Edits of a YAML document as edits of its file."""
    return tuple(TextEdit(edit.span.shift(offset), edit.text) for edit in edits)


def _fix_all(snapshot: Snapshot) -> Edits:
    return difference(snapshot.source.text, snapshot.fixed.source.text)


def _say_what_is_left(services: Services, snapshot: Snapshot | None) -> None:
    """Tell the user when "fix all" has stopped before the end."""
    if snapshot is not None and snapshot.fixed.is_cut_short:
        services.client.show(
            "Not everything is fixed at once in so much text: choose “Fix all safe problems” again to go on."
        )


def render(action: Action, snapshot: Snapshot, client: Client, span: types.Range, session: Session) -> Json:
    """An action for the client; one that can resolve gets the edits of slow ones later."""
    rendered: Json = {"title": action.title, "kind": action.kind}
    if action.finding is not None:
        rendered["diagnostics"] = [render_finding(action.finding, snapshot, client, session)]
    if action.is_preferred:
        rendered["isPreferred"] = True
    if client.resolves_edits and client.action_data:
        where = [span.start.line, span.start.character, span.end.line, span.end.character]
        if action.finding is not None:
            # A client may name a finding outside of its range: the finding's own place is where the action is found again.
            start, end = (snapshot.positions.position(o) for o in (action.finding.span.start, action.finding.span.end))
            where = [start["line"], start["character"], end["line"], end["character"]]
        rendered["data"] = {"uri": snapshot.uri, "version": snapshot.version, "key": action.key, "range": where}
    else:
        rendered["edit"] = _edit_of(action, snapshot, client, session)
    return rendered


def _edit_of(action: Action, snapshot: Snapshot, client: Client, session: Session) -> Json:
    """What an action does."""
    if action.document is None:
        return workspace_edit(snapshot, action.edits() or (), client)
    found = new_policies.workspace_edit(action.document, snapshot, session, client)
    if found is None:
        raise JsonRpcException("there is no place here for another document", CONTENT_MODIFIED)
    return found


def resolve(snapshot: Snapshot | None, data: dict[str, Any], client: Client, session: Session) -> Json:
    """An action with its edits. Raises JsonRpcException when the document has changed since."""
    where = data.get("range")
    if snapshot is None or snapshot.version != data.get("version") or not isinstance(where, list) or len(where) != 4:
        raise JsonRpcException("the document has changed since this was offered", CONTENT_MODIFIED)
    span = types.Range(types.Position(where[0], where[1]), types.Position(where[2], where[3]))
    for found in find_actions(snapshot, snapshot.positions.span(span)):
        if found.key == data.get("key"):
            rendered = render(found, snapshot, client, span, session)
            return {**rendered, "edit": _edit_of(found, snapshot, client, session)}
    raise JsonRpcException("this action is no longer offered", CONTENT_MODIFIED)


def workspace_edit(snapshot: Snapshot, edits: Edits, client: Client) -> Json:
    """Edits of one document, bound to its version where the client understands that."""
    rendered = snapshot.positions.edits(edits)
    if not client.document_changes:
        return {"changes": {snapshot.uri: rendered}}
    document = {"uri": snapshot.uri, "version": snapshot.version}
    return {"documentChanges": [{"textDocument": document, "edits": rendered}]}


def _is_among(kind: str, wanted_kinds: Sequence[str]) -> bool:
    return any(_is_within(kind, one) for one in wanted_kinds)


def _is_within(kind: str, wanted_kind: str) -> bool:
    """Whether a kind is the wanted one or below it; the empty kind is above all."""
    return not wanted_kind or kind == wanted_kind or kind.startswith(f"{wanted_kind}.")


def _as_dict(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}

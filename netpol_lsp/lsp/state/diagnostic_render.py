"""Findings as the protocol's diagnostics, in plain JSON."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache

from lsprotocol import types

from netpol_lsp.config.config_file import parse_config
from netpol_lsp.config.problem import ConfigProblem
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.findings.diagnostic import Diagnostic, Related, Severity, Tag
from netpol_lsp.lint.analysis import Part
from netpol_lsp.lint.engine import related_in_file
from netpol_lsp.lsp.positions import Positions
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.locations import positions_in
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json, MovableJson, RawJson, write
from netpol_lsp.lsp.uris import uri_of_path
from netpol_lsp.project.edit_limits import MAX_DOCUMENTS, MAX_LENGTH
from netpol_lsp.resources import resource_path
from netpol_lsp.text.source import Encoding, Source, make_source
from netpol_lsp.text.span import Span

SOURCE = "netpol-lint"
SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error.value,
    Severity.WARNING: types.DiagnosticSeverity.Warning.value,
    Severity.INFO: types.DiagnosticSeverity.Information.value,
    Severity.HINT: types.DiagnosticSeverity.Hint.value,
}
_TAGS = {
    Tag.UNNECESSARY: types.DiagnosticTag.Unnecessary.value,
    Tag.DEPRECATED: types.DiagnosticTag.Deprecated.value,
}


def render_findings(snapshot: Snapshot, client: Client, session: Session, more: Iterable[Json] = ()) -> RawJson:
    """What a client is to show for a document, `more` after the findings of rules: a JSON array.

    `session`: the open documents, among them those that findings lead to.
    """
    if snapshot.is_config:
        return write(_render_own_config(snapshot))
    if snapshot.is_too_large:
        limit = f"{MAX_LENGTH // 1_000_000} million characters or {MAX_DOCUMENTS:,} YAML documents"
        return write([_note(f"this file has more than {limit}: use netpol-lint to check it")])
    fresh = {snapshot.uri}
    if snapshot.is_judged_whole:
        items = (render_finding(diagnostic, snapshot, client, session, fresh) for diagnostic in snapshot.findings)
        return write([*items, *more])
    texts = [_render_document(part, snapshot, client, session, fresh) for part in snapshot.ours if snapshot.is_wanted]
    texts += [write(list(more))[1:-1]]
    return RawJson(f"[{','.join(filter(None, texts))}]")


def _render_document(part: Part, snapshot: Snapshot, client: Client, session: Session, fresh: set[str]) -> str:
    """The findings of one document: JSON without the brackets around it."""
    known = snapshot.known[part.text]
    known.check(snapshot.config, snapshot.workspace)
    line = snapshot.positions.line(part.start)
    # A byte order mark moves the columns of the first line.
    made_for = (known.look, client, snapshot.encoding, snapshot.source.has_bom)
    old = known.written.get("findings")
    if old is not None and old.made_for == made_for:
        return old.at(line)
    found = known.findings(part)
    items = [render_finding(diagnostic, snapshot, client, session, fresh) for diagnostic in found]
    text = write(items)[1:-1]
    if any(related.uri is not None for diagnostic in found for related in diagnostic.related):
        return text  # lines of other files do not move with this document
    known.written["findings"] = MovableJson(made_for, line, text)
    return text


def related_uris(snapshot: Snapshot) -> frozenset[str]:
    """The other files that the findings of a document lead to."""
    if not snapshot.is_wanted:
        return frozenset()
    findings = (one for part in snapshot.ours for one in snapshot.findings_in(part))
    return frozenset(related.uri for one in findings for related in one.related if related.uri is not None)


def render_finding(
    diagnostic: Diagnostic, snapshot: Snapshot, client: Client, session: Session, fresh: set[str] | None = None
) -> Json:
    """One finding; what the client does not understand is left out.

    `fresh`: the URIs of documents that are up to date for this answer; those that it leads to are added.
    """
    fresh = {snapshot.uri} if fresh is None else fresh
    rendered: Json = {
        "range": snapshot.positions.range(diagnostic.span),
        "severity": SEVERITIES[diagnostic.severity],
        "code": diagnostic.code,
        "source": SOURCE,
        "message": diagnostic.message,
    }
    page = rule_page(diagnostic.code) if client.code_description else None
    if page is not None:
        rendered["codeDescription"] = {"href": page}
    tags = [_TAGS[tag] for tag in diagnostic.tags if _TAGS[tag] in client.diagnostic_tags]
    if tags:
        rendered["tags"] = tags
    if diagnostic.related and client.related_information:
        rendered["relatedInformation"] = [
            _render_related(item, snapshot, session, fresh) for item in diagnostic.related
        ]
    if client.diagnostic_data:
        # Without its fixes: who wants them asks for code actions, and working them all out would take the time of a keystroke.
        rendered["data"] = {"name": diagnostic.name, "category": diagnostic.category.value}
    return rendered


@cache
def rule_page(code: str) -> str | None:
    """The URI of a rule's page; None where it does not travel with the program."""
    try:
        return uri_of_path(resource_path(f"docs/rules/{code}.md"))
    except FileNotFoundError:
        return None


def render_config_problems(problems: Iterable[ConfigProblem], encoding: Encoding) -> dict[str, RawJson]:
    """What is wrong in config files, by URI: JSON arrays."""
    found: dict[str, dict[tuple[int, int, str], Json]] = {}
    for problem in problems:
        path = os.path.abspath(problem.path).replace(os.sep, "/")
        read = read_source(path)
        source = Source(path, "") if isinstance(read, ReadProblem) else read
        start = source.lines.offset(problem.line - 1, problem.column - 1)
        end = problem.span.end if len(problem.span) else source.lines.line_end(max(problem.line - 1, 0))
        item = _error(Positions(source, encoding).range(Span(start, max(end, start))), problem.message)
        found.setdefault(uri_of_path(path), {})[(problem.line, problem.column, problem.message)] = item
    return {uri: write(list(items.values())) for uri, items in found.items()}


def _render_own_config(snapshot: Snapshot) -> list[Json]:
    """What is wrong in a config file that is open, as it is in the editor."""
    parsed = parse_config(snapshot.source, lambda _globs: lambda _path: False)
    return [_error(snapshot.positions.range(problem.span), problem.message) for problem in parsed.problems]


def _error(where: Json, message: str) -> Json:
    return {"range": where, "severity": types.DiagnosticSeverity.Error.value, "source": SOURCE, "message": message}


def _note(message: str) -> Json:
    start = {"line": 0, "character": 0}
    severity = types.DiagnosticSeverity.Information.value
    return {"range": {"start": start, "end": start}, "severity": severity, "source": SOURCE, "message": message}


def _render_related(related: Related, snapshot: Snapshot, session: Session, fresh: set[str]) -> Json:
    places = snapshot.workspace.view.places
    target = related_in_file(related, places).uri
    opened = session.of_file(target) if target is not None else None
    if opened is not None and opened.uri not in fresh:
        # Where things are in it now is known once its text has been read.
        session.up_to_date(opened.uri)
        fresh.add(opened.uri)
    related = related_in_file(related, places)
    if related.uri is None or related.uri in (snapshot.uri, snapshot.source.uri):
        return {
            "location": {"uri": snapshot.uri, "range": snapshot.positions.range(related.span)},
            "message": related.message,
        }
    uri = related.uri if "://" in related.uri else uri_of_path(os.path.abspath(related.uri))
    positions = positions_in(uri, snapshot, session) or Positions(make_source(uri, ""), snapshot.encoding)
    shown = uri if opened is None else opened.uri
    return {"location": {"uri": shown, "range": positions.range(related.span)}, "message": related.message}

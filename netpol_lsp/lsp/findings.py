"""Findings as the protocol's diagnostics, in plain JSON."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from lsprotocol import types

from netpol_lsp.files.config_files import LoadedConfig
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lint.analysis import Part
from netpol_lsp.lint.config_file import parse_config
from netpol_lsp.lint.diagnostic import Diagnostic, Related, Severity, Tag
from netpol_lsp.lsp.client import Client
from netpol_lsp.lsp.convert import Json, Positions, uri_of_path
from netpol_lsp.lsp.session import MAX_LENGTH, Snapshot
from netpol_lsp.resources import resource_path
from netpol_lsp.text.source import Source, make_source
from netpol_lsp.text.span import Span

SOURCE = "netpol-lint"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error.value,
    Severity.WARNING: types.DiagnosticSeverity.Warning.value,
    Severity.INFO: types.DiagnosticSeverity.Information.value,
    Severity.HINT: types.DiagnosticSeverity.Hint.value,
}
_TAGS = {
    Tag.UNNECESSARY: types.DiagnosticTag.Unnecessary.value,
    Tag.DEPRECATED: types.DiagnosticTag.Deprecated.value,
}


def render_findings(snapshot: Snapshot, client: Client) -> list[Json]:
    """What a client is to show for a document."""
    if snapshot.is_config:
        return _render_own_config(snapshot)
    if snapshot.is_too_long:
        return [
            _note(f"this file has more than {MAX_LENGTH // 1_000_000} million characters: use netpol-lint to check it")
        ]
    known: dict[int, Json] = {}
    for part in snapshot.ours:
        known.update(_render_document(part, snapshot, client))
    return [
        known.get(id(diagnostic)) or render_finding(diagnostic, snapshot, client) for diagnostic in snapshot.findings
    ]


@dataclass(frozen=True, slots=True)
class _Rendered:
    """The findings of a document as they were sent: `found` what they were made of, `line` where it started."""

    client: Client
    found: object
    line: int
    items: list[Json]


def _render_document(part: Part, snapshot: Snapshot, client: Client) -> Iterator[tuple[int, Json]]:
    """The findings of one document, by the identity of each.

    They are rendered once. A document starts with a line, so when it moves only the line numbers change.
    """
    known = snapshot.known[part.text]
    found = known.findings(part, snapshot.config, snapshot.world)
    line: int = snapshot.positions.position(part.start)["line"]
    old = known.rendered
    if not isinstance(old, _Rendered) or old.client is not client or old.found is not known.revision:
        items = [render_finding(diagnostic, snapshot, client) for diagnostic in found]
        known.rendered = _Rendered(client, known.revision, line, items)
    elif old.line != line:
        items = [_on_other_line(item, line - old.line, snapshot.uri) for item in old.items]
        known.rendered = _Rendered(client, known.revision, line, items)
    else:
        items = old.items
    return zip(map(id, found), items, strict=True)


def _on_other_line(item: Json, lines: int, uri: str) -> Json:
    """A finding of a document that has moved by some lines."""
    moved = {**item, "range": _shifted(item["range"], lines)}
    if "relatedInformation" in item:
        moved["relatedInformation"] = [
            {**one, "location": {"uri": uri, "range": _shifted(one["location"]["range"], lines)}}
            if one["location"]["uri"] == uri
            else one
            for one in item["relatedInformation"]
        ]
    return moved


def _shifted(where: Json, lines: int) -> Json:
    start, end = where["start"], where["end"]
    return {
        "start": {"line": start["line"] + lines, "character": start["character"]},
        "end": {"line": end["line"] + lines, "character": end["character"]},
    }


def render_finding(diagnostic: Diagnostic, snapshot: Snapshot, client: Client) -> Json:
    """One finding; what the client does not understand is left out."""
    rendered: Json = {
        "range": snapshot.positions.range(diagnostic.span),
        "severity": _SEVERITIES[diagnostic.severity],
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
        rendered["relatedInformation"] = [_render_related(item, snapshot) for item in diagnostic.related]
    if client.diagnostic_data:
        fixes = [{"title": fix.title, "applicability": fix.applicability.value} for fix in diagnostic.fixes]
        rendered["data"] = {"name": diagnostic.name, "category": diagnostic.category.value, "fixes": fixes}
    return rendered


@cache
def rule_page(code: str) -> str | None:
    """The URI of a rule's page; None where it does not travel with the program."""
    try:
        return resource_path(f"docs/rules/{code}.md").as_uri()
    except FileNotFoundError:
        return None


def render_config_problems(configs: Iterable[LoadedConfig]) -> dict[str, list[Json]]:
    """What is wrong in config files, by URI."""
    found: dict[str, dict[tuple[int, int, str], Json]] = {}
    for loaded in configs:
        for problem in loaded.problems:
            path = os.path.abspath(problem.path).replace(os.sep, "/")
            read = read_source(path)
            source = Source(path, "") if isinstance(read, ReadProblem) else read
            place = Span(source.lines.offset(problem.line - 1, problem.column - 1), 0)
            end = problem.span.end if len(problem.span) else source.lines.line_end(max(problem.line - 1, 0))
            span = Span(place.start, max(end, place.start))
            item = _error(Positions(source, "utf-16").range(span), problem.message)
            found.setdefault(uri_of_path(path), {})[(problem.line, problem.column, problem.message)] = item
    return {uri: list(items.values()) for uri, items in found.items()}


def _render_own_config(snapshot: Snapshot) -> list[Json]:
    """What is wrong in a config file that is open, as it stands in the editor."""
    parsed = parse_config(snapshot.source, lambda _globs: lambda _path: False)
    return [_error(snapshot.positions.range(problem.span), problem.message) for problem in parsed.problems]


def _error(where: Json, message: str) -> Json:
    return {"range": where, "severity": types.DiagnosticSeverity.Error.value, "source": SOURCE, "message": message}


def _note(message: str) -> Json:
    start = {"line": 0, "character": 0}
    severity = types.DiagnosticSeverity.Information.value
    return {"range": {"start": start, "end": start}, "severity": severity, "source": SOURCE, "message": message}


def _render_related(related: Related, snapshot: Snapshot) -> Json:
    if related.uri is None or related.uri == snapshot.uri:
        return {
            "location": {"uri": snapshot.uri, "range": snapshot.positions.range(related.span)},
            "message": related.message,
        }
    uri = related.uri if "://" in related.uri else uri_of_path(os.path.abspath(related.uri))
    read = read_source(related.uri)
    source = make_source(related.uri, "") if isinstance(read, ReadProblem) else read
    positions = Positions(source, snapshot.encoding)
    return {"location": {"uri": uri, "range": positions.range(related.span)}, "message": related.message}

"""Findings of renderings, shown where someone wrote what they are about, and joined with those of the files themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import read_source
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Related, Severity, with_occurrence_index
from netpol_lsp.findings.tool_codes import NOT_RENDERED, UNKNOWN_SUPPRESSION, UNUSED_SUPPRESSION
from netpol_lsp.ide.template_values import ValuesFile, find_value, named_values
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.may_suppress import may_suppress
from netpol_lsp.lint.registry import rule_by_code, rule_info
from netpol_lsp.lint.rule import PolicyRule
from netpol_lsp.lint.suppress import apply_suppressions
from netpol_lsp.project.renderings import RenderedText, Renderings
from netpol_lsp.sources.origin_map import OriginMap, Precision, Written
from netpol_lsp.sources.rendering import RenderProblem
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.index import NO_FACTS
from netpol_lsp.workspace.resource_kinds import VALUES_NAME
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.manifests import split_manifest
from netpol_lsp.yaml.templates.languages import language_of

_ABOUT_SUPPRESSIONS = (UNUSED_SUPPRESSION, UNKNOWN_SUPPRESSION)
_MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class RenderedFinding:
    """A finding of a rendering, at the place where someone wrote what it is about: `uri` is that file's.

    `is_own`: it is the rendering's to give; else the file, in which the very object is, gives it as well.
    """

    uri: str
    precision: Precision
    diagnostic: Diagnostic
    title: str
    is_own: bool = True


def rendered_findings(renderings: Renderings, workspace: WorkspaceSnapshot) -> list[RenderedFinding]:
    """What is wrong with each rendering beside all other manifests, without those that are an alternative to it."""
    found: list[RenderedFinding] = []
    for text in renderings.texts:
        others = {other.source.uri: NO_FACTS for other in renderings.alternatives(text)}
        index = workspace.index.with_files({**others, text.source.uri: text.facts})
        view = WorkspaceSnapshot(index, workspace.places)
        workspace.places.put({text.source.uri: text.facts}, {})
        report = lint(analyse(text.source), text.config, view)
        found += (_written(one, text, renderings) for one in report.diagnostics if one.code not in _ABOUT_SUPPRESSIONS)
    return found


def _asks_others(code: str) -> bool:
    rule = rule_by_code(code)
    return isinstance(rule, PolicyRule) and (rule.uses_workspace or rule.uses_resources)


def _origins(text: RenderedText) -> OriginMap:
    assert text.rendering.origins is not None
    return text.rendering.origins


def _written(one: Diagnostic, text: RenderedText, renderings: Renderings) -> RenderedFinding:
    origins, name = _origins(text), renderings.name_file
    place = origins.find(one.span)
    uri = name(place.path)
    related = [_related(item, text, uri) for item in one.related]
    if place.precision is Precision.LINE and text.rendering.kind == "chart":
        related += _values(text, place)
    fixes = tuple(fix for fix in (_fix(fix, origins, place) for fix in one.fixes) if fix is not None)
    moved = replace(one, span=place.span, related=tuple(related), fixes=fixes, number=0, tags=())
    is_own = origins.decides(one.span) or _asks_others(one.code)
    return RenderedFinding(uri, place.precision, moved, text.rendering.title, is_own)


def _related(item: Related, text: RenderedText, uri: str) -> Related:
    if item.uri is not None and item.uri != text.source.uri:
        return item
    other, span = text.written(item.span)
    return Related(span, item.message, None if other == uri else other)


def _values(text: RenderedText, place: Written) -> Iterator[Related]:
    """Where the value is written that an action of a template brings in."""
    rendering = text.rendering
    if not place.path.startswith(f"{rendering.root}/templates/"):
        return  # a chart inside of it has values of its own, under its name
    template = _read(place.path)
    action = template.text[place.span.start : place.span.end] if template is not None else ""
    for path in named_values(action)[:1]:
        for file in reversed((f"{rendering.root}/{VALUES_NAME}", *rendering.values)):
            source = _read(file)
            found = find_value(ValuesFile(source, file), path) if source is not None else None
            if found is not None:
                yield Related(found[1], f"`.Values.{'.'.join(path)}` is set here", text.name_file(file))
                return


@lru_cache(maxsize=64)
def _read_once(path: str, _stamp: object) -> Source | None:
    read = read_source(path, most=10_000_000)
    return read if isinstance(read, Source) else None


def _read(path: str) -> Source | None:
    """A text of a chart; many findings ask for the same one."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _read_once(path, (status.st_mtime_ns, status.st_size))


def _fix(fix: Fix, origins: OriginMap, place: Written) -> Fix | None:
    """A fix of what is written, only where each of its edits is known exactly, and in the finding's own file.

    It is never a safe one: other values, and other overlays, are rendered from the same text.
    """
    edits: list[TextEdit] = []
    for edit in fix.edits:
        written = origins.find(edit.span)
        if written.precision is not Precision.EXACT or written.path != place.path:
            return None
        if len(written.span) != len(edit.span) or place.precision is not Precision.EXACT:
            return None
        edits.append(TextEdit(written.span, edit.text))
    applicability = Applicability.UNSAFE if fix.applicability is Applicability.SAFE else fix.applicability
    return Fix(fix.title, tuple(edits), applicability) if edits else None


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What is known of one file besides its own findings: `rendered` of what came of it, `failures` to render it.

    `confirmed`: what its own findings may also be known by.
    """

    rendered: tuple[Diagnostic, ...] = ()
    confirmed: tuple[Diagnostic, ...] = ()
    failures: tuple[Diagnostic, ...] = ()


def by_file(
    found: Iterable[RenderedFinding], renderings: Renderings, read: Callable[[str], Source | None]
) -> dict[str, FileFindings]:
    """The findings of renderings by the file in which they are shown, each once, with the renderings that have it."""
    groups: dict[str, dict[tuple[str, Span, str], list[RenderedFinding]]] = {}
    for one in found:
        key = (one.diagnostic.code, one.diagnostic.span, "" if len(one.diagnostic.span) else one.diagnostic.field)
        groups.setdefault(one.uri, {}).setdefault(key, []).append(one)
    failures: dict[str, list[RenderProblem]] = {}
    for problem in dict.fromkeys(renderings.problems):
        failures.setdefault(renderings.name_file(problem.path), []).append(problem)
    result: dict[str, FileFindings] = {}
    for uri in sorted({*groups, *failures}):
        source = read(uri)
        starts = _document_starts(source) if source is not None else [0]
        mine = list(groups.get(uri, {}).values())
        joined = [_joined(alike, starts) for alike in mine if any(one.is_own for one in alike)]
        confirmed = [_joined(alike, starts) for alike in mine]
        failed = [_failure(problem, starts) for problem in failures.get(uri, ())]
        result[uri] = FileFindings(tuple(joined), tuple(confirmed), tuple(failed))
    return result


def _document_starts(source: Source) -> list[int]:
    return [chunk.start for chunk in split_manifest(source.text, language_of(source.text, source.uri))]


def _document_at(starts: Sequence[int], offset: int) -> int:
    return max(0, sum(start <= offset for start in starts) - 1)


def _joined(alike: Sequence[RenderedFinding], starts: Sequence[int]) -> Diagnostic:
    """One finding for all renderings that have it; it is not suppressed as long as one is not."""
    first = next((one.diagnostic for one in alike if one.diagnostic.suppressed is None), alike[0].diagnostic)
    titles = list(dict.fromkeys(one.title for one in alike))
    shown = ", ".join(titles[:_MOST_TITLES])
    if len(titles) > _MOST_TITLES:
        shown += f" and {len(titles) - _MOST_TITLES} more"
    return replace(first, message=f"{first.message} ({shown})", document=_document_at(starts, first.span.start))


def _failure(problem: RenderProblem, starts: Sequence[int]) -> Diagnostic:
    info = rule_info(NOT_RENDERED)
    severity = info.severity if problem.is_failure else Severity.INFO
    document = _document_at(starts, problem.span.start)
    return Diagnostic(info.code, info.name, info.category, severity, problem.message, problem.span, document)


def join(
    source: Source, own: Sequence[Diagnostic], more: FileFindings, renderings: Renderings, config: FileConfig
) -> tuple[Diagnostic, ...]:
    """The findings of a file with those of what was rendered from it: what both give is said once, what a rendering refutes not at all."""
    enabled = config.enabled
    lines = source.lines
    rendered = [one for one in more.rendered if one.code in enabled]
    kept = [one for one in own if not _is_refuted(one, source, more.confirmed, renderings)]
    by_code: dict[str, list[Diagnostic]] = {}
    for one in kept:
        by_code.setdefault(one.code, []).append(one)
    added = [
        one for one in rendered if not any(_is_same(mine, one, lines.line_of) for mine in by_code.get(one.code, ()))
    ]
    failures = [one for one in more.failures if one.code in enabled]
    result = [*kept, *added, *failures]
    if added and may_suppress(source.text):
        result = [one for one in result if one.code not in _ABOUT_SUPPRESSIONS]
        result = apply_suppressions(analyse(source), result, config)
    result.sort(key=lambda one: one.sort_key)
    return tuple(with_occurrence_index(replace(one, number=0) for one in result))


def _is_same(mine: Diagnostic, rendered: Diagnostic, line_of: Callable[[int], int]) -> bool:
    """Whether a finding of the text and one of a rendering are about the same thing."""
    if mine.document == rendered.document and mine.field and mine.field == rendered.field:
        return True
    return line_of(mine.span.start) == line_of(rendered.span.start)


def _is_refuted(one: Diagnostic, source: Source, rendered: Sequence[Diagnostic], renderings: Renderings) -> bool:
    """Whether what the text alone tells is not so in any rendering of it."""
    if one.category is Category.TOOL or rule_info(one.code).judges_templates or one.suppressed is not None:
        return False
    if any(_is_same(one, other, source.lines.line_of) for other in rendered if other.code == one.code):
        return False
    covering = [text for text in renderings.texts if _came_of(text, source.uri, one.span, renderings)]
    # A kustomization has no comments, which some rules listen to; a chart keeps them.
    is_certain = one.is_refused or _asks_others(one.code)
    return any(text.rendering.kind == "chart" or is_certain for text in covering) and not any(
        not is_certain and text.rendering.kind != "chart" for text in covering
    )


def _came_of(text: RenderedText, uri: str, span: Span, renderings: Renderings) -> bool:
    """Whether a file, and what is at a span of it, has given something to a rendering."""
    path = renderings.paths.get(uri)
    return path in text.rendering.templates and _origins(text).has_rendered(path, span)

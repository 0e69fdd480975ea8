"""The engine: runs the rules over what is known of a file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from netpol_lsp.config.config import FileConfig, default_file_config
from netpol_lsp.findings.diagnostic import Category, Diagnostic, ObjectRef, Related, Severity, with_occurrence_index
from netpol_lsp.findings.tool_codes import INTERNAL_ERROR
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.kube.wrappers import is_encrypted
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part, analyse
from netpol_lsp.lint.context import Context, DocumentScope, PolicyContext
from netpol_lsp.lint.file_facts import file_facts
from netpol_lsp.lint.generated import is_generated
from netpol_lsp.lint.may_suppress import may_suppress
from netpol_lsp.lint.plan import Check, Scope, needs_whole_policy, plan_of
from netpol_lsp.lint.registry import codes_said_once, rule_info, structure_codes
from netpol_lsp.lint.report import FileReport
from netpol_lsp.lint.template_findings import in_all_readings, unbalanced_finding, without_safe_fixes
from netpol_lsp.lint.triggers import features_of_document, features_of_policy
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.text.budget import OverBudgetError
from netpol_lsp.text.edits import move_fixes
from netpol_lsp.text.readable import shorten
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.document_places import DocumentPlaces
from netpol_lsp.workspace.snapshot import EMPTY, WorkspaceSnapshot
from netpol_lsp.yaml.problems import ProblemKind

MOST_FINDINGS = 1000
"""Of one rule in one document (a policy rule: in one policy), that is; no one reads more."""


def lint_text(text: str, uri: str = "<text>", config: FileConfig | None = None) -> FileReport:
    """Lint a text by itself."""
    return lint(analyse(make_source(uri, text)), config or default_file_config())


def lint(analysis: Analysis, config: FileConfig, workspace: WorkspaceSnapshot | None = None) -> FileReport:
    """The findings of a file, sorted by place and code; suppressed ones are marked, not left out.

    Without a `workspace` the file's own policies are all that is known.
    """
    if workspace is None:
        workspace = WorkspaceSnapshot.of_files({analysis.source.uri: file_facts(analysis, config.settings)})
    found: list[list[Diagnostic]] = []
    # By the identity of documents: those with the same text are one.
    known: dict[int, list[Diagnostic]] = {}
    for part in analysis.parts:
        document = part.analysis
        if document is not None:
            if id(document) not in known:
                known[id(document)] = lint_document(document, config, workspace)
            found.append(move_findings(known[id(document)], part))
    diagnostics = with_occurrence_index(join_findings(analysis, config, found))
    diagnostics = [in_files(diagnostic, workspace.places) for diagnostic in diagnostics]
    return FileReport(analysis.source, len(analysis.parts), analysis.policies, tuple(diagnostics))


def join_findings(
    analysis: Analysis, config: FileConfig, by_document: Iterable[Iterable[Diagnostic]]
) -> list[Diagnostic]:
    """The findings of a file out of those of its documents: suppressed ones marked, sorted by place and code."""
    found = list(_without_repeats(chain.from_iterable(by_document)))
    if analysis.language is not None and (unbalanced := unbalanced_finding(analysis, config)) is not None:
        found.append(unbalanced)
    if any(one.severity in _FOR_AUTHORS for one in found) and is_generated(analysis.source.text):
        found = [one for one in found if one.severity not in _FOR_AUTHORS]
    try:
        if any(part.analysis is not None and may_suppress(part.text) for part in analysis.parts):
            from netpol_lsp.lint.suppress import apply_suppressions  # noqa: PLC0415 - few files have any

            found = apply_suppressions(analysis, found, config)
    except Exception as error:  # noqa: BLE001 - what was found is reported, suppressed or not
        found.append(_failed("the suppressions", error, config.severities))
    found.sort(key=lambda diagnostic: diagnostic.sort_key)
    return found


_FOR_AUTHORS = (Severity.INFO, Severity.HINT)
"""What is worth a look when a manifest is written: nobody acts on it in a file that a program writes."""


def _without_repeats(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings of a file, in order; of a rule that says once what holds for all of it, the first one."""
    said: set[str] = set()
    for one in found:
        if one.code not in said:
            if one.code in codes_said_once():
                said.add(one.code)
            yield one


def lint_part(
    part: Part, analysis: DocumentAnalysis, config: FileConfig, workspace: WorkspaceSnapshot = EMPTY
) -> list[Diagnostic]:
    """The findings of one document, with offsets of the file."""
    return move_findings(lint_document(analysis, config, workspace), part)


def move_findings(found: Iterable[Diagnostic], part: Part) -> list[Diagnostic]:
    """Findings of a document as findings of its file."""
    return [_move(diagnostic, part) for diagnostic in found]


def lint_document(
    analysis: DocumentAnalysis, config: FileConfig, workspace: WorkspaceSnapshot = EMPTY, scope: Scope | None = None
) -> list[Diagnostic]:
    """The findings of one document, with offsets of the document, each with its object and field.

    `scope` runs a part of the rules only.
    """
    if analysis.readings:
        return in_all_readings(
            [
                (reading.variant, _lint_reading(reading.analysis, config, workspace, scope))
                for reading in analysis.readings
            ]
        )
    found = _lint_reading(analysis, config, workspace, scope)
    return without_safe_fixes(found) if found and is_encrypted(analysis.document.root) else found


def _lint_reading(
    analysis: DocumentAnalysis, config: FileConfig, workspace: WorkspaceSnapshot, scope: Scope | None
) -> list[Diagnostic]:
    """The findings of a document that is no template, or of one reading of a template."""
    found: list[Diagnostic] = []
    if analysis.failure is not None:
        return [_failed("the reader", analysis.failure, config.severities)]
    try:
        _run_rules(found, analysis, config, workspace, scope)
    except Exception as error:  # noqa: BLE001 - what fails belongs to this document
        found.append(_failed("the engine", error, config.severities))
    return _drop_cascading_findings(found, analysis) if analysis.document.error is not None else found


def _run_rules(
    found: list[Diagnostic],
    analysis: DocumentAnalysis,
    config: FileConfig,
    workspace: WorkspaceSnapshot,
    scope: Scope | None,
) -> None:
    """Collect what the rules find in a document and in its policies."""
    around = DocumentScope(analysis, config.settings, workspace)
    has_error = analysis.document.error is not None
    plan = plan_of(config, scope)
    # A patch is no policy: what it leaves out is in the object that it changes.
    is_patch = workspace.index.delivery.scope_of(analysis.document.source.uri).is_patch
    for check, setup in plan.for_document(features_of_document(analysis), is_partial=has_error):
        _collect(found, check, Context(setup, around), config)
    for policy, plain in zip(analysis.policies, analysis.plain, strict=True):
        hidden, misplaced = is_patch or analysis.is_hidden(policy), analysis.has_misplaced_spec(policy)
        there = features_of_policy(policy)
        for check, setup in plan.for_policy(there, workspace.known, is_partial=hidden, is_misplaced=misplaced):
            mine = found if not misplaced else []
            _collect(mine, check, PolicyContext(setup, around, policy, plain), config)
            if misplaced:
                is_whole = needs_whole_policy(setup.info)
                found += [one for one in mine if not is_whole or _still_holds(one, analysis, policy)]


def _collect(found: list[Diagnostic], check: Check, ctx: Context, config: FileConfig) -> None:
    """Add the findings of one rule; when it raises, what it found before and a finding that says so."""
    try:
        most = len(found) + MOST_FINDINGS
        found += islice(check(ctx), MOST_FINDINGS + 1)
        if len(found) > most:
            message = f"more than {MOST_FINDINGS:,} findings of {ctx.rule.code}: those from here on are left out"
            found[-1] = replace(found[-1], message=message, label="", related=(), fixes=())
    except OverBudgetError as error:
        found.append(_over_budget(ctx, error))
    except Exception as error:  # noqa: BLE001 - a rule's mistake must not take the others down
        found.append(_internal_error(ctx, error, config.severities))


def _drop_cascading_findings(found: list[Diagnostic], analysis: DocumentAnalysis) -> list[Diagnostic]:
    """Without what other rules say because of the words that the parser stumbled over, or of lines that were guessed."""
    problems = analysis.problems
    broken = {problem.span for problem in problems if problem.kind is ProblemKind.SYNTAX and problem.is_error}
    passed_over = {problem.span for problem in problems if problem.is_passed_over}
    structure = structure_codes()
    errors = [
        one for one in found if one.category is Category.SYNTAX and one.code not in structure and one.span in broken
    ]
    kept = set(map(id, errors))
    echoing = [error for error in errors if error.span not in passed_over]
    guessed = sorted({span for problem in problems for span in problem.guessed})
    told = {problem.span for problem in problems if problem.kind not in (ProblemKind.DUPLICATE, ProblemKind.ALIAS)}
    text = analysis.document.text
    return [
        one
        for one in found
        if id(one) in kept
        or not (
            any(_is_echo(one, error, text) for error in echoing)
            or (one.code in structure and one.span not in told and _is_in(one.span.start, guessed))
        )
    ]


def _is_in(offset: int, lines: list[Span]) -> bool:
    """Whether one of these lines, which are sorted, holds an offset."""
    at = bisect_right(lines, offset, key=_start_of) - 1
    return at >= 0 and lines[at].contains(offset)


def _start_of(span: Span) -> int:
    return span.start


def _is_echo(one: Diagnostic, error: Diagnostic, text: str) -> bool:
    """Whether a finding says no more than a syntax error does: half a key is no unknown field."""
    if error.span.covers(one.span) or error.span.start == one.span.start:
        return True
    if one.category is not Category.API:
        return False
    if one.span.covers(error.span):
        return True  # plain text that has taken in the lines below it
    is_behind = one.span.start > error.span.start
    if text[error.span.start : error.span.start + 1] in "[{":
        # What is in a bracket that is not closed may not be meant to.
        return is_behind and one.field.startswith((f"{error.field}.", f"{error.field}["))
    # A list that has taken in the words after it has not too many items, nor wrong ones.
    around, is_item, _ = error.field.rpartition("[")
    return bool(is_item) and (one.field == around or (is_behind and one.field.rpartition("[")[0] == around))


_ITEM = re.compile(r"spec\.(ingress|egress)\[(\d+)\]")


def _still_holds(one: Diagnostic, analysis: DocumentAnalysis, policy: NetworkPolicy) -> bool:
    """Whether a finding of a rule about the whole policy does not depend on what is out of place in it."""
    if one.category is Category.TOOL:
        return True
    item = _ITEM.match(one.field)
    return item is not None and analysis.is_sound(policy, ("spec", item[1], int(item[2])))


def _over_budget(ctx: Context, error: OverBudgetError) -> Diagnostic:
    """The finding that says that a rule has given up."""
    info, owner = ctx.rule, ctx.objects[0] if ctx.objects else None
    return Diagnostic(
        code=info.code,
        name=info.name,
        category=info.category,
        severity=Severity.INFO,
        message=f"{info.code} has not judged all of this: {error}",
        span=owner.span if owner is not None else Span(0, 0),
        object=ObjectRef(owner.kind, owner.namespace, owner.name) if owner is not None else None,
    )


def in_files(diagnostic: Diagnostic, places: DocumentPlaces) -> Diagnostic:
    """A finding whose related places in documents of other files count from the start of these files."""
    if all(item.document is None for item in diagnostic.related):
        return diagnostic
    return replace(diagnostic, related=tuple(related_in_file(item, places) for item in diagnostic.related))


def related_in_file(related: Related, places: DocumentPlaces) -> Related:
    """A related place in a document of another file, counted from the start of the file."""
    if related.uri is None or related.document is None:
        return related
    uri, span = places.written(related.uri, related.document, related.span)
    return Related(span, related.message, uri)


def _internal_error(ctx: Context, error: Exception, severities: Mapping[str, Severity]) -> Diagnostic:
    owner = ctx.objects[0] if ctx.objects else None
    return _failed(ctx.rule.code, error, severities, owner)


def _failed(
    what: str, error: Exception, severities: Mapping[str, Severity], owner: KubeObject | None = None
) -> Diagnostic:
    """The finding that says that a part of the engine failed."""
    import traceback  # noqa: PLC0415 - start-up is a feature

    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    detail = shorten(f"{type(error).__name__}: {error}", 200)
    info = rule_info(INTERNAL_ERROR)
    return Diagnostic(
        code=info.code,
        name=info.name,
        category=info.category,
        severity=severities.get(info.code, info.severity),
        message=f"internal error in {what} ({detail}{place}); please report it",
        span=owner.span if owner is not None else Span(0, 0),
        object=ObjectRef(owner.kind, owner.namespace, owner.name) if owner is not None else None,
    )


def _move(diagnostic: Diagnostic, part: Part) -> Diagnostic:
    """A finding of a document as a finding of its file."""
    offset = part.start
    if not offset:
        return diagnostic if diagnostic.document == part.index else replace(diagnostic, document=part.index)
    return replace(
        diagnostic,
        document=part.index,
        span=diagnostic.span.shift(offset),
        related=tuple(
            item if item.uri is not None else Related(item.span.shift(offset), item.message)
            for item in diagnostic.related
        ),
        fixes=move_fixes(diagnostic.fixes, offset),
    )

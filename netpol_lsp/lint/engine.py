"""The engine: runs the rules over what is known of a file."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part, analyse
from netpol_lsp.lint.config import FileConfig, default_file_config
from netpol_lsp.lint.diagnostic import Category, Diagnostic, ObjectRef, Related, Severity
from netpol_lsp.lint.fingerprint import with_fingerprints
from netpol_lsp.lint.placing import placed_policies
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.report import FileReport
from netpol_lsp.lint.rule import Context, DocumentRule, PolicyContext, PolicyRule, Rule, RuleInfo, is_partial
from netpol_lsp.lint.suppress import apply_suppressions
from netpol_lsp.model.objects import KubeObject
from netpol_lsp.syntax.paths import path_at, render_path
from netpol_lsp.syntax.problems import ProblemKind
from netpol_lsp.text.edits import Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.view import EMPTY, WorkspaceView

INTERNAL_ERROR, SYNTAX_ERROR = "NP990", "NP001"


class Scope(StrEnum):
    """What the answer of a rule depends on."""

    DOCUMENT = "document"
    """The document alone: its findings hold as long as its text does."""
    WORKSPACE = "workspace"
    """Other policies, too."""


def lint_text(text: str, uri: str = "<text>", config: FileConfig | None = None) -> FileReport:
    """Lint a text by itself."""
    return lint(analyse(make_source(uri, text)), config or default_file_config())


def lint(analysis: Analysis, config: FileConfig, workspace: WorkspaceView = EMPTY) -> FileReport:
    """The findings of a file, sorted by place and code; suppressed ones are marked, not left out.

    Without a workspace the file's own policies are all that is known.
    """
    if workspace is EMPTY and analysis.policies > 1:
        workspace = WorkspaceView.of(placed_policies(analysis, config.settings))
    parts = ((part, part.analysis) for part in analysis.parts)
    found = [lint_part(part, document, config, workspace) for part, document in parts if document is not None]
    diagnostics = with_fingerprints(join_findings(analysis, config, found))
    return FileReport(analysis.source, len(analysis.parts), analysis.policies, tuple(diagnostics))


def join_findings(
    analysis: Analysis, config: FileConfig, by_document: Iterable[Iterable[Diagnostic]]
) -> list[Diagnostic]:
    """The findings of a file out of those of its documents: suppressed ones marked, sorted by place and code."""
    found = apply_suppressions(analysis, list(chain.from_iterable(by_document)), config.enabled)
    found.sort(key=lambda diagnostic: diagnostic.sort_key)
    return found


def lint_part(
    part: Part, analysis: DocumentAnalysis, config: FileConfig, workspace: WorkspaceView = EMPTY
) -> list[Diagnostic]:
    """The findings of one document, with offsets of the file."""
    return move_findings(lint_document(analysis, config, workspace), part)


def move_findings(found: Iterable[Diagnostic], part: Part) -> list[Diagnostic]:
    """Findings of a document as findings of its file."""
    return [_move(diagnostic, part) for diagnostic in found]


def lint_document(
    analysis: DocumentAnalysis, config: FileConfig, workspace: WorkspaceView = EMPTY, scope: Scope | None = None
) -> list[Diagnostic]:
    """The findings of one document, with offsets of the document, each with its object and field.

    `scope` runs a part of the rules only.
    """
    found: list[Diagnostic] = []
    for rule in _rules(config.enabled, scope):
        severity = config.severities.get(rule.info.code)
        for diagnostic in _run(rule, analysis, config, workspace):
            located = _locate(diagnostic, analysis)
            found.append(located if severity is None else replace(located, severity=severity))
    return _one_error_a_word(found, analysis) if analysis.document.error else found


def _one_error_a_word(found: list[Diagnostic], analysis: DocumentAnalysis) -> list[Diagnostic]:
    """Without what other rules say of a word that the parser stumbled over: half a key is no unknown field."""
    broken = {problem.span for problem in analysis.problems if problem.kind is ProblemKind.SYNTAX and problem.is_error}
    errors = [one for one in found if one.code == SYNTAX_ERROR and one.span in broken]
    return [one for one in found if one in errors or not any(_is_same_word(one, error) for error in errors)]


def _is_same_word(one: Diagnostic, error: Diagnostic) -> bool:
    return error.span.covers(one.span) or error.span.start == one.span.start


@lru_cache(maxsize=64)
def _rules(enabled: frozenset[str], scope: Scope | None) -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if rule.info.code in enabled and scope in (None, _scope_of(rule)))


def _scope_of(rule: Rule) -> Scope:
    return Scope.WORKSPACE if isinstance(rule, PolicyRule) and rule.uses_workspace else Scope.DOCUMENT


def _run(rule: Rule, analysis: DocumentAnalysis, config: FileConfig, workspace: WorkspaceView) -> Iterator[Diagnostic]:
    """The findings of one rule; when it raises, what it found before and a finding that says so."""
    info = rule.info
    options = config.options_of(info)
    shared = (
        analysis.document,
        analysis.objects,
        analysis.schema,
        analysis.problems,
        config.settings,
        options,
        workspace,
    )
    try:
        if isinstance(rule, DocumentRule):
            if info.on_partial or not analysis.document.error:
                yield from rule.check(Context(info, *shared))
            return
        for policy in analysis.policies:
            if info.on_partial or not is_partial(analysis.document, policy):
                for diagnostic in rule.check(PolicyContext(info, *shared, policy=policy)):
                    yield diagnostic if diagnostic.object else replace(diagnostic, object=_reference(policy.object))
    except Exception as error:  # noqa: BLE001 - a rule's mistake must not take the others down
        yield _internal_error(info, error, analysis)


def _internal_error(info: RuleInfo, error: Exception, analysis: DocumentAnalysis) -> Diagnostic:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    span = analysis.objects[0].span if analysis.objects else Span(0, min(1, len(analysis.document.text)))
    return Diagnostic(
        code=INTERNAL_ERROR,
        name="internal-error",
        category=Category.TOOL,
        severity=Severity.ERROR,
        message=f"internal error in {info.code} ({type(error).__name__}: {error}{place}); please report it",
        span=span,
    )


def _reference(kube_object: KubeObject) -> ObjectRef:
    return ObjectRef(kube_object.kind, kube_object.namespace, kube_object.name)


def _locate(diagnostic: Diagnostic, analysis: DocumentAnalysis) -> Diagnostic:
    """Fill in which object a finding is about and the field path, where the rule did not."""
    if diagnostic.object is not None and diagnostic.field:
        return diagnostic
    owner = _owner(diagnostic.span, analysis.objects)
    if owner is None:
        return diagnostic
    field = diagnostic.field or render_path(path_at(owner.node, diagnostic.span))
    return replace(diagnostic, object=diagnostic.object or _reference(owner), field=field)


def _owner(span: Span, objects: Iterable[KubeObject]) -> KubeObject | None:
    only = None
    for kube_object in objects:
        if kube_object.node.span.covers(span):
            return kube_object
        only = kube_object if only is None and not kube_object.path else None
    return only


def _move(diagnostic: Diagnostic, part: Part) -> Diagnostic:
    """A finding of a document as a finding of its file."""
    offset = part.start
    if not offset:
        return diagnostic if diagnostic.document == part.index else replace(diagnostic, document=part.index)
    return replace(
        diagnostic,
        document=part.index,
        span=_shift(diagnostic.span, offset),
        related=tuple(
            item if item.uri is not None else Related(_shift(item.span, offset), item.message)
            for item in diagnostic.related
        ),
        fixes=tuple(
            Fix(fix.title, tuple(TextEdit(_shift(e.span, offset), e.text) for e in fix.edits), fix.applicability)
            for fix in diagnostic.fixes
        ),
    )


def _shift(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)

"""Why the API server refuses a document, and whether a change of its text leaves fewer reasons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from enum import StrEnum
from functools import cache

from netpol_lsp.config.config import FileConfig, rule_infos
from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.lint.analysis import DocumentAnalysis, analyse_edited
from netpol_lsp.lint.excerpts import Excerpt, excerpt_around
from netpol_lsp.lint.registry import codes_never_traded
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.edits import TextEdit, apply_edits
from netpol_lsp.text.memo import Memo
from netpol_lsp.yaml.problems import ProblemKind


class Outcome(StrEnum):
    """What a change does to the reasons to refuse a document."""

    ACCEPTED_MORE = "accepted more"
    """Some are gone, and none is new."""
    MIXED = "mixed"
    """Some are gone, and some are new that were hidden before."""
    NO_BETTER = "no better"
    """None is gone, or a new one is there, or the text cannot be read any more."""


@cache
def refusing_codes() -> frozenset[str]:
    """The rules that say why the API server refuses a manifest."""
    refusing = (Category.SYNTAX, Category.API)
    return frozenset(rule.code for rule in rule_infos() if rule.category in refusing)


def refusing_config(config: FileConfig) -> FileConfig:
    """A configuration that sees every reason to refuse a file; `config` itself if it does."""
    codes = refusing_codes()
    if codes <= config.enabled and codes.isdisjoint(config.severities):
        return config
    return replace(config, enabled=codes, severities={})


def refusals(analysis: DocumentAnalysis, settings: Settings) -> list[Diagnostic]:
    """The findings that say why a document is refused."""
    from netpol_lsp.lint.engine import lint_document  # noqa: PLC0415 - the engine loads the rules, and rules ask this

    found = lint_document(analysis, FileConfig(refusing_codes(), settings=settings))
    return [one for one in found if one.is_refused]


_READINGS = 60
_LEAST_WORK, _MOST_WORK = 60_000, 4_000_000
"""Characters that are rewritten or read again for the fixes of one document: as many as it has `_READINGS` times, within these bounds."""
_DAMAGED = 20
"""How much longer it takes to read through damaged characters."""
_FINDING, _FEW = 50, 100
"""Characters that could be read in the time that it takes to find one more reason, where there are more than a few."""
_BUDGETS: Memo[DocumentAnalysis, None, Budget] = Memo()
_shared: ContextVar[Budget | None] = ContextVar("shared", default=None)
_REFUSALS: Memo[DocumentAnalysis, Settings, list[Diagnostic]] = Memo()

_INDEX = re.compile(r"\[\d*\]|\[-1\]")


def outcome(
    analysis: DocumentAnalysis,
    edits: tuple[TextEdit, ...],
    settings: Settings,
    inside: str,
    *,
    is_renamed: bool = False,
) -> Outcome:
    """What edits of a document do to the reasons to refuse it.

    At `inside`, a path of the changed object, there may be mistakes that were hidden before: what is below an unknown
    field is not looked at. `is_renamed`: nothing has moved, so that all of them were there. What a change of a template
    does to its renderings is not known. Of a List only the item around the edits is read again. So many characters are
    read again at most as the document has `_READINGS` times: what has not been tried by then is no better.
    """
    if analysis.document.is_template:
        return Outcome.MIXED
    excerpt = excerpt_around(analysis, edits)
    text = apply_edits(excerpt.text, excerpt.moved(edits))
    is_damaged = any(problem.kind is ProblemKind.CHARACTER for problem in analysis.document.problems)
    if not _budget_of(analysis).take(len(text) * (_DAMAGED if is_damaged else 1)):
        return Outcome.NO_BETTER
    after = analyse_edited(text, analysis.document.source.uri)
    if after is None or after.document.error is not None:
        return Outcome.NO_BETTER
    before = Counter(map(_identity, _known_refusals(analysis, settings, excerpt)))
    found = refusals(after, settings)
    _budget_of(analysis).take(_FINDING * max(0, len(found) - _FEW))
    left = Counter(map(_identity, found))
    new = left - before
    if not before - left or any(
        (code in codes_never_traded() and not is_renamed) or not _is_below(field, inside) for code, field, _ in new
    ):
        return Outcome.NO_BETTER
    return Outcome.MIXED if new else Outcome.ACCEPTED_MORE


@contextmanager
def trying_together(text: str) -> Iterator[None]:
    """Whatever is tried inside of the `with` block takes from one budget, that of a document with this text."""
    token = _shared.set(_budget_for(text))
    try:
        yield
    finally:
        _shared.reset(token)


def may_try(analysis: DocumentAnalysis) -> bool:
    """Whether another change of a document may be worked out: to take it apart and write it anew is work like reading it."""
    return _budget_of(analysis).take(len(analysis.document.text))


def _budget_of(analysis: DocumentAnalysis) -> Budget:
    shared = _shared.get()
    if shared is not None:
        return shared
    known = _BUDGETS.of(analysis)
    if None not in known:
        known[None] = _budget_for(analysis.document.text)
    return known[None]


def _budget_for(text: str) -> Budget:
    return Budget(min(max(_LEAST_WORK, _READINGS * len(text)), _MOST_WORK), "too many fixes would have to be tried")


def _known_refusals(analysis: DocumentAnalysis, settings: Settings, excerpt: Excerpt) -> Iterable[Diagnostic]:
    """The refusals of a document, or of the item of a List that is looked at."""
    known = _REFUSALS.of(analysis)
    if settings not in known:
        known[settings] = refusals(analysis, settings)
    return known[settings] if excerpt.is_whole else (one for one in known[settings] if excerpt.span.covers(one.span))


def _identity(found: Diagnostic) -> tuple[str, str, str]:
    """What tells refusals apart although a change moves them: list positions do not count."""
    return found.code, _INDEX.sub("[]", found.field), found.message


def _is_below(field: str, inside: str) -> bool:
    return field.startswith(_INDEX.sub("[]", inside))

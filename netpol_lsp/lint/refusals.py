"""Why the API server refuses a document, and whether a change of its text leaves fewer reasons."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from enum import StrEnum
from functools import cache

from netpol_lsp.config.config import FileConfig, rule_infos
from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.lint.analysis import DocumentAnalysis, analyse_document
from netpol_lsp.lint.registry import codes_never_traded
from netpol_lsp.text.edits import TextEdit, apply_edits


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
    does to its renderings is not known.
    """
    if analysis.document.is_template:
        return Outcome.MIXED
    after = analyse_document(apply_edits(analysis.document.text, edits), analysis.document.source.uri)
    if after is None or after.document.error is not None:
        return Outcome.NO_BETTER
    before, left = (Counter(map(_identity, refusals(one, settings))) for one in (analysis, after))
    new = left - before
    if not before - left or any(
        (code in codes_never_traded() and not is_renamed) or not _is_below(field, inside) for code, field, _ in new
    ):
        return Outcome.NO_BETTER
    return Outcome.MIXED if new else Outcome.ACCEPTED_MORE


def _identity(found: Diagnostic) -> tuple[str, str, str]:
    """What tells refusals apart although a change moves them: list positions do not count."""
    return found.code, _INDEX.sub("[]", found.field), found.message


def _is_below(field: str, inside: str) -> bool:
    return field.startswith(_INDEX.sub("[]", inside))

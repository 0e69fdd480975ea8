"""Findings of files that are not applied as they are written: of a template, what holds in every reading of it.

An error, or a warning, is reported only when every rendering in which its line is there has it, as far as the
literal text tells. So a finding counts when it is found in all readings in which its token is there.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.findings.tool_codes import YAML_SYNTAX
from netpol_lsp.lint.registry import rule_info
from netpol_lsp.text.edits import Applicability, Fix, Fixes, may_have_fixes
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import TemplateVariant

if TYPE_CHECKING:
    from netpol_lsp.config.config import FileConfig
    from netpol_lsp.lint.analysis import Analysis
    from netpol_lsp.yaml.templates.branches import Template

_INDEX = re.compile(r"\[\d+\]")
# Branches that ask for the cluster's version are there to write other API versions.
_ASKS_VERSION = re.compile(r"Capabilities|[sS]emver|[vV]ersion")

Found = tuple[TemplateVariant, list[Diagnostic]]


def in_all_readings(found: Sequence[Found]) -> list[Diagnostic]:
    """The findings that every reading has in which their token is there, in the order of the first one."""
    alike: dict[_Key, list[Diagnostic]] = {}
    counts: dict[_Key, int] = {}
    for _, diagnostics in found:
        for key, same in _grouped(diagnostics):
            alike.setdefault(key, []).extend(same)
            counts[key] = counts.get(key, 0) + 1
    kept = []
    for key, same in alike.items():
        token = same[0].span.start
        if counts[key] < sum(variant.branches.is_live(token) for variant, _ in found):
            continue
        template = found[0][0].document.template
        assert template is not None
        if not (rule_info(key[0]).judges_version and _depends_on_version(template, token)):
            kept.append(_with_guarded_fixes(same, template))
    return kept


_Key = tuple[str, int, str]


def _grouped(diagnostics: list[Diagnostic]) -> Iterable[tuple[_Key, list[Diagnostic]]]:
    """Findings by what is the same for them in another reading: lists may have other items there, collections other ends."""
    groups: dict[_Key, list[Diagnostic]] = {}
    for one in diagnostics:
        groups.setdefault((one.code, one.span.start, _INDEX.sub("[]", one.field)), []).append(one)
    return groups.items()


def _depends_on_version(template: Template, offset: int) -> bool:
    """Whether an offset is in a branch that asks for a version."""
    for chain, _ in template.chains_around(offset):
        start = chain.start
        for branch in chain.branches:
            if _ASKS_VERSION.search(template.text, start, branch.start):
                return True
            start = branch.end
    return False


def _with_guarded_fixes(same: list[Diagnostic], template: Template) -> Diagnostic:
    """The first of findings that are alike, with its fixes as far as they can be trusted in a template."""
    first = same[0]
    if not may_have_fixes(first.fixes):
        return first
    # Asked for only when someone looks at fixes.
    return replace(first, fixes=Fixes(partial(_guarded, same, template)))


def _guarded(same: list[Diagnostic], template: Template) -> Iterable[Fix]:
    """Fixes that touch literal text only; safe ones stay so within one line of one branch, when all readings have them."""
    first, *others = same
    edits_actions = rule_info(first.code).edits_actions
    for fix in first.fixes:
        if not edits_actions and any(_touches_action(edit.span, template) for edit in fix.edits):
            continue
        is_plain = all("\n" not in template.text[edit.span.start : edit.span.end] + edit.text for edit in fix.edits)
        is_shared = all(any(fix.edits == other.edits for other in one.fixes) for one in others)
        is_in_one = len({template.branch_at(edit.span.start) for edit in fix.edits}) == 1
        is_safe = is_plain and is_shared and is_in_one
        if fix.applicability is Applicability.SAFE and not is_safe:
            fix = replace(fix, applicability=Applicability.UNSAFE)  # noqa: PLW2901 - the same fix, trusted less
        yield fix


def _touches_action(span: Span, template: Template) -> bool:
    """Whether an edit would replace a part of an action, or put text into one."""
    at = bisect_right(template.tokens, span.start, key=lambda token: token.start) - 1
    if at >= 0 and span.start < template.tokens[at].end and span.start > template.tokens[at].start:
        return True
    following = bisect_left(template.tokens, span.start, key=lambda token: token.start)
    return following < len(template.tokens) and template.tokens[following].start < span.end


def unbalanced_finding(analysis: Analysis, config: FileConfig) -> Diagnostic | None:
    """What is to be said of a template of which nothing comes, whatever the values are."""
    found = analysis.unbalanced
    if found is None or YAML_SYNTAX not in config.enabled:
        return None
    info = rule_info(YAML_SYNTAX)
    if found.is_open:
        what, label = f"this `{found.word}` is never closed", "its `{{- end }}` is missing"
    else:
        what, label = f"this `{found.word}` belongs to nothing that is open", "one too many, or its `if` is missing"
    return Diagnostic(
        code=info.code,
        name=info.name,
        category=info.category,
        severity=config.severities.get(info.code, info.severity),
        message=f"{what}, so that nothing can be rendered from this template",
        span=found.span,
        label=label,
        document=analysis.part_at(found.span.start).index,
    )


def without_safe_fixes(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of a file that SOPS signs: whatever changes has to be signed anew."""
    return [
        replace(one, fixes=Fixes(partial(_demoted, one.fixes))) if may_have_fixes(one.fixes) else one for one in found
    ]


def _demoted(fixes: Iterable[Fix]) -> Iterable[Fix]:
    for fix in fixes:
        is_safe = fix.applicability is Applicability.SAFE
        yield replace(fix, applicability=Applicability.UNSAFE) if is_safe else fix

"""Suppressions: comments and annotations that say which findings are wanted as they are.

`# netpol: ignore[NP216] reason` holds for its own line and the next line of YAML, at the head of a
document for the document; `# netpol: ignore-file[NP216] reason` at the head of the file for the file; the annotation
`netpol-lint/ignore: NP216,NP401` for its object. A code is always named; names of rules work too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import itemgetter

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Suppression
from netpol_lsp.findings.tool_codes import UNKNOWN_SUPPRESSION, UNUSED_SUPPRESSION
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part
from netpol_lsp.lint.may_suppress import may_suppress
from netpol_lsp.lint.registry import rule_by_code, rule_info
from netpol_lsp.lint.suppression_fixes import bracket_fix, removal_fix
from netpol_lsp.text.edits import Fix, TextEdit
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.comments import Comment

ANNOTATION = "netpol-lint/ignore"

_COMMENT = re.compile(r"netpol:\s*ignore(?P<file>-file)?\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?P<reason>.*)", re.DOTALL)
_WORD = re.compile(r"[^\s,]+")
_MOST_CODES = 500
"""Of one suppression: several times as many as there are rules."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One code of one suppression. Spans count from the file's start; `scope` is where it holds.

    `fix` repairs a suppression that is malformed, or removes one that no one needs; None where words would be lost.
    """

    word: str
    code: str | None
    span: Span
    scope: Span
    by: str
    reason: str
    fix: Fix | None = None


def apply_suppressions(analysis: Analysis, found: list[Diagnostic], config: FileConfig) -> list[Diagnostic]:
    """The findings with suppressed ones marked, and findings about the suppressions themselves."""
    marks = list(find_directives(analysis))
    if not marks:
        return found
    # What a rule says in other profiles only may be what is suppressed.
    enabled = config.enabled - config.quiet
    used: set[int] = set()
    by_code = _by_code(marks)
    result = [_suppress(diagnostic, by_code.get(diagnostic.code), used) for diagnostic in found]
    for number, mark in enumerate(marks):
        part = analysis.part_at(mark.span.start)
        if mark.code is None and UNKNOWN_SUPPRESSION in enabled:
            result.append(_finding(UNKNOWN_SUPPRESSION, mark, part, config))
        elif mark.code is not None and number not in used and UNUSED_SUPPRESSION in enabled and mark.code in enabled:
            result.append(_finding(UNUSED_SUPPRESSION, mark, part, config))
    return result


def find_directives(analysis: Analysis) -> Iterator[Directive]:
    """All suppressions of a file, one mark a code."""
    for part in analysis.parts:
        if part.analysis is None:
            # Only what is ours is parsed, but the head of the file may be before its first `---`.
            continue
        if may_suppress(part.text):
            following = _FollowingLines(part.analysis.document.source)
            for comment in part.analysis.document.comments:
                yield from _comment_directives(comment, part, part.analysis, analysis, following)
            yield from _annotation_directives(part, part.analysis)


class _ByPlace:
    """The directives for one code, by where their scopes start; equal scopes are one."""

    def __init__(self, marks: Iterable[tuple[int, Directive]]) -> None:
        groups: dict[tuple[int, int], list[tuple[int, Directive]]] = {}
        for number, mark in marks:
            groups.setdefault((mark.scope.start, mark.scope.end), []).append((number, mark))
        self._scopes = sorted(groups)
        self._groups = groups
        # How far any scope up to this one reaches: where none reaches a place, there is no need to look on.
        self._reach = list(accumulate((end for _, end in self._scopes), max))

    def around(self, offset: int) -> list[tuple[int, Directive]]:
        """The directives whose scope holds an offset, in the order of the text, with their numbers."""
        found: list[tuple[int, Directive]] = []
        at = bisect_right(self._scopes, offset, key=itemgetter(0)) - 1
        while at >= 0 and self._reach[at] >= offset:
            if self._scopes[at][1] >= offset:
                found += self._groups[self._scopes[at]]
            at -= 1
        return sorted(found, key=itemgetter(0))


def _by_code(marks: Iterable[Directive]) -> dict[str, _ByPlace]:
    found: dict[str, list[tuple[int, Directive]]] = {}
    for number, mark in enumerate(marks):
        if mark.code is not None:
            found.setdefault(mark.code, []).append((number, mark))
    return {code: _ByPlace(listed) for code, listed in found.items()}


def _suppress(diagnostic: Diagnostic, marks: _ByPlace | None, used: set[int]) -> Diagnostic:
    if marks is None or diagnostic.category is Category.TOOL:
        return diagnostic
    around = marks.around(diagnostic.span.start)
    used.update(number for number, _ in around)
    if around and diagnostic.suppressed is None:
        mark = around[0][1]
        return replace(diagnostic, suppressed=Suppression(mark.by, mark.reason))
    return diagnostic


def _comment_directives(
    comment: Comment, part: Part, document: DocumentAnalysis, analysis: Analysis, following: _FollowingLines
) -> Iterator[Directive]:
    if "ignore" not in comment.text.lower():
        return
    text = document.document.text
    match = _COMMENT.match(comment.text)
    malformed = bracket_fix(comment, text, lambda word: _code(word) is not None)
    if malformed is not None:
        yield Directive(
            "", None, comment.span.shift(part.start), Span(0, 0), "comment", "", _moved(malformed, part.start)
        )
        return
    if match is None:
        return
    start = text.index(comment.text, comment.span.start) + part.start
    scope = _scope(comment, part, document, analysis, following, is_file=match["file"] is not None)
    whole = comment.span.shift(part.start)
    reason = match["reason"].strip()
    words = list(_WORD.finditer(match["codes"] or ""))
    if not words:
        yield Directive("", None, whole, scope, "comment", reason)
    # With several codes in it the others stay wanted; words are their author's.
    fix = _moved(removal_fix(comment, text), part.start) if len(words) == 1 and not reason else None
    for word in words[:_MOST_CODES]:
        offset = start + match.start("codes")
        span = Span(offset + word.start(), offset + word.end())
        yield Directive(word.group(), _code(word.group()), span, scope, "comment", reason, fix)
    if len(words) > _MOST_CODES:
        yield Directive(_rest(words), None, whole, scope, "comment", reason)


def _rest(words: list[re.Match[str]]) -> str:
    return f"{words[_MOST_CODES].group()} and {len(words) - _MOST_CODES - 1} more"


class _FollowingLines:
    """For each line of a text, the first one from there on that is neither empty nor a comment."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._numbers: list[int] | None = None

    def line_from(self, line: int) -> int:
        """The first line of YAML from `line` on; the last line where there is none."""
        if self._numbers is None:
            # Backwards, once: hundreds of comments may be in a row.
            lines = self._source.lines
            last = lines.line_count - 1
            self._numbers = [last] * (last + 2)
            for number in range(last - 1, -1, -1):
                is_yaml = lines.line_text(number).lstrip()[:1] not in ("", "#")
                self._numbers[number] = number if is_yaml else self._numbers[number + 1]
        return self._numbers[line]


def _scope(
    comment: Comment,
    part: Part,
    document: DocumentAnalysis,
    analysis: Analysis,
    following: _FollowingLines,
    *,
    is_file: bool,
) -> Span:
    if is_file:
        return Span(0, len(analysis.source.text))
    source = document.document.source
    root = document.document.root
    line = source.lines.line_of(comment.span.start)
    if comment.is_alone and (root is None or comment.span.start < root.start):
        return Span(part.start, part.start + len(part.text))
    first = source.lines.line_start(line)
    last = line
    if comment.is_alone:
        last = following.line_from(line + 1)
    return Span(first + part.start, source.lines.line_end(last) + part.start)


def _annotation_directives(part: Part, document: DocumentAnalysis) -> Iterator[Directive]:
    for kube_object in document.objects:
        field = kube_object.annotations.get(ANNOTATION)
        if field is None or not field.value:
            continue
        scope = kube_object.node.span.shift(part.start)
        words = list(_WORD.finditer(field.value))
        raw = document.document.text[field.node.start : field.node.end]
        for word in words[:_MOST_CODES]:
            at = raw.find(word.group())
            span = Span(at, at + len(word.group())).shift(field.node.start + part.start)
            yield Directive(word.group(), _code(word.group()), span, scope, "annotation", "")


def _moved(fix: Fix, offset: int) -> Fix:
    return replace(fix, edits=tuple(TextEdit(edit.span.shift(offset), edit.text) for edit in fix.edits))


def _code(word: str) -> str | None:
    rule = rule_by_code(word)
    return rule.info.code if rule is not None and rule.info.is_suppressible else None


def _finding(code: str, mark: Directive, part: Part, config: FileConfig) -> Diagnostic:
    info = rule_info(code)
    if code == UNUSED_SUPPRESSION:
        message = f"unused suppression: `{mark.code}` reports nothing here"
    elif not mark.word:
        message = "a suppression must name its codes in brackets, as in `netpol: ignore[NP216] reason`"
    else:
        message = f"`{mark.word}` is not a rule that can be suppressed"
    severity = config.severities.get(info.code, info.severity)
    fixes = () if mark.fix is None else (mark.fix,)
    return Diagnostic(info.code, info.name, info.category, severity, message, mark.span, part.index, fixes=fixes)

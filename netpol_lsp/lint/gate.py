"""Whether fixes may be called safe: decided by what they do to the file, not by what the rule says of them.

All safe fixes of a file are applied together, and the result is read again. They hold when

- no finding of severity error is new, and no key is there twice;
- the object that the API server stores of each policy that was accepted is the same (in another order of policyTypes,
  another spelling of an address, or without an exact duplicate it is);
- of what was refused and has changed, there is less to refuse;
- each comment is there still, with the item that it belongs to.

What only brings to light what a syntax error has hidden is not new. A fix that makes room for another safe one is judged
with that one.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.net.cidr import CidrProblem, parse_cidr
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part, analyse
from netpol_lsp.lint.refusals import refusing_codes
from netpol_lsp.policies.networkpolicy.defaulted_object import defaulted_object
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.edits import Applicability, Fix, apply_edits, compatible_fixes
from netpol_lsp.workspace.snapshot import EMPTY, WorkspaceSnapshot
from netpol_lsp.yaml.cst.anchors import anchors_of, moved_comment

_LOOK_AHEAD = 5
"""A fix may make room for others so many times."""
_BROKEN = 40
FINDING_WORK = 100
"""Characters that could be read in the time that it takes to find one more error, and what would repair it."""
_MOST_WORK = 1_000_000
"""Characters that are read again, those of documents with syntax errors `_BROKEN` times: some seconds."""


class Violation(StrEnum):
    """Why fixes do not hold."""

    UNREADABLE = "the text cannot be read, or not as far as before"
    NEW_ERROR = "there is a new error"
    OTHER_OBJECT = "the API server would store another object"
    STILL_REFUSED = "what was refused has as much to refuse"
    LOST_COMMENT = "a comment is lost"
    MOVED_COMMENT = "a comment belongs to another item"


def gate_budget() -> Budget:
    """The work that judging the fixes of one file may take; what is not judged does not hold."""
    return Budget(_MOST_WORK, "too many fixes depend on one another")


def work_of(part: Part) -> int:
    """How much work it is to read a document again: to explain errors, many readings are tried."""
    return len(part.text) * (_BROKEN if part.analysis is not None and part.analysis.document.problems else 1)


def work_of_fixes(analysis: Analysis, fixes: Iterable[Fix]) -> int:
    """How much work it is to read the documents again that fixes change."""
    starts = [part.start for part in analysis.parts]
    changed = {bisect_right(starts, edit.span.start) - 1 for fix in fixes for edit in fix.edits}
    return sum(work_of(analysis.parts[max(0, number)]) for number in changed)


def most_of(fixes: Sequence[Fix], hold: Callable[[Sequence[Fix]], bool]) -> list[Fix]:
    """As many as can be had of some fixes that do not hold together, first come first served.

    Halves are tried, then halves of those that do not hold: a few bad ones among thousands are found in some dozens of steps.
    """
    taken: list[Fix] = []
    pending = _halves(fixes)
    while pending:
        some = pending.pop()
        if hold([*taken, *some]):
            taken += some
        else:
            pending += _halves(some)
    return taken


def _halves(fixes: Sequence[Fix]) -> list[Sequence[Fix]]:
    """Two halves, the first one last; none of a single fix."""
    middle = len(fixes) // 2
    return [fixes[middle:], fixes[:middle]] if middle else []


class Gate:
    """Judges fixes of one file, as it is in `analysis`."""

    def __init__(
        self,
        analysis: Analysis,
        config: FileConfig,
        workspace: WorkspaceSnapshot | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.analysis = analysis
        self._budget = budget if budget is not None else gate_budget()
        self.config = _judging(config)
        self.workspace = workspace if workspace is not None else EMPTY
        self._verdicts: dict[tuple[Fix, ...], bool] = {}
        self._found: dict[int, tuple[DocumentAnalysis, list[Diagnostic]]] = {}

    def holding(self, fixes: Sequence[Fix]) -> list[Fix]:
        """The fixes that hold together, of some that do not overlap: all, or as many as can be had, first come first served."""
        if not fixes or self.holds(fixes):
            return list(fixes)
        kept: list[Fix] = []
        for group in self._by_document(fixes):
            if self.holds(group):
                kept += group
                continue
            kept += most_of(group, self.holds)
        # What holds in each document holds in all of them: they are judged one by one.
        chosen = {id(fix) for fix in kept}
        return [fix for fix in fixes if id(fix) in chosen]

    def holds(self, fixes: Sequence[Fix]) -> bool:
        """Whether some fixes hold together."""
        key = tuple(fixes)
        known = self._verdicts.get(key)
        if known is None:
            known = self._verdicts[key] = self._judge(fixes)
        return known

    def _judge(self, fixes: Sequence[Fix]) -> bool:
        try:
            text = apply_edits(self.analysis.source.text, [edit for fix in fixes for edit in fix.edits])
        except ValueError:
            return False
        work = work_of_fixes(self.analysis, fixes)
        for _ in range(_LOOK_AHEAD):
            if not self._budget.admits(work):
                return False
            source = replace(self.analysis.source, text=text)
            after = analyse(source, self.analysis, is_edited=not is_broken(self.analysis))
            changed = _without(after.parts, self.analysis.parts)
            self._budget.take(sum(work_of(part) + FINDING_WORK * len(self._errors(part)) for part in changed))
            found = self.violations(after)
            if not found:
                return True
            if not found <= {Violation.NEW_ERROR, Violation.STILL_REFUSED}:
                return False
            # What is new may be what another safe fix repairs.
            following = self._safe_fixes(after)
            if not following:
                return False
            text = apply_edits(text, [edit for fix in following for edit in fix.edits])
        return False

    def _safe_fixes(self, after: Analysis) -> list[Fix]:
        """The safe fixes of errors in the documents that have changed."""
        changed = _without(after.parts, self.analysis.parts)
        found = []
        for part in changed:
            for one in self._errors(part):
                safe = next((fix for fix in one.fixes if fix.applicability is Applicability.SAFE and fix.edits), None)
                if safe is not None:
                    edits = tuple(replace(edit, span=edit.span.shift(part.start)) for edit in safe.edits)
                    found.append(replace(safe, edits=edits))
        taken, _ = compatible_fixes(found)
        return taken

    def _by_document(self, fixes: Sequence[Fix]) -> list[list[Fix]]:
        groups: dict[int, list[Fix]] = {}
        for fix in fixes:
            groups.setdefault(self.analysis.part_at(fix.span.start).index, []).append(fix)
        return list(groups.values())

    def violations(self, after: Analysis) -> set[Violation]:
        """What is wrong with a later text of the file."""
        old, new = _without(self.analysis.parts, after.parts), _without(after.parts, self.analysis.parts)
        found = self._judge_errors(old, new)
        if Violation.UNREADABLE not in found:
            found |= _judge_comments(old, new)
        return found

    def _judge_errors(self, old: list[Part], new: list[Part]) -> set[Violation]:
        broken, broken_after = ([part for part in parts if _is_broken(part)] for parts in (old, new))
        if len(broken_after) > len(broken):
            return {Violation.UNREADABLE}
        before = [one for part in old for one in self._errors(part)]
        after = [one for part in new for one in self._errors(part)]
        found: set[Violation] = set()
        if broken:
            # Until now no one could know what else is wrong: being read further is better.
            is_better = not broken_after or len(after) < len(before) or _reads_further(broken, broken_after)
            return found if is_better else {Violation.UNREADABLE}
        if Counter(map(_identity, after)) - Counter(map(_identity, before)):
            found.add(Violation.NEW_ERROR)
        if Counter(self._stored(old)) - Counter(self._stored(new)):
            found.add(Violation.OTHER_OBJECT)
        if len(after) >= len(before) and self._touches_refused(old, new):
            found.add(Violation.STILL_REFUSED)
        return found

    def _stored(self, parts: list[Part]) -> list[str]:
        """What the API server would store of the policies that it accepts."""
        found = []
        for part in parts:
            refused = self._refused(part)
            for number, policy in enumerate(part.analysis.policies if part.analysis is not None else ()):
                if number not in refused:
                    stored = defaulted_object(policy, self.config.settings.default_namespace)
                    found.append(json.dumps(_same_meaning(stored), sort_keys=True))
        return found

    def _refused(self, part: Part) -> set[int]:
        """Which of a document's policies are refused, by their number."""
        objects = part.analysis.objects if part.analysis is not None else ()
        found: set[int] = set()
        for one in self._errors(part):
            if one.is_refused:
                owners = [number for number, known in enumerate(objects) if known.node.span.covers(one.span)]
                found.update(owners or range(len(objects)))
        return found

    def _touches_refused(self, old: list[Part], new: list[Part]) -> bool:
        """Whether something has changed in a policy that was refused."""
        texts = [text for part in new for text in _texts(part)]
        return any(
            number in self._refused(part) and text not in texts
            for part in old
            for number, text in enumerate(_texts(part))
        )

    def _errors(self, part: Part) -> list[Diagnostic]:
        """The errors of a document, with offsets of the document."""
        from netpol_lsp.lint.engine import lint_document  # noqa: PLC0415 - the engine loads the rules

        analysis = part.analysis
        if analysis is None:
            return []
        known = self._found.get(id(analysis))
        if known is None:
            found = lint_document(analysis, self.config, self.workspace)
            # The analysis is kept, too, so that no other one gets its number.
            known = analysis, [one for one in found if one.severity is Severity.ERROR]
            self._found[id(analysis)] = known
        return known[1]


def _judging(config: FileConfig) -> FileConfig:
    """A configuration that sees every reason to refuse a file, and all that the file's own makes an error."""
    codes = refusing_codes()
    severities = {code: severity for code, severity in config.severities.items() if code not in codes}
    return replace(config, enabled=config.enabled | codes, severities=severities)


def _without(parts: Sequence[Part], others: Sequence[Part]) -> list[Part]:
    """The documents that are not among others, by their text."""
    left = Counter(part.text for part in others)
    found = []
    for part in parts:
        if left[part.text]:
            left[part.text] -= 1
        else:
            found.append(part)
    return found


def is_broken(analysis: Analysis) -> bool:
    """Whether a document of a file cannot be read: its fixes may bring to light what is there, and only some of it."""
    return any(map(_is_broken, analysis.parts))


def _is_broken(part: Part) -> bool:
    return part.analysis is not None and part.analysis.document.error is not None


def _reads_further(old: list[Part], new: list[Part]) -> bool:
    """Whether the first error of what is still broken is further down, or there are fewer problems."""
    if len(new) < len(old):
        return True
    pairs = [(one.analysis, other.analysis) for one, other in zip(old, new, strict=True)]
    return all(
        one is not None
        and other is not None
        and (len(other.problems), -_line(other)) <= (len(one.problems), -_line(one))
        for one, other in pairs
    )


def _line(analysis: DocumentAnalysis) -> int:
    error = analysis.document.error
    return analysis.document.source.lines.line_of(error.span.start) if error is not None else 0


_BRACKETS = re.compile(r"\[[^\]]*\]")


def _identity(found: Diagnostic) -> tuple[str, str]:
    """What tells errors apart although lines, list positions and the object's kind or name change."""
    return found.code, _BRACKETS.sub("", found.field)


def _texts(part: Part) -> list[str]:
    if part.analysis is None:
        return []
    return [part.text[obj.node.start : obj.node.end] for obj in part.analysis.objects]


def _same_meaning(value: Any, key: str = "") -> Any:
    """An object in which nothing differs but what means something else."""
    if isinstance(value, dict):
        return {name: _same_meaning(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        items = [_same_meaning(inner, key) for inner in value]
        unique = {json.dumps(item, sort_keys=True): item for item in items}
        return sorted(unique.values()) if key == "policyTypes" else list(unique.values())
    if key in ("cidr", "except") and isinstance(value, str):
        parsed = parse_cidr(value)
        return value if isinstance(parsed, CidrProblem) else parsed.canonical
    return value


def _judge_comments(old: list[Part], new: list[Part]) -> set[Violation]:
    if _comments(old) - _comments(new):
        return {Violation.LOST_COMMENT}
    if len(old) != len(new):
        return set()
    for before, after in zip(old, new, strict=True):
        if before.analysis is None or after.analysis is None:
            continue
        one, other = anchors_of(before.analysis.document), anchors_of(after.analysis.document)
        if one is not None and other is not None and moved_comment(one, other) is not None:
            return {Violation.MOVED_COMMENT}
    return set()


# A comment that suppresses findings, or tries to.
_DIRECTIVE = re.compile(r"\s*netpol\b", re.IGNORECASE)


def _comments(parts: Iterable[Part]) -> Counter[str]:
    """The comments of some documents; suppressions are directives, and rules may change them."""
    found: Counter[str] = Counter()
    for part in parts:
        if part.analysis is not None:
            comments = part.analysis.document.comments
            found.update(one.text for one in comments if not _DIRECTIVE.match(one.text))
    return found

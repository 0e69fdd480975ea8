"""How tests of connections came out, as an editor shows it beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netpol_lsp.explanations.intents import because, expected, problem_sentence, which_pair
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import Checked
from netpol_lsp.reach.intents import Intent, IntentFile, Outcome
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.span import Span

_WORDS = {Outcome.ALLOW: "allowed", Outcome.DENY: "denied"}
_REASONS_IN_MESSAGE = 2
_REASONS_IN_TOOLTIP = 8


@dataclass(frozen=True, slots=True)
class IntentOutcome:
    """A test, whether it holds, and the sentences that say why, each with its place."""

    checked: Checked
    reasons: tuple[tuple[str, Origin], ...] = ()

    def of(self, intent: Intent) -> IntentOutcome:
        """The same for another test that asks the same."""
        own = self.checked.intent.origin
        reasons = tuple((text, intent.origin if origin is own else origin) for text, origin in self.reasons)
        return IntentOutcome(replace(self.checked, intent=intent), reasons)

    @property
    def is_unknown(self) -> bool:
        """Whether no one can tell; a name that means nothing is another matter, it fails the test."""
        checked = self.checked
        return checked.actual is Outcome.UNKNOWN and (checked.problem is None or checked.is_uncertain)

    @property
    def reasons_elsewhere(self) -> Iterator[tuple[str, Origin]]:
        """The sentences that have a place of their own, each place once."""
        own = self.checked.intent.origin
        seen: set[Origin] = {own, NOWHERE}
        for text, origin in self.reasons:
            if origin not in seen:
                seen.add(origin)
                yield text, origin


@dataclass(frozen=True, slots=True)
class IntentFinding:
    """What an editor says about a test file. `related`: sentences and the places that they are about."""

    message: str
    span: Span
    severity: Severity
    related: tuple[tuple[str, Origin], ...] = ()


def outcome_of(checked: Checked, engine: Engine) -> IntentOutcome:
    """A test with its reasons."""
    return IntentOutcome(checked, tuple(because(checked, engine)))


def verdict_words(outcome: IntentOutcome) -> str:
    """As in `✓ allowed`, `✗ denied`, `? unknown`: whether the test holds, and what the connection is."""
    checked = outcome.checked
    if outcome.is_unknown:
        return "? unknown"
    if checked.problem is not None:
        return "✗ cannot be asked"
    sign = "✓" if checked.passed else "✗"
    is_part = checked.pairs > 1 and checked.passed is checked.intent.is_any
    return f"{sign} {'one is ' if is_part else ''}{_WORDS[checked.actual]}"


def summary_words(outcomes: Iterable[IntentOutcome]) -> str:
    """As in `5 tests: 3 hold, 1 fails, 1 is unknown`."""
    every = list(outcomes)
    holds = sum(one.checked.passed for one in every)
    unknown = sum(one.is_unknown for one in every)
    fails = len(every) - holds - unknown
    parts = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (holds, "holds", "hold"),
            (fails, "fails", "fail"),
            (unknown, "is unknown", "are unknown"),
        )
        if count
    ]
    number = f"{len(every)} {'test' if len(every) == 1 else 'tests'}"
    return f"{number}: {', '.join(parts)}" if parts else number


def tooltip(outcome: IntentOutcome) -> str:
    """Why a test came out as it did, as Markdown."""
    head = f"**{expected(outcome.checked)}**{markdown_text(which_pair(outcome.checked))}"
    texts = list(dict.fromkeys(text for text, _ in outcome.reasons))
    lines = [f"- {markdown_text(text)}" for text in texts[:_REASONS_IN_TOOLTIP]]
    if len(texts) > _REASONS_IN_TOOLTIP:
        lines.append(f"- and {len(texts) - _REASONS_IN_TOOLTIP} more")
    return "\n".join([head, "", *lines])


def findings(file: IntentFile, outcomes: Iterable[IntentOutcome]) -> Iterator[IntentFinding]:
    """What is wrong with a test file, and which of its tests do not hold."""
    for problem in file.problems:
        yield IntentFinding(problem.message, problem.span, Severity.ERROR)
    for outcome in outcomes:
        if not outcome.checked.passed:
            yield _finding(outcome, is_live=file.is_live)


def _finding(outcome: IntentOutcome, *, is_live: bool) -> IntentFinding:
    checked = outcome.checked
    severity = Severity.INFO if outcome.is_unknown else Severity.ERROR
    if checked.problem is not None:
        if is_live:
            severity = Severity.INFO
        return IntentFinding(problem_sentence(checked), checked.intent.span_of(checked.field), severity)
    texts = list(dict.fromkeys(text for text, _ in outcome.reasons))
    why = "; ".join(texts[:_REASONS_IN_MESSAGE])
    message = f"{expected(checked)}{which_pair(checked)}" + (f": {why}" if why else "")
    return IntentFinding(message, checked.intent.span_of("expect"), severity, tuple(outcome.reasons_elsewhere))

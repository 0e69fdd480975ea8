"""Why a test of connections came out as it did, in sentences with places."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.explanations.connection import end_title, reason_sentence, side_sentence
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import Checked
from netpol_lsp.reach.intents import Outcome
from netpol_lsp.reach.why import Segment, explain
from netpol_lsp.workspace.ternary import Ternary

_ANSWERS = {Outcome.ALLOW: Ternary.YES, Outcome.DENY: Ternary.NO, Outcome.UNKNOWN: Ternary.UNKNOWN}
_CANDIDATES = 6


def expected(checked: Checked) -> str:
    """As in `expected allow, is deny`."""
    return f"expected {checked.intent.expectation}, is {checked.actual}"


def which_pair(checked: Checked) -> str:
    """As in ` (shop/web[Deployment] -> shop/db[Deployment])`, where several pairs were asked about; else ""."""
    if checked.pair is None or checked.pairs < 2:
        return ""
    return f" ({end_title(checked.pair.source)} -> {end_title(checked.pair.destination)})"


def problem_sentence(checked: Checked) -> str:
    """Why nothing could be asked, with the names that are known."""
    text = checked.problem or ""
    if checked.candidates:
        text += f"; known are {', '.join(checked.candidates[:_CANDIDATES])}"
    return text


def because(checked: Checked, engine: Engine) -> Iterator[tuple[str, Origin]]:
    """The sentences that say why a test came out as it did, each with its place."""
    if checked.problem is not None:
        yield problem_sentence(checked), checked.intent.origin
        return
    if checked.pair is None:
        return
    explanation = explain(engine, checked.pair)
    if explanation.is_loopback:
        yield "a Pod may always reach itself", checked.intent.origin
    wanted = _ANSWERS[checked.actual]
    segments = [item for item in explanation.segments if item.answer is wanted] or list(explanation.segments)
    for segment in segments:
        yield from _of_segment(segment, wanted, checked)


def _of_segment(segment: Segment, wanted: Ternary, checked: Checked) -> Iterator[tuple[str, Origin]]:
    for side in (segment.egress, segment.ingress):
        if side is None or (wanted is not Ternary.YES and side.answer is Ternary.YES):
            continue
        if not side.reasons and not side.doubts:
            yield side_sentence(side), checked.intent.origin
        for reason in side.reasons:
            yield reason_sentence(reason), reason.origin
        for doubt in side.doubts:
            yield doubt.text, doubt.origin
        for fact in side.facts:
            yield f"the network plugin: {fact}", checked.intent.origin

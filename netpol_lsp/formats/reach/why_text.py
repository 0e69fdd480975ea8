"""The answer to `why` for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.explanations.connection import (
    VERDICTS,
    end_title,
    reason_sentence,
    segment_title,
    side_sentence,
)
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.policies.networkpolicy.prose import plain
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.answer import Answer, Answered, Help
from netpol_lsp.reach.why import Reason, Segment, SideReasons
from netpol_lsp.workspace.ternary import Ternary

_STYLES = {Ternary.YES: "fix", Ternary.NO: "error", Ternary.UNKNOWN: "warning"}


def render(answer: Answer, places: Places, pen: Pen) -> str:
    """The verdict, both sides with the deciding lines, and what would help."""
    lines = list(_notes(answer))
    for number, item in enumerate(answer.answered):
        if number or lines:
            lines.append("")
        lines += _answered(item, places, pen)
    if len(answer.answered) > 1:
        lines += ["", _together(answer, pen)]
    return pen.lines(lines)


def _notes(answer: Answer) -> Iterator[str]:
    for named in (answer.source, answer.destination):
        if named.note:
            yield named.note
        if named.is_uncertain:
            yield f"`{named.text}` may mean more than the manifests show"


def _together(answer: Answer, pen: Pen) -> str:
    what = "some of them allowed, some denied" if answer.is_mixed else VERDICTS[answer.verdict]
    style = "warning" if answer.is_mixed else _STYLES[answer.verdict]
    return f"{len(answer.answered)} kinds of pairs: {pen.write(what, style)}"


def _answered(item: Answered, places: Places, pen: Pen) -> Iterator[str]:
    explanation = item.explanation
    if explanation.is_loopback:
        yield f"{pen.write('allow', 'fix')}: {end_title(explanation.source)}: a Pod may always reach itself"
        return
    if item.pair.is_unresolved:
        ends = f"{end_title(explanation.source)} -> {end_title(explanation.destination)}"
        yield f"{pen.write('unknown', 'warning')}: {ends}: the destination declares no port of this name"
        return
    for number, (segment, helps) in enumerate(zip(explanation.segments, item.helps, strict=True)):
        if number:
            yield ""
        verdict, colon, rest = segment_title(explanation, segment).partition(":")
        yield pen.write(verdict, _STYLES[segment.answer]) + colon + pen.write(rest, "bold")
        yield from _segment(segment, places, pen)
        for help_ in helps:
            yield from _help(help_, places, pen)


def _segment(segment: Segment, places: Places, pen: Pen) -> Iterator[str]:
    for side in (segment.egress, segment.ingress):
        if side is not None:
            yield from _side(side, places, pen)


def _side(side: SideReasons, places: Places, pen: Pen) -> Iterator[str]:
    name = f"{side.direction.value.lower():<8}"
    verdict = f"{VERDICTS[side.answer]:<8}"
    yield f"  {name}{pen.write(verdict, _STYLES[side.answer])}{side_sentence(side)}"
    for reason in side.reasons:
        yield f"    {reason_sentence(reason)}"
        yield from _lines(reason, places, pen)
    for doubt in side.doubts:
        yield f"    {doubt.text}"
        yield from _at(doubt.origin, places, pen)
    for fact in side.facts:
        yield f"    the network plugin: {plain(fact.text)}"
        yield from (f"      {pen.write('-->', 'gutter')} {source}" for source in fact.sources)


def _lines(reason: Reason, places: Places, pen: Pen) -> Iterator[str]:
    yield from _at(reason.origin, places, pen)
    if reason.port is not None and reason.peer is not None:
        yield from _at(reason.policy.origin_of(reason.port), places, pen)


def _at(origin: Origin, places: Places, pen: Pen) -> Iterator[str]:
    found = places.find(origin)
    if found is not None:
        yield f"      {pen.write('-->', 'gutter')} {found}   {pen.write(found.text.strip(), 'dim')}"


def _help(help_: Help, places: Places, pen: Pen) -> Iterator[str]:
    direction = help_.direction.value.lower()
    if help_.near_misses:
        yield f"  nearly allowed ({direction}):"
        for miss in help_.near_misses:
            yield f"    {miss.text}"
            yield from _at(miss.policy.origin_of(miss.peer or miss.rule), places, pen)
    if help_.edits:
        yield f"  smallest changes that allow it ({direction}), one of:"
        for number, edit in enumerate(help_.edits, 1):
            found = places.find(edit.origin)
            where = f"   {pen.write('-->', 'gutter')} {found}" if found is not None else ""
            yield f"    {number}. {edit.title}{where}"
            for line in edit.yaml.splitlines():
                yield f"         {pen.write(line, 'fix')}"

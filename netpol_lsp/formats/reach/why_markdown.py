"""The answer to `why` as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.explanations.connection import VERDICTS, end_title, reason_sentence, side_sentence
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.answer import Answer, Answered
from netpol_lsp.reach.traffic import describe


def render(answer: Answer, places: Places) -> str:
    """The answer: a heading for each connection, both sides, and what would help."""
    lines: list[str] = []
    for item in answer.answered:
        lines += _answered(item, places)
    return "\n".join(lines).rstrip() + "\n"


def _answered(item: Answered, places: Places) -> Iterator[str]:
    explanation = item.explanation
    ends = f"`{end_title(explanation.source)}` to `{end_title(explanation.destination)}`"
    if not explanation.segments:
        why = (
            "a Pod may always reach itself"
            if explanation.is_loopback
            else "the destination declares no port of this name"
        )
        yield from (f"### {VERDICTS[explanation.answer]}: {ends}", "", why, "")
    for segment, helps in zip(explanation.segments, item.helps, strict=True):
        yield from (f"### {VERDICTS[segment.answer]}: {ends}, {describe(segment.traffic)}", "")
        for side in (segment.egress, segment.ingress):
            if side is None:
                continue
            yield f"- **{side.direction.value.lower()} {VERDICTS[side.answer]}**: {side_sentence(side)}"
            for reason in side.reasons:
                yield f"  - {reason_sentence(reason)}{_at(reason.origin, places)}"
            for doubt in side.doubts:
                yield f"  - {doubt.text}{_at(doubt.origin, places)}"
            for fact in side.facts:
                links = " ".join(f"[{number}]({source})" for number, source in enumerate(fact.sources, 1))
                yield f"  - the network plugin: {fact.text} {links}"
        for help_ in helps:
            for miss in help_.near_misses:
                yield f"- nearly: {miss.text}{_at(miss.policy.origin_of(miss.peer or miss.rule), places)}"
            for edit in help_.edits:
                yield from (
                    f"- to allow it: {edit.title}",
                    "",
                    "  ```yaml",
                    *(f"  {line}" for line in edit.yaml.splitlines()),
                    "  ```",
                )
        yield ""


def _at(origin: Origin, places: Places) -> str:
    found = places.find(origin)
    return f" ([{found}]({found.link}#L{found.start[0]}))" if found is not None else ""

"""The answer to `why` as Markdown: words of manifests are never markup."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from netpol_lsp.explanations.connection import VERDICTS, end_title, reason_sentence, side_sentence
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.answer import Answer, Answered
from netpol_lsp.reach.traffic import describe
from netpol_lsp.text.markup import markdown_text


def render(answer: Answer, places: Places) -> str:
    """The answer: a heading for each connection, both sides, and what would help."""
    lines: list[str] = []
    for item in answer.answered:
        lines += _answered(item, places)
    return "\n".join(lines).rstrip() + "\n"


def _answered(item: Answered, places: Places) -> Iterator[str]:
    explanation = item.explanation
    ends = markdown_text(f"`{end_title(explanation.source)}` to `{end_title(explanation.destination)}`")
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
            yield f"- **{side.direction.value.lower()} {VERDICTS[side.answer]}**: {markdown_text(side_sentence(side))}"
            for reason in side.reasons:
                yield f"  - {markdown_text(reason_sentence(reason))}{_at(reason.origin, places)}"
            for doubt in side.doubts:
                yield f"  - {markdown_text(doubt.text)}{_at(doubt.origin, places)}"
            for fact in side.facts:
                links = " ".join(f"[{number}]({source})" for number, source in enumerate(fact.sources, 1))
                yield f"  - the network plugin: {fact.text} {links}"
        for help_ in helps:
            for miss in help_.near_misses:
                where = _at(miss.policy.origin_of(miss.peer or miss.rule), places)
                yield f"- nearly: {markdown_text(miss.text)}{where}"
            for edit in help_.edits:
                yield from (
                    f"- to allow it: {markdown_text(edit.title)}",
                    "",
                    "  ```yaml",
                    *(f"  {line}" for line in edit.yaml.splitlines()),
                    "  ```",
                )
        yield ""


def _at(origin: Origin, places: Places) -> str:
    found = places.find(origin)
    if found is None:
        return ""
    link = quote(found.link, safe="/:%~@+,=&!$;")
    return f" ([{markdown_text(str(found))}]({link}#L{found.start[0]}))"

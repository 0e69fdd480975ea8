"""Hover in files of connectivity tests: what a field is, whom a name means, and why a test holds or not."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.ide.intent_fields import description
from netpol_lsp.ide.intent_outcomes import IntentOutcome, tooltip
from netpol_lsp.lsp.features.intent_commands import asked_of, intent_at
from netpol_lsp.lsp.state.cached_intents import CachedIntents
from netpol_lsp.lsp.state.node_at_position import descend
from netpol_lsp.lsp.state.services import Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.reach.names import short_title
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import parse_document

_MOST = 8
Section = tuple[str, Span]


def hover_test(snapshot: Snapshot, offset: int, services: Services) -> tuple[list[str], Span] | None:
    """Sections of Markdown on what is at an offset, and its place in the file; None when that is not in a test file."""
    part = snapshot.part_at(offset)
    if part is None or all(part.index != tests.index for _, tests in snapshot.tests):
        return None
    root = parse_document(part.text, snapshot.source.uri).root
    place = descend(root, offset - part.start) if root is not None else None
    if place is None:
        return None
    path, node, entry, on_key = place
    span = (entry.key.span if on_key and entry is not None else node.span).shift(part.start)
    if on_key:
        text = description(path)
        return ([f"**{path[-1]}**\n\n{text}"], span) if text else None
    found = intent_at(snapshot, offset)
    if found is None:
        return None
    tests, outcome = found
    field = next((name for name, own in outcome.checked.intent.spans if own.contains(offset - part.start)), "")
    return [*_named(field, tests, outcome), _why(snapshot, tests, outcome, services)], span


def _named(field: str, tests: CachedIntents, outcome: IntentOutcome) -> Iterator[str]:
    """Whom the name under the pointer means."""
    intent = outcome.checked.intent
    text = {"from": intent.source, "to": intent.destination}.get(field)
    named = tests.names.find(text) if text is not None and tests.names is not None else None
    if named is None or not named.workloads or (len(named.workloads) == 1 and not named.is_pattern):
        return
    titles = sorted({short_title(item) for item in named.workloads})
    shown = [f"- {markdown_text(title)}" for title in titles[:_MOST]]
    if len(titles) > _MOST:
        shown.append(f"- and {len(titles) - _MOST} more")
    if named.is_uncertain:
        shown.append("- perhaps others that no manifest here shows")
    yield "\n".join([f"{markdown_text(f'`{text}`')} means:", "", *shown])


def _why(snapshot: Snapshot, tests: CachedIntents, outcome: IntentOutcome, services: Services) -> str:
    """The verdict, and why: as `netpol-lint why` explains the pair that decides."""
    from netpol_lsp.formats.reach import why_markdown  # noqa: PLC0415 - most sessions never ask
    from netpol_lsp.project.intent_answers import answer_of  # noqa: PLC0415

    asked = asked_of(snapshot, tests, services)
    found = answer_of(outcome.checked, asked)
    text = tooltip(outcome)
    return text if found is None else f"{text.splitlines()[0]}\n\n{why_markdown.render(found, asked.places)}"

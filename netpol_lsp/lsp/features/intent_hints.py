"""Beside each test of connections: whether it holds, as an inlay hint, and the way to its explanation, as a lens."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from netpol_lsp.ide.intent_outcomes import IntentOutcome, summary_words, tooltip, verdict_words
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.networkpolicy.prose import plain
from netpol_lsp.text.span import Span

EXPLAIN_TEST = "netpol.explainTest"
RUN_TESTS = "netpol.runTests"


def render_test_hints(snapshot: Snapshot, span: Span, *, markdown: bool) -> Iterator[Json]:
    """The verdict at the end of each test in a span."""
    for part, tests in snapshot.tests:
        for outcome in tests.check(snapshot.workspace, snapshot.config.settings):
            offset = part.start + _end(outcome, part.text)
            if span.contains(offset):
                text = tooltip(outcome)
                kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
                yield {
                    "position": snapshot.positions.position(offset),
                    "label": verdict_words(outcome),
                    "paddingLeft": True,
                    "tooltip": {"kind": kind.value, "value": text if markdown else plain(text)},
                }


def _end(outcome: IntentOutcome, text: str) -> int:
    """Where a verdict is drawn: after a test that is on one line, else after what is expected."""
    intent = outcome.checked.intent
    whole = intent.origin
    if "\n" in text[whole.start : whole.end]:
        return intent.span_of("expect").end
    return whole.end


def render_test_lenses(snapshot: Snapshot) -> Iterator[Json]:
    """Over the tests how they came out, with the way to the report; over each test the way to its explanation."""
    for part, tests in snapshot.tests:
        outcomes = tests.check(snapshot.workspace, snapshot.config.settings)
        if not outcomes:
            continue
        yield _lens(snapshot, part.start + tests.file.head.start, f"{summary_words(outcomes)} - report", RUN_TESTS)
        for outcome in outcomes:
            start = part.start + outcome.checked.intent.origin.start
            yield _lens(snapshot, start, f"{verdict_words(outcome)} - explain", EXPLAIN_TEST)


def _lens(snapshot: Snapshot, offset: int, title: str, command: str) -> Json:
    where = snapshot.positions.range(Span(offset, offset))
    arguments = [{"uri": snapshot.uri, "position": where["start"]}]
    return {"range": where, "command": {"title": title, "command": command, "arguments": arguments}}

"""The report on tests of connections, and the explanation of one of them, as an editor shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netpol_lsp.explanations.connection import VERDICTS
from netpol_lsp.explanations.intents import expected, problem_sentence, which_pair
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import tests, why_markdown, why_text
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.project.connection_answer import MIXED, ConnectionAnswer, WorkspaceTexts
from netpol_lsp.reach.answer import Answer, answer_pair
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import Checked
from netpol_lsp.reach.names import Names
from netpol_lsp.reach.ports import EVERY_PORT, parse_port
from netpol_lsp.text.markup import markdown_text


@dataclass(frozen=True, slots=True)
class IntentReport:
    """All tests of a file in words, how many hold and how many do not. `files`: see `ConnectionAnswer`."""

    text: str
    passed: int
    failed: int
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What tests were checked with, and the texts that they are about."""

    engine: Engine
    names: Names
    places: Places

    def files(self) -> dict[str, str]:
        """What the files are called that an answer has named, and their URIs."""
        texts = self.places.sources
        uris = texts.asked if isinstance(texts, WorkspaceTexts) else texts
        return {self.places.title(uri): uri for uri in uris}


def report(results: Sequence[Checked], asked: Asked) -> IntentReport:
    """All tests, as `netpol-lint test --verbose` tells of them."""
    text = tests.as_text(results, tests.Answered(asked.engine, asked.places), Pen(False), is_verbose=True)
    passed = sum(item.passed for item in results)
    return IntentReport(text, passed, len(results) - passed, asked.files())


def explain_test(checked: Checked, asked: Asked) -> ConnectionAnswer:
    """Why a test holds or not: the connection that decides it, as `netpol-lint why` explains it."""
    intent = checked.intent
    head = f"{intent.name}: {expected(checked)}"
    found = answer_of(checked, asked)
    if found is None:
        text = f"{head}\n{problem_sentence(checked)}\n"
        return ConnectionAnswer(str(checked.actual), text, f"{markdown_text(head)}\n\n{markdown_text(text)}")
    verdict = MIXED if found.is_mixed else VERDICTS[found.verdict]
    text = f"{head}{which_pair(checked)}\n\n{why_text.render(found, asked.places, Pen(False))}"
    markdown = f"{markdown_text(head)}\n\n{why_markdown.render(found, asked.places)}"
    return ConnectionAnswer(verdict, text, markdown, asked.files())


def answer_of(checked: Checked, asked: Asked) -> Answer | None:
    """The answer about the pair that decides a test; None when nothing could be asked."""
    if checked.pair is None:
        return None
    intent = checked.intent
    port = parse_port(intent.port) if intent.port else EVERY_PORT
    source, destination = asked.names.find(intent.source), asked.names.find(intent.destination)
    return answer_pair(asked.engine, source, destination, port, checked.pair)

"""Commands about tests of connections: the report on a file, and the explanation of one test."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from netpol_lsp.ide.intent_outcomes import IntentOutcome
from netpol_lsp.lsp.features.commands import first_argument, offset_at
from netpol_lsp.lsp.features.connections import client_uris, problem, still_reading, title_in
from netpol_lsp.lsp.features.intent_hints import EXPLAIN_TEST, RUN_TESTS
from netpol_lsp.lsp.state.cached_intents import CachedIntents
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import key_of_uri, path_of_uri

if TYPE_CHECKING:
    from netpol_lsp.project.intent_answers import Asked

NO_TESTS = "there are no tests of connections in this file"


def register(registry: Registry, services: Services) -> None:
    """Add the commands. Both take `{"uri": ..., "position"?: ...}`.

    `netpol.explainTest` answers as `netpol.why` does; `netpol.runTests` with `{"text", "passed", "failed", "files"}`.
    """

    @registry.command(EXPLAIN_TEST)
    def explain(*arguments: Any) -> Json:
        return _shown(services, answer_explain(services, first_argument(arguments)))

    @registry.command(RUN_TESTS)
    def run(*arguments: Any) -> Json:
        return _shown(services, answer_run(services, first_argument(arguments)))


def _shown(services: Services, answer: Json) -> Json:
    """Show an answer where the client does not do it."""
    if services.configuration.settings.show_results:
        services.client.show(str(answer.get("text") or answer.get("error")))
    return answer


def answer_explain(services: Services, asked: dict[str, Any]) -> Json:
    """The explanation of the test at a position."""
    from netpol_lsp.project.intent_answers import explain_test  # noqa: PLC0415 - most sessions never ask

    snapshot = _with_tests(services, asked.get("uri"))
    if not isinstance(snapshot, Snapshot):
        return snapshot
    found = intent_at(snapshot, offset_at(snapshot, asked.get("position")))
    if found is None:
        return problem("there is no test at this place")
    tests, outcome = found
    answer = explain_test(outcome.checked, asked_of(snapshot, tests, services))
    files = client_uris(answer.files, services.session)
    return {"verdict": answer.verdict, "text": answer.text, "markdown": answer.markdown, "files": files}


def answer_run(services: Services, asked: dict[str, Any]) -> Json:
    """The report on all tests of a file."""
    from netpol_lsp.project.intent_answers import report  # noqa: PLC0415 - most sessions never ask

    snapshot = _with_tests(services, asked.get("uri"))
    if not isinstance(snapshot, Snapshot):
        return snapshot
    results = [
        outcome.checked
        for _, tests in snapshot.tests
        for outcome in tests.check(snapshot.workspace, snapshot.config.settings)
    ]
    found = report(results, asked_of(snapshot, snapshot.tests[0][1], services))
    mistakes = sum(len(tests.file.problems) for _, tests in snapshot.tests)
    text = f"{mistakes} mistakes in the file: see its findings\n\n{found.text}" if mistakes else found.text
    files = client_uris(found.files, services.session)
    return {"text": text, "passed": found.passed, "failed": found.failed + mistakes, "files": files}


def _with_tests(services: Services, uri: Any) -> Snapshot | Json:
    """A document with tests beside all that is known; else what is answered instead."""
    snapshot = _judged(services, uri)
    if snapshot is None or not snapshot.tests:
        return problem(NO_TESTS)
    return snapshot if snapshot.workspace.is_complete else still_reading()


def _judged(services: Services, uri: Any) -> Snapshot | None:
    """A document beside all that is known: one that is open, or a file of the workspace."""
    if not isinstance(uri, str):
        return None
    session = services.session
    found = session.beside_all(uri)
    if found is not None:
        return found
    path = path_of_uri(uri)
    is_inside = path is not None and services.configuration.is_inside(path)
    source = session.source_of(key_of_uri(uri)) if is_inside else None
    return session.make(uri, source.text) if source is not None else None


def intent_at(snapshot: Snapshot, offset: int | None) -> tuple[CachedIntents, IntentOutcome] | None:
    """The test at an offset of a document."""
    for part, tests in snapshot.tests if offset is not None else ():
        for outcome in tests.check(snapshot.workspace, snapshot.config.settings):
            origin = outcome.checked.intent.origin
            if origin.start <= cast("int", offset) - part.start <= origin.end:
                return tests, outcome
    return None


def asked_of(snapshot: Snapshot, tests: CachedIntents, services: Services) -> Asked:
    """What the tests of a document were checked with."""
    from netpol_lsp.formats.reach.places import Places  # noqa: PLC0415 - most sessions never ask
    from netpol_lsp.project.connection_answer import WorkspaceStarts, WorkspaceTexts  # noqa: PLC0415
    from netpol_lsp.project.intent_answers import Asked  # noqa: PLC0415

    assert tests.known is not None
    assert tests.names is not None
    view = snapshot.workspace.view
    own = {(snapshot.source.uri, part.index): part.start for part, _ in snapshot.tests}
    starts: Mapping[tuple[str, int], int] = ChainMap(own, cast("Any", WorkspaceStarts(view)))
    texts = WorkspaceTexts(view, services.session.source_of)
    places = Places(texts, starts, title_in(services.configuration.roots))
    return Asked(tests.known.engine, tests.names, places)

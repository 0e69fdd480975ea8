"""Has verdicts beside tests drawn again when another file has changed them: clients ask anew after edits of the file only."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.ide.intent_outcomes import IntentOutcome
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.text.source import Source


class IntentRedraw:
    """Remembers how the tests of each open document came out when it was checked last."""

    def __init__(self, client: ClientPort) -> None:
        self._client = client
        self._shown: dict[str, tuple[Source, list[object]]] = {}

    def checked(self, snapshot: Snapshot) -> None:
        """A document has been checked: have its verdicts drawn again when they are others than before, and its text is not."""
        if not snapshot.tests:
            self._shown.pop(snapshot.uri, None)
            return
        look = [_look(outcome) for _, tests in snapshot.tests for outcome in tests.outcomes]
        source, before = self._shown.get(snapshot.uri, (None, []))
        self._shown[snapshot.uri] = (snapshot.source, look)
        # What was drawn before the first verdicts were known has none, whatever the text was.
        if look != before and (source is snapshot.source or not before):
            self._refresh()

    def _refresh(self) -> None:
        client = self._client.capabilities
        if client.refreshes_hints:
            self._client.request(types.WORKSPACE_INLAY_HINT_REFRESH, None)
        if client.refreshes_lenses:
            self._client.request(types.WORKSPACE_CODE_LENS_REFRESH, None)
        if client.pulls_diagnostics and client.refreshes_diagnostics:
            self._client.request(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)


def _look(outcome: IntentOutcome) -> object:
    return outcome.checked.actual, outcome.checked.passed, outcome.checked.problem, outcome.reasons

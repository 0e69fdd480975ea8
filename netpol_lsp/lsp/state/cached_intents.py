"""The tests of connections in one YAML document, and how they came out: worked out again when the workspace has changed."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.config.settings import Settings
from netpol_lsp.ide.intent_outcomes import IntentOutcome, outcome_of
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.lint.known_cluster import KnownCluster, cluster_and_names
from netpol_lsp.project.workspace_state import WorkspaceState
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import checking
from netpol_lsp.reach.intents import IntentFile, Outcome
from netpol_lsp.reach.names import Names
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_Question = tuple[str, str, str | None, Outcome, bool, CidrSet]
_ANSWERS: Memo[Engine, _Question, IntentOutcome] = Memo()
"""How questions came out: a keystroke in a file of tests changes one of them."""


class CachedIntents:
    """`file` is what the document says; `index` its number in its file.

    `outcomes` are those of the last check, () before the first one; `known` and `names` what they were worked out with.
    """

    __slots__ = ("_for", "file", "index", "known", "names", "outcomes")

    def __init__(self, file: IntentFile, index: int) -> None:
        self.file = file
        self.index = index
        self.outcomes: tuple[IntentOutcome, ...] = ()
        self.known: KnownCluster | None = None
        self.names: Names | None = None
        self._for: tuple[WorkspaceSnapshot, Settings] | None = None

    def check(self, workspace: WorkspaceState, settings: Settings) -> tuple[IntentOutcome, ...]:
        """How the tests come out beside a workspace; () before all of its files have been read."""
        for _ in self.steps(workspace, settings):
            pass
        return self.outcomes

    def steps(self, workspace: WorkspaceState, settings: Settings) -> Iterator[None]:
        """The same bit by bit."""
        view = workspace.view
        if not workspace.is_complete:
            self.outcomes, self._for = (), None
            return
        if self._for is not None and self._for[0] is view and self._for[1] is settings:
            return
        known, names = cluster_and_names(view, settings)
        yield
        found = []
        answers = _ANSWERS.of(known.engine)
        for intent in self.file.intents:
            key = (intent.source, intent.destination, intent.port, intent.expect, intent.is_any, names.inside)
            answer = answers.get(key)
            if answer is None:
                checked = yield from checking(known.engine, names, intent)
                answer = answers[key] = outcome_of(checked, known.engine)
                yield
            found.append(answer.of(intent))
        self.outcomes, self.known, self.names = tuple(found), known, names
        self._for = (view, settings)

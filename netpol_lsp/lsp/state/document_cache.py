"""What has been found out about one YAML document: kept while its text is the same, wherever it is in its file."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from netpol_lsp.config.config import FileConfig
from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.ide.workspace_words import Vocabulary
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part
from netpol_lsp.lint.engine import lint_document, move_findings
from netpol_lsp.lint.file_facts import file_facts
from netpol_lsp.lint.plan import Scope
from netpol_lsp.lsp.state.cached_intents import CachedIntents
from netpol_lsp.lsp.transport.movable_json import MovableJson
from netpol_lsp.project.workspace_state import WorkspaceState
from netpol_lsp.reach.intent_files import read_tests
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import NO_FACTS, FileFacts
from netpol_lsp.workspace.parts import Dependencies, shelves_of
from netpol_lsp.workspace.reads import READS
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.templates.languages import Language


class CachedDocument:
    """`analysis` is None for a document of someone else. `language`: the template language in which it was read.

    `revision` is another object whenever the document has other findings, `look` whenever they look otherwise (their
    fixes do not count: these depend on other policies more often). `written`: what was sent about it,
    by feature. `words`: its labels and ports, once someone has asked for them. `shelves`: the
    keys of the policies that the findings of the last check were read from.
    """

    __slots__ = (
        "_config",
        "_dependencies",
        "_found",
        "_looks",
        "_moment",
        "_moved",
        "_place",
        "_placed",
        "_placed_for",
        "_tests",
        "_together",
        "_world",
        "analysis",
        "language",
        "look",
        "revision",
        "shelves",
        "words",
        "written",
    )

    def __init__(self, analysis: DocumentAnalysis | None, language: Language | None = None) -> None:
        self.analysis = analysis
        self.language = language
        self.revision = self.look = object()
        self.written: dict[str, MovableJson] = {}
        self.words: Vocabulary | None = None
        self.shelves: frozenset[Hashable] = frozenset()
        self._config: FileConfig | None = None
        self._world: object = None
        self._dependencies: Dependencies | None = None
        self._moment: object = None
        self._found: list[Diagnostic] = []
        self._together: list[Diagnostic] = []
        self._looks: list[Diagnostic] = []
        self._place: tuple[object, int, int] | None = None
        self._moved: list[Diagnostic] = []
        self._placed_for: tuple[Settings, int] | None = None
        self._placed = NO_FACTS
        self._tests: tuple[int, CachedIntents | None] | None = None

    def check(self, config: FileConfig, workspace: WorkspaceState) -> None:
        """Find out what is wrong with the document.

        What depends on the document alone is found once; the rest again when something changes that it was read from,
        and not before all is known.
        """
        if self.analysis is None:
            return
        if self._config is not config:
            self._config, self._world, self._dependencies = config, None, None
            self._found = lint_document(self.analysis, config, scope=Scope.DOCUMENT)
            self.revision = self.look = object()
        if self._world is not workspace.token and workspace.is_complete:
            self._world = workspace.token
            if not self._holds_in(workspace.view):
                with READS.recording() as reads:
                    together = lint_document(self.analysis, config, workspace.view, Scope.WORKSPACE)
                self.shelves, self._dependencies = shelves_of(reads), Dependencies(workspace.view, reads)
                self._moment = workspace.view.index.moment
                self.revision = object()
                looks = list(map(_look, together))
                if looks != self._looks:
                    self.look, self._looks = self.revision, looks
                self._together = together

    def _holds_in(self, view: WorkspaceSnapshot) -> bool:
        """Whether what depends on other manifests is as it was found, which is what `view` is compared with from then on."""
        if self._dependencies is None:
            return False
        # An edit touches a few shelves: who read from none of them need not compare.
        touched = view.index.touched_since(self._moment)
        if (touched is None or not touched.isdisjoint(self.shelves)) and not self._dependencies.hold_in(view):
            return False
        self._moment = view.index.moment
        return True

    def let_go(self) -> None:
        """Forget what depends on other manifests: its fixes keep alive all that they were found beside.

        What was sent is remembered; the next check finds the rest again.
        """
        self._world, self._dependencies, self._place = None, None, None
        self._together, self._moved = [], []

    @property
    def dependencies(self) -> Dependencies | None:
        """What the findings were read from besides the document, once they are known."""
        return self._dependencies

    def has(self, is_wanted: Callable[[Diagnostic], bool]) -> bool:
        """Whether the last check found something of a kind, wherever it is."""
        return any(map(is_wanted, self._found)) or any(map(is_wanted, self._together))

    def findings(self, part: Part) -> list[Diagnostic]:
        """What the last check found, by place, where the document is now."""
        place = (self.revision, part.start, part.index)
        if self._place != place:
            self._place = place
            found = sorted((*self._found, *self._together), key=lambda diagnostic: diagnostic.sort_key)
            self._moved = move_findings(found, part)
        return self._moved

    def tests(self, part: Part, uri: str) -> CachedIntents | None:
        """The tests of connections that the document holds; None when it is something else."""
        if self._tests is None or self._tests[0] != part.index:
            file = read_tests(part.text, uri, part.index)
            self._tests = (part.index, CachedIntents(file, part.index) if file is not None else None)
        return self._tests[1]

    def facts(self, part: Part, source: Source, settings: Settings) -> FileFacts:
        """What the document says, as the workspace knows it."""
        if self._placed_for is None or self._placed_for[0] is not settings or self._placed_for[1] != part.index:
            self._placed_for = (settings, part.index)
            self._placed = file_facts(Analysis(source, (part,)), settings)
        return self._placed


def _look(diagnostic: Diagnostic) -> Diagnostic:
    """A finding as it is shown: without its fixes."""
    return replace(diagnostic, fixes=())

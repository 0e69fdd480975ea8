"""Connectivity of a workspace, and its difference from a git revision, as pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.config.settings import Settings
from netpol_lsp.files.discovery import Excluded
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.formats.page.connectivity import connectivity_data
from netpol_lsp.formats.page.diff import diff_data
from netpol_lsp.formats.page.html import page
from netpol_lsp.formats.page.tables import Data
from netpol_lsp.formats.reach.connection_lines import whole_report
from netpol_lsp.formats.reach.diff_text import BothPlaces
from netpol_lsp.formats.reach.places import Places, duplicate_sentences
from netpol_lsp.project.cluster_inputs import cluster_of
from netpol_lsp.project.git_revision import find_revision, read_revision
from netpol_lsp.reach.enforcement import enforcement_of
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.exposure import ExposedConnectivity
from netpol_lsp.reach.from_facts import DEFAULT_NAMESPACE, ClusterBuilder
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

Proceed = Callable[[], None]
"""Called between steps; it may raise to end the work."""


@dataclass(frozen=True, slots=True)
class WorkspaceFiles:
    """The files that a page is about, as they are at one moment: safe to be used by another thread.

    `context`: those of them that count but are not linted. `starts`: where documents start, by URI and number. `texts`
    gives the text of a file. `title`: what a file is called. `is_excluded`: which paths the configuration leaves out.
    """

    facts: Mapping[str, FileFacts]
    context: frozenset[str]
    starts: Mapping[tuple[str, int], int]
    texts: Mapping[str, Source]
    title: Callable[[str], str]
    settings: Settings
    is_excluded: Excluded | None = None

    @property
    def places(self) -> Places:
        """The places in the files."""
        return Places(self.texts, self.starts, self.title)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the URIs of the files that it names, by what it calls them."""

    html: str
    files: Mapping[str, str]


def connectivity_page(files: WorkspaceFiles, subject: str, proceed: Proceed) -> Page:
    """Who may talk to whom, as `netpol-lint connectivity --format html` shows it. `subject`: what the files are called together."""
    engine, notes = _engine(files)
    proceed()
    report = whole_report(ExposedConnectivity(engine))
    proceed()
    data = connectivity_data(report, engine, files.places, notes, proceed)
    return _page({**data, "subject": subject})


def diff_page(files: WorkspaceFiles, folder: str, base: str, subject: str, proceed: Proceed) -> Page:
    """What has changed below a folder since a git revision. Raises GitProblem."""
    revision = find_revision(base, folder, may_fetch=False)
    read = [
        item
        for item in read_revision(revision, (), folder, files.is_excluded, may_fetch=False)
        if not isinstance(item, ReadProblem)
    ]
    proceed()
    before = cluster_of([(item, files.settings) for item in read], (), files.settings)
    proceed()
    engine, notes = _engine(files)
    places = BothPlaces(Places(before.sources, before.starts), files.places)
    names = (f"{revision.name} ({revision.commit[:12]})", "the files now")
    data = diff_data(Engine(before.cluster, before.enforcement), engine, places, names, notes, proceed)
    return _page({**data, "subject": subject})


def _engine(files: WorkspaceFiles) -> tuple[Engine, list[str]]:
    """An engine of its own, and what is to be said of objects that are there twice."""
    capabilities = files.settings.capabilities
    ignores_types = capabilities.has(Capability.POLICY_TYPES) is False
    builder = ClusterBuilder(files.settings.default_namespace or DEFAULT_NAMESPACE, ignores_types=ignores_types)
    cluster = builder.build(WorkspaceSnapshot.of_files(files.facts, files.context))
    return Engine(cluster, enforcement_of(capabilities)), list(duplicate_sentences(builder.duplicates, files.places))


def _page(data: Data) -> Page:
    return Page(page(data), {row["path"]: row["link"] for row in data["places"] if "link" in row})

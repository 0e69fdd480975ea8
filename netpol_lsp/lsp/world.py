"""All policies that are known: those of open documents, and of the workspace's files on disk."""

from __future__ import annotations

from collections.abc import Mapping

from netpol_lsp.lint.analysis import DocumentAnalysis, analyse
from netpol_lsp.lint.config import FileConfig
from netpol_lsp.lint.placing import placed_policies
from netpol_lsp.lint.settings import Settings
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.view import EMPTY, PlacedPolicy, WorkspaceView

Policies = tuple[PlacedPolicy, ...]


class World:
    """The view that rules judge by, at one moment; immutable. Open documents win over the disk."""

    __slots__ = ("_disk", "_open", "_relevant", "view")

    def __init__(
        self,
        view: WorkspaceView = EMPTY,
        disk: Mapping[str, Policies] | None = None,
        opened: frozenset[str] = frozenset(),
    ) -> None:
        self.view = view
        self._disk = disk or {}
        self._open = opened
        self._relevant: dict[str | None, Policies] = {}

    def with_document(self, uri: str, policies: Policies) -> World:
        """The world with an open document as it is now; itself when no policy in it has changed."""
        view = self.view.with_file(uri, policies)
        if view is self.view and uri in self._open:
            return self
        return World(view, self._disk, self._open | {uri})

    def without_document(self, uri: str) -> World:
        """The world with the disk's text of a document that was closed."""
        if uri not in self._open:
            return self
        return World(self.view.with_file(uri, self._disk.get(uri, ())), self._disk, self._open - {uri})

    def with_disk(self, files: Mapping[str, Policies]) -> World:
        """The world with what a scan of the disk found."""
        kept = {uri: self.view.files[uri] for uri in self._open if uri in self.view.files}
        disk = {uri: policies for uri, policies in files.items() if policies}
        view = WorkspaceView({**{uri: found for uri, found in disk.items() if uri not in self._open}, **kept})
        return World(view, disk, self._open)

    def with_files(self, changed: Mapping[str, Policies]) -> World:
        """The world with some files of the disk as they are now; no policies: the file is gone, or holds none."""
        disk = {**self._disk, **changed}
        view = self.view
        for uri, policies in changed.items():
            if uri not in self._open:
                view = view.with_file(uri, policies)
        return World(view, {uri: found for uri, found in disk.items() if found}, self._open)

    def relevant(self, analysis: DocumentAnalysis, config: FileConfig) -> tuple[Policies, ...]:
        """What findings of a document that depend on other policies depend on."""
        default = config.settings.default_namespace
        return tuple(self._relevant_to(policy.object.namespace or default) for policy in analysis.policies)

    def _relevant_to(self, namespace: str | None) -> Policies:
        """The policies that may end up in a namespace: the same values as long as none of them changes."""
        if namespace not in self._relevant:
            view = self.view
            named = tuple(view) if namespace is None else (*view.policies_in(namespace), *view.policies_in(None))
            self._relevant[namespace] = (*named, *view.policies_of_unknown_namespace)
        return self._relevant[namespace]


NOWHERE = World()
"""The world in which no policy is known."""


def policies_of(source: Source, settings: Settings) -> Policies:
    """The policies of a text."""
    return placed_policies(analyse(source), settings)

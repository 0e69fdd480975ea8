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

    __slots__ = ("_digests", "_disk", "_open", "view")

    def __init__(
        self,
        view: WorkspaceView = EMPTY,
        disk: Mapping[str, Policies] | None = None,
        opened: frozenset[str] = frozenset(),
    ) -> None:
        self.view = view
        self._disk = disk or {}
        self._open = opened
        self._digests: dict[str | None, str] = {}

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

    def digest(self, analysis: DocumentAnalysis, config: FileConfig) -> tuple[str, ...]:
        """What findings that depend on other policies depend on, for the policies of a document."""
        default = config.settings.default_namespace
        return tuple(self._digest(policy.object.namespace or default) for policy in analysis.policies)

    def _digest(self, namespace: str | None) -> str:
        if namespace not in self._digests:
            self._digests[namespace] = self.view.digest(namespace)
        return self._digests[namespace]


NOWHERE = World()
"""The world in which no policy is known."""


def policies_of(source: Source, settings: Settings) -> Policies:
    """The policies of a text."""
    return placed_policies(analyse(source), settings)

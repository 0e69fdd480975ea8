"""All policies that are known: those of open documents, and of the workspace's files on disk."""

from __future__ import annotations

from collections.abc import Mapping

from netpol_lsp.lint.analysis import DocumentAnalysis, analyse
from netpol_lsp.lint.config import FileConfig
from netpol_lsp.lint.placing import placed_policies
from netpol_lsp.lint.settings import Settings
from netpol_lsp.model.policy import NetworkPolicy
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.view import EMPTY, PlacedPolicy, WorkspaceView

Policies = tuple[PlacedPolicy, ...]


class World:
    """The view that rules judge by, at one moment; immutable. Open documents win over the disk.

    `is_complete`: the workspace's files have been read, so what is not in the view is not there.
    """

    __slots__ = ("_disk", "_open", "_relevant", "is_complete", "view")

    def __init__(
        self,
        view: WorkspaceView = EMPTY,
        disk: Mapping[str, Policies] | None = None,
        opened: frozenset[str] = frozenset(),
        *,
        is_complete: bool = True,
    ) -> None:
        self.view = view
        self._disk = disk or {}
        self._open = opened
        self._relevant: dict[str | None, Policies] = {}
        self.is_complete = is_complete

    def with_completeness(self, *, is_complete: bool) -> World:
        """The world while the first scan of the disk is under way, or after it."""
        return World(self.view, self._disk, self._open, is_complete=is_complete)

    def with_document(self, uri: str, policies: Policies) -> World:
        """The world with an open document as it is now; itself when no policy in it has changed."""
        view = self.view.with_file(uri, policies)
        if view is self.view and uri in self._open:
            return self
        return World(view, self._disk, self._open | {uri}, is_complete=self.is_complete)

    def without_document(self, uri: str) -> World:
        """The world with the disk's text of a document that was closed."""
        if uri not in self._open:
            return self
        view = self.view.with_file(uri, self._disk.get(uri, ()))
        return World(view, self._disk, self._open - {uri}, is_complete=self.is_complete)

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
        disk = {uri: found for uri, found in disk.items() if found}
        return World(view, disk, self._open, is_complete=self.is_complete)

    def relevant(self, analysis: DocumentAnalysis, config: FileConfig) -> tuple[Policies, ...]:
        """What findings of a document that depend on other policies depend on."""
        default = config.settings.default_namespace
        return tuple(self._relevant_to(_namespace(policy, default)) for policy in analysis.policies)

    def _relevant_to(self, namespace: str | None) -> Policies:
        """The policies that may end up in a namespace: the same values as long as none of them changes."""
        if namespace not in self._relevant:
            view = self.view
            named = tuple(view) if namespace is None else (*view.policies_in(namespace), *view.policies_in(None))
            self._relevant[namespace] = (*named, *view.policies_of_unknown_namespace)
        return self._relevant[namespace]


def _namespace(policy: NetworkPolicy, default: str | None) -> str | None:
    """The namespace of a policy; None where nobody knows it."""
    field = policy.object.namespace_field
    if field is not None and field.value is None and not field.is_null:
        return None
    return policy.object.namespace or default


NOWHERE = World()
"""The world in which no policy is known."""


def policies_of(source: Source, settings: Settings) -> Policies:
    """The policies of a text."""
    return placed_policies(analyse(source), settings)

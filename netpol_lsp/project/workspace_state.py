"""All policies that are known: those of open documents, and of the workspace's files on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netpol_lsp.config.config import FileConfig
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import DocumentAnalysis, analyse
from netpol_lsp.lint.locate import located_policies
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.snapshot import EMPTY, LocatedPolicy, WorkspaceSnapshot

Policies = tuple[LocatedPolicy, ...]


class WorkspaceState:
    """The view that rules judge by, at one moment; immutable. Open documents win over the disk, both over the context.

    `is_complete`: the workspace's files have been read, so what is not in the view is not there.
    """

    __slots__ = ("_context", "_disk", "_linted", "_open", "_relevant", "is_complete", "view")

    def __init__(
        self,
        linted: WorkspaceSnapshot = EMPTY,
        disk: Mapping[str, Policies] | None = None,
        opened: frozenset[str] = frozenset(),
        context: Mapping[str, Policies] | None = None,
        *,
        is_complete: bool = True,
    ) -> None:
        self._linted = linted
        self._disk = disk or {}
        self._open = opened
        self._context = context or {}
        self._relevant: dict[str | None, Policies] = {}
        self.is_complete = is_complete
        more = [
            located
            for uri, found in self._context.items()
            if uri not in self._open and uri not in self._disk
            for located in found
        ]
        self.view = linted.with_context(more) if more else linted

    def with_completeness(self, *, is_complete: bool) -> WorkspaceState:
        """The workspace while the first scan of the disk is under way, or after it."""
        if is_complete is self.is_complete:
            return self
        return WorkspaceState(self._linted, self._disk, self._open, self._context, is_complete=is_complete)

    def with_document(self, uri: str, policies: Policies) -> WorkspaceState:
        """The workspace with an open document as it is now; itself when no policy in it has changed."""
        linted = self._linted.with_file(uri, policies)
        if linted is self._linted and uri in self._open:
            return self
        return self._changed(linted, opened=self._open | {uri})

    def without_document(self, uri: str) -> WorkspaceState:
        """The workspace with the disk's text of a document that was closed."""
        if uri not in self._open:
            return self
        linted = self._linted.with_file(uri, self._disk.get(uri, ()))
        return self._changed(linted, opened=self._open - {uri})

    def with_disk(self, files: Mapping[str, Policies]) -> WorkspaceState:
        """The workspace with what a scan of the disk found."""
        kept = {uri: self._linted.files[uri] for uri in self._open if uri in self._linted.files}
        disk = {uri: policies for uri, policies in files.items() if policies}
        linted = WorkspaceSnapshot({**{uri: found for uri, found in disk.items() if uri not in self._open}, **kept})
        return self._changed(linted, disk=disk)

    def with_files(self, changed: Mapping[str, Policies]) -> WorkspaceState:
        """The workspace with some files of the disk as they are now; no policies: the file is gone, or holds none."""
        disk = {uri: found for uri, found in {**self._disk, **changed}.items() if found}
        linted = self._linted
        for uri, policies in changed.items():
            if uri not in self._open:
                linted = linted.with_file(uri, policies)
        return self._changed(linted, disk=disk)

    def with_context(self, files: Mapping[str, Policies]) -> WorkspaceState:
        """The workspace with the policies that count but are not linted, by file."""
        return WorkspaceState(self._linted, self._disk, self._open, files, is_complete=self.is_complete)

    def is_context(self, uri: str) -> bool:
        """Whether a file counts but is not linted."""
        return uri in self._context

    def with_context_file(self, uri: str, policies: Policies) -> WorkspaceState:
        """The workspace with a file of the context as it is in the editor; itself when no policy in it is another."""
        if self._context.get(uri) == policies:
            return self
        return self.with_context({**self._context, uri: policies})

    def _changed(
        self,
        linted: WorkspaceSnapshot,
        *,
        disk: Mapping[str, Policies] | None = None,
        opened: frozenset[str] | None = None,
    ) -> WorkspaceState:
        return WorkspaceState(
            linted,
            self._disk if disk is None else disk,
            self._open if opened is None else opened,
            self._context,
            is_complete=self.is_complete,
        )

    def relevant(self, analysis: DocumentAnalysis, config: FileConfig) -> tuple[Policies, ...]:
        """What findings of a document that depend on other policies depend on."""
        return self.relevant_to(namespaces_of(analysis, config))

    def relevant_to(self, namespaces: Iterable[str | None]) -> tuple[Policies, ...]:
        """What findings about policies of these namespaces depend on."""
        return tuple(map(self._relevant_to, namespaces))

    def _relevant_to(self, namespace: str | None) -> Policies:
        """The policies that may end up in a namespace: the same values as long as none of them changes."""
        if namespace not in self._relevant:
            view = self.view
            named = tuple(view) if namespace is None else (*view.policies_in(namespace), *view.policies_in(None))
            self._relevant[namespace] = (*named, *view.policies_of_unknown_namespace)
        return self._relevant[namespace]


def namespaces_of(analysis: DocumentAnalysis, config: FileConfig) -> tuple[str | None, ...]:
    """The namespaces of a document's policies; None where nobody knows it."""
    default = config.settings.default_namespace
    return tuple(_namespace(policy, default) for policy in analysis.policies)


def _namespace(policy: NetworkPolicy, default: str | None) -> str | None:
    """The namespace of a policy; None where nobody knows it."""
    field = policy.object.namespace_field
    if field is not None and field.value is None and not field.is_null:
        return None
    return policy.object.namespace or default


NO_WORKSPACE = WorkspaceState()
"""The workspace in which no policy is known."""


def policies_of(source: Source, settings: Settings) -> Policies:
    """The policies of a text."""
    return located_policies(analyse(source), settings)

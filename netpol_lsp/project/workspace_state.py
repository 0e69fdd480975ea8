"""All manifests that are known: those of open documents, and of the workspace's files on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from netpol_lsp.workspace.covered_files import without_objects
from netpol_lsp.workspace.index import NO_FACTS, FileFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.project.rendered_overlay import FileOverlay
    from netpol_lsp.project.renderings import Renderings


class WorkspaceState:
    """What rules judge by, at one moment; immutable. Open documents win over the disk, both over the context.

    What was rendered stands for the files that it was rendered from. `is_complete`: the workspace's files have been read, so
    what is not in the view is not there. `overlays`: what renderings say of files, by URI. `token` stands for the
    state where it must not be kept alive.
    """

    __slots__ = ("_context", "_disk", "_open", "is_complete", "overlays", "renderings", "token", "view")

    def __init__(
        self,
        view: WorkspaceSnapshot | None = None,
        disk: Mapping[str, FileFacts] | None = None,
        opened: frozenset[str] = frozenset(),
        context: Mapping[str, FileFacts] | None = None,
        *,
        is_complete: bool = True,
        renderings: Renderings | None = None,
        overlays: Mapping[str, FileOverlay] | None = None,
    ) -> None:
        self.view = view if view is not None else WorkspaceSnapshot()
        self._disk = disk or {}
        self._open = opened
        self._context = context or {}
        self.is_complete = is_complete
        self.renderings = renderings
        self.overlays = overlays or {}
        self.token = object()

    def with_completeness(self, *, is_complete: bool) -> WorkspaceState:
        """The workspace while the first scan of the disk is under way, or after it."""
        if is_complete is self.is_complete:
            return self
        return self._changed(self.view, is_complete=is_complete)

    def with_renderings(self, renderings: Renderings | None) -> WorkspaceState:
        """The workspace in which this was rendered, and nothing else; what renderings say of files is not known yet."""
        before, after = _covered(self.renderings), _covered(renderings)
        files = self.view.index.files
        known = {
            uri: self._disk.get(uri, files.get(uri, NO_FACTS)) for uri in before ^ after if uri not in self._context
        }
        gone = dict.fromkeys(_rendered(self.renderings), NO_FACTS)
        self.view.places.rendered = renderings.written if renderings is not None else {}
        view = self._with({**gone, **known, **_rendered(renderings)}, covered=after)
        return self._changed(view, renderings=renderings, overlays={})

    def with_overlays(self, overlays: Mapping[str, FileOverlay]) -> WorkspaceState:
        """The workspace with what its renderings say of files."""
        return self._changed(self.view, overlays=overlays)

    def with_document(self, uri: str, facts: FileFacts) -> WorkspaceState:
        """The workspace with an open document as it is now; itself when no fact in it has changed."""
        view = self._with({uri: facts})
        if view is self.view and uri in self._open:
            return self
        return self._changed(view, opened=self._open | {uri})

    def without_document(self, uri: str) -> WorkspaceState:
        """The workspace with the disk's text of a document that was closed."""
        if uri not in self._open:
            return self
        opened = self._open - {uri}
        if uri in self._disk or uri not in self._context:
            return self._changed(self._with({uri: self._disk.get(uri, NO_FACTS)}), opened=opened)
        return self._changed(self._with({uri: self._context[uri]}, [uri]), opened=opened)

    def with_disk(self, files: Mapping[str, FileFacts]) -> WorkspaceState:
        """The workspace with what a scan of the disk found."""
        disk = {uri: facts for uri, facts in files.items() if facts}
        index = self.view.index
        made = _rendered(self.renderings)
        linted = {uri for uri in index.files if uri not in index.context and uri not in self._open and uri not in made}
        gone = {uri: NO_FACTS for uri in linted if uri not in disk and uri not in self._context}
        back = {uri: self._context[uri] for uri in linted if uri not in disk and uri in self._context}
        changed = {**gone, **back, **{uri: facts for uri, facts in disk.items() if uri not in self._open}}
        return self._changed(self._with(changed, back), disk=disk)

    def with_files(self, changed: Mapping[str, FileFacts]) -> WorkspaceState:
        """The workspace with some files of the disk as they are now; no facts: the file is gone, or holds none."""
        disk = self._disk_with(changed)
        shown = {uri: facts for uri, facts in changed.items() if uri not in self._open}
        back = {uri: self._context[uri] for uri, facts in shown.items() if not facts and uri in self._context}
        view = self._with({**shown, **back}, back)
        return self if view is self.view and disk is self._disk else self._changed(view, disk=disk)

    def _disk_with(self, changed: Mapping[str, FileFacts]) -> Mapping[str, FileFacts]:
        """The files of the disk with these instead; itself when none is another, or elsewhere in its file."""
        old = ((self._disk.get(uri, NO_FACTS), facts) for uri, facts in changed.items())
        if all(before == facts and before.starts == facts.starts for before, facts in old):
            return self._disk
        disk = {**self._disk, **changed}
        for uri, facts in changed.items():
            if not facts:
                del disk[uri]
        return disk

    def with_context(self, files: Mapping[str, FileFacts]) -> WorkspaceState:
        """The workspace with the facts that count but are not linted, by file."""
        hidden = self._open | self._disk.keys()
        shown = {uri: facts for uri, facts in files.items() if uri not in hidden}
        gone = {uri: NO_FACTS for uri in self._context if uri not in files and uri not in hidden}
        return self._changed(self._with({**gone, **shown}, shown), context=files)

    def is_context(self, uri: str) -> bool:
        """Whether a file counts but is not linted."""
        return uri in self._context

    def with_context_file(self, uri: str, facts: FileFacts) -> WorkspaceState:
        """The workspace with a file of the context as it is in the editor; itself when no fact in it is another."""
        if self._context.get(uri) == facts:
            return self
        return self.with_context({**self._context, uri: facts})

    def _with(
        self, changed: Mapping[str, FileFacts], context: Iterable[str] = (), covered: frozenset[str] | None = None
    ) -> WorkspaceSnapshot:
        covered = _covered(self.renderings) if covered is None else covered
        if covered:
            changed = {uri: without_objects(facts) if uri in covered else facts for uri, facts in changed.items()}
        index = self.view.index.with_files(changed, context)
        self.view.places.put(changed, index.files)
        return self.view if index is self.view.index else WorkspaceSnapshot(index, self.view.places)

    def _changed(
        self,
        view: WorkspaceSnapshot,
        *,
        disk: Mapping[str, FileFacts] | None = None,
        opened: frozenset[str] | None = None,
        context: Mapping[str, FileFacts] | None = None,
        is_complete: bool | None = None,
        renderings: Renderings | Literal["same"] | None = "same",
        overlays: Mapping[str, FileOverlay] | None = None,
    ) -> WorkspaceState:
        return WorkspaceState(
            view,
            self._disk if disk is None else disk,
            self._open if opened is None else opened,
            self._context if context is None else context,
            is_complete=self.is_complete if is_complete is None else is_complete,
            renderings=self.renderings if isinstance(renderings, str) else renderings,
            overlays=self.overlays if overlays is None else overlays,
        )


def _covered(renderings: Renderings | None) -> frozenset[str]:
    """The files whose objects a rendering stands for."""
    return renderings.stands_for if renderings is not None else frozenset()


def _rendered(renderings: Renderings | None) -> dict[str, FileFacts]:
    """The facts of renderings, by their URIs."""
    return {text.source.uri: text.facts for text in renderings.leading} if renderings is not None else {}


NO_WORKSPACE = WorkspaceState()
"""The workspace in which nothing is known."""

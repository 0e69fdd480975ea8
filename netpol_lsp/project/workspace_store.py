"""The workspace's state over time: one value at each moment, and one writer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.project.workspace_state import NO_WORKSPACE, WorkspaceState
from netpol_lsp.workspace.index import FileFacts

if TYPE_CHECKING:
    from netpol_lsp.project.rendered_overlay import FileOverlay
    from netpol_lsp.project.renderings import Renderings


@dataclass(frozen=True, slots=True)
class Touched:
    """What has changed of the workspace since someone asked last.

    `shelves`: the keys of the groups of policies that are others. `everything`: more than policies has changed.
    """

    shelves: frozenset[Hashable] = frozenset()
    everything: bool = False


NOTHING_TOUCHED = Touched()


class WorkspaceStore:
    """Holds the current state; everybody reads it, and changes go through its methods only."""

    def __init__(self) -> None:
        self._current = NO_WORKSPACE
        self._touched = NOTHING_TOUCHED

    @property
    def current(self) -> WorkspaceState:
        """The state now; another value whenever something has changed."""
        return self._current

    def take_touched(self) -> Touched:
        """What has changed since this was asked last: there is one who asks."""
        touched, self._touched = self._touched, NOTHING_TOUCHED
        return touched

    def _become(self, new: WorkspaceState) -> None:
        old, self._current = self._current, new
        before, after = old.view.index, new.view.index
        if (
            new.is_complete is not old.is_complete
            or after.resources_token is not before.resources_token
            or after.root != before.root
            or (new.overlays is not old.overlays and bool(new.overlays or old.overlays))
        ):
            self._touched = Touched(everything=True)
        elif after is not before and not self._touched.everything:
            self._touched = Touched(self._touched.shelves | after.touched)

    def open_document(self, uri: str, facts: FileFacts) -> None:
        """An open document says this."""
        self._become(self._current.with_document(uri, facts))

    def close_document(self, uri: str) -> None:
        """A document is not open any more, or does not count: the disk's text counts again."""
        self._become(self._current.without_document(uri))

    def use_disk(self, files: Mapping[str, FileFacts]) -> None:
        """A scan of the disk has found these files."""
        self._become(self._current.with_disk(files))

    def use_files(self, changed: Mapping[str, FileFacts]) -> None:
        """Some files of the disk have changed; no facts: the file is gone, or holds none."""
        self._become(self._current.with_files(changed))

    def use_context(self, files: Mapping[str, FileFacts]) -> None:
        """These files count but are not linted."""
        self._become(self._current.with_context(files))

    def use_context_file(self, uri: str, facts: FileFacts) -> None:
        """A file of the context is open and says this."""
        self._become(self._current.with_context_file(uri, facts))

    def use_renderings(self, renderings: Renderings | None) -> None:
        """This was rendered."""
        self._become(self._current.with_renderings(renderings))

    def use_overlays(self, overlays: Mapping[str, FileOverlay]) -> None:
        """Renderings say this of files."""
        self._become(self._current.with_overlays(overlays))

    def set_completeness(self, *, is_complete: bool) -> None:
        """Whether all files have been read."""
        self._become(self._current.with_completeness(is_complete=is_complete))

"""Keeps what is rendered in step with the files that it is rendered from, in the background, where the user allows it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import read_source
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.progress import Progress
from netpol_lsp.lsp.state.scheduler import in_thread, run_task
from netpol_lsp.lsp.transport.trace import Operation
from netpol_lsp.lsp.uris import path_of_uri, uri_of_path
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.project.rendered_overlay import FileOverlay
    from netpol_lsp.project.renderings import Renderings

logger = logging.getLogger(__name__)


class Owner(Protocol):
    """Who is asked which configurations hold, and told what was rendered."""

    def configs(self) -> list[LoadedConfig]:
        """The configurations that hold for what is linted."""

    def check_again(self) -> None:
        """Other manifests are known than before."""


class RenderWatcher:
    """Renders what configurations ask for, in a thread, whenever that may have changed; judges it beside what else is known."""

    def __init__(self, client: ClientPort, configuration: Configuration, store: WorkspaceStore, owner: Owner) -> None:
        self._client = client
        self._configuration = configuration
        self._store = store
        self._owner = owner
        self._task: asyncio.Task[None] | None = None
        self._judging: asyncio.Task[None] | None = None
        self._judged: WorkspaceSnapshot | None = None
        self._refused: tuple[str, ...] = ()
        self._is_stale = False

    @property
    def is_allowed(self) -> bool:
        """Whether the user lets programs run on what config files name."""
        return self._configuration.may_render

    @property
    def is_ready(self) -> bool:
        """Whether nothing is being rendered or judged."""
        return self._task is None and self._judging is None

    @property
    def shown(self) -> list[str]:
        """The URIs of the files in which something is shown."""
        overlays = self._store.current.overlays
        return sorted(uri for uri, one in overlays.items() if one.findings.rendered or one.findings.failures)

    def refresh(self) -> None:
        """Render again; what is under way is started again when it has ended."""
        configs = self._owner.configs() if self.is_allowed else []
        asks = any((said := one.config.setting("render")) is not None and not said.value.is_empty for one in configs)
        if not asks:
            if self._store.current.renderings is not None:
                self._store.use_renderings(None)
                self._owner.check_again()
            return
        if self._task is not None:
            self._is_stale = True
            return
        self._task = run_task(self._run(configs))

    def is_affected_by(self, paths: Iterable[str]) -> bool:
        """Whether one of the files (absolute, `/`-separated) is part of what is rendered, or would be."""
        renderings = self._store.current.renderings
        if not self.is_allowed:
            return False
        if renderings is None:
            return any(path.endswith(("Chart.yaml", "kustomization.yaml", "kustomization.yml")) for path in paths)
        folders = tuple(f"{root}/" for root in renderings.asked)
        inputs = {path for text in renderings.texts for path in text.rendering.inputs}
        inputs |= {problem.path for problem in renderings.problems}
        return any(
            path in inputs or path.startswith(folders) or path.endswith(("Chart.yaml", "kustomization.yaml"))
            for path in paths
        )

    def checked(self) -> None:
        """A document was checked: what is rendered is judged again when other manifests are known than before."""
        state = self._store.current
        if state.renderings is None or self._judging is not None or state.view is self._judged:
            return
        if state.is_complete and self._task is None:
            self._judging = run_task(self._judge())

    async def _run(self, configs: Sequence[LoadedConfig]) -> None:
        """Render, and let it count."""
        operation = Operation(logger, "rendering")
        progress = Progress(self._client, "Rendering charts and kustomizations")
        progress.begin()
        folders, is_excluded = self._configuration.folders, self._configuration.is_excluded
        try:
            renderings = await in_thread(lambda: _render(configs, folders, is_excluded))
        except Exception:
            logger.exception("nothing could be rendered")
            return
        finally:
            progress.end()
            self._task = None
        operation.done(f"renderings: {len(renderings.texts)}", failed=list(renderings.failures))
        if renderings.refused != self._refused:
            self._refused = renderings.refused
            for sentence in renderings.refused:
                logger.warning("%s", sentence)
        if self._is_stale:
            self._is_stale = False
            self.refresh()
            return
        self._judged = None
        self._store.use_renderings(renderings)
        self._owner.check_again()
        self.checked()

    async def _judge(self) -> None:
        """Work out what is wrong with what was rendered, until nothing changes meanwhile."""
        overlays: dict[str, FileOverlay] = {}
        try:
            while (state := self._store.current).view is not self._judged:
                renderings = state.renderings
                if renderings is None:
                    return
                overlays = await in_thread(lambda made=renderings, view=state.view: _overlays(made, view))  # type: ignore[misc]
                self._judged = state.view
                if self._store.current.renderings is renderings and not _same(overlays, self._store.current.overlays):
                    self._store.use_overlays(overlays)
                    self._owner.check_again()
        finally:
            self._judging = None


def _render(configs: Sequence[LoadedConfig], folders: Sequence[str], is_excluded: Callable[[str], bool]) -> Renderings:
    """What the configurations ask for; runs in a thread."""
    from netpol_lsp.project.renderings import plan_renderings, render  # noqa: PLC0415 - start-up is a feature

    files: tuple[str, ...] = ()
    if any((said := one.config.setting("render")) is not None and said.value.is_auto for one in configs):
        files = tuple(path.replace(os.sep, "/") for path in discover(folders, is_excluded).paths)
    here = folders[0] if folders else "/"
    return render(plan_renderings(configs, files, here), uri_of_path)


def _overlays(renderings: Renderings, view: WorkspaceSnapshot) -> dict[str, FileOverlay]:
    from netpol_lsp.project.rendered_findings import rendered_findings  # noqa: PLC0415 - start-up is a feature
    from netpol_lsp.project.rendered_overlay import overlays_of  # noqa: PLC0415

    return overlays_of(rendered_findings(renderings, view), renderings, _read)


def _same(one: Mapping[str, FileOverlay], other: Mapping[str, FileOverlay]) -> bool:
    from netpol_lsp.project.rendered_overlay import same_overlays  # noqa: PLC0415 - start-up is a feature

    return same_overlays(one, other)


def _read(uri: str) -> Source | None:
    path = path_of_uri(uri)
    read = read_source(path) if path is not None else None
    return replace(read, uri=uri) if isinstance(read, Source) else None

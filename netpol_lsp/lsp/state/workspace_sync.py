"""Keeps the workspace in step with the disk: its folders' files, and what configurations name as context."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from netpol_lsp.lint.known_cluster import cluster_steps
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.context_watcher import ContextWatcher
from netpol_lsp.lsp.state.publisher import Publisher
from netpol_lsp.lsp.state.refresher import Refresher
from netpol_lsp.lsp.state.render_watcher import RenderWatcher
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.urgent import Urgent
from netpol_lsp.lsp.state.workspace_indexer import WorkspaceIndexer
from netpol_lsp.policies.kinds import may_be_ours
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.context_manifests import ContextProblem
from netpol_lsp.project.platform_detection import Hints, describe, known_of_cluster
from netpol_lsp.project.workspace_store import WorkspaceStore

logger = logging.getLogger(__name__)

CLUSTER = "netpol/cluster"
"""The notification that says what is known of the cluster: `known` is a list of `key`, `value` and `origin`."""


class WorkspaceSync:
    """Owns the two readers, tells each what the other has found, and says when all is read."""

    def __init__(
        self,
        client: ClientPort,
        configuration: Configuration,
        store: WorkspaceStore,
        session: Session,
        publisher: Publisher,
        refresher: Refresher,
        urgent: Urgent,
    ) -> None:
        self._client = client
        self._told: list[dict[str, str]] = []
        self._configuration = configuration
        self._store = store
        self._session = session
        self._publisher = publisher
        self._refresher = refresher
        self.index = WorkspaceIndexer(client, configuration, store, self, urgent)
        self.context = ContextWatcher(client, configuration, session, self)
        self.rendering = RenderWatcher(client, configuration, store, self)

    def configs(self) -> list[LoadedConfig]:
        """The configurations that hold for what is linted: the files of the workspace, and open documents."""
        return [*self.index.configs, *self._session.configs]

    def refresh_context(self, *, force: bool = False) -> None:
        """Read the context when other paths are named than before, or in any case."""
        self.context.refresh(force=force)
        if force and self._store.current.is_complete:
            self.rendering.refresh()

    def settle(self) -> None:
        """Say whether all files have been read, those of the context among them."""
        was_complete = self._store.current.is_complete
        self._store.set_completeness(is_complete=not self.index.is_first and self.context.is_ready)
        if self.index.is_ready:
            self._tell_cluster()
        if self._store.current.is_complete and not was_complete:
            self.rendering.refresh()

    def prepare(self) -> Iterator[None]:
        """Make what the open documents are judged by bit by bit, before their checks ask for all of it at once."""
        judged = [one.config.settings for one in self._session if one.is_wanted and may_be_ours(one.source.text)]
        for default_namespace, capabilities in {(one.default_namespace, one.capabilities) for one in judged}:
            yield from cluster_steps(self._store.current.view, default_namespace, capabilities)

    def _tell_cluster(self) -> None:
        """Tell the client what is known of the cluster, when it wants to know and it is something else than before."""
        if not self._configuration.settings.cluster_status:
            return
        known = known_of_cluster(self._configuration.for_path(None), self._shorten)
        if known != self._told:
            self._told = known
            self._client.notify(CLUSTER, {"known": known})

    def _shorten(self, path: str) -> str:
        """A path as it is called below the workspace's folder."""
        roots = (root.rstrip("/") + "/" for root in self._configuration.roots)
        return next((path.removeprefix(root) for root in roots if path.startswith(root)), path)

    def check_again(self) -> None:
        """Have findings worked out again that depend on other manifests."""
        self._refresher.check_again()
        self.rendering.checked()

    def check_affected(self) -> None:
        """Have findings worked out again that depend on manifests that have changed."""
        self._refresher.check_affected()

    def reconfigure(self) -> None:
        """Another configuration holds for the open documents than before."""
        self._session.reconfigure()
        for line in describe([self._configuration.for_path(None), *self._configuration.loaded()]):
            logger.info("%s", line)

    def context_was_read(self, problems: Sequence[ContextProblem], hints: Hints) -> None:
        """Say what could not be read, and judge by the rest."""
        self.settle()
        self.index.use_context_hints(hints)
        for problem in problems:
            logger.warning("%s", problem)
        self._configuration.context_problems = tuple(problems)
        self.check_again()
        self._publisher.publish_config_problems()

    def document_opened(self) -> None:
        """A document was opened: its configuration may name more context."""
        if self.index.is_ready:
            self.context.refresh()

    def document_closed(self, uri: str, key: str) -> None:
        """A document (`key`: our name of it) was closed: what its file says on disk counts again."""
        if self.index.is_ready:
            self.context.refresh(force=self._store.current.is_context(key))
        self.index.update([uri])

    def is_affected_by(self, paths: Iterable[str]) -> bool:
        """Whether one of the manifests may be part of the context."""
        return self.context.is_affected_by(paths)

"""Has findings worked out again when what they depend on has changed."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.publisher import Publisher
from netpol_lsp.lsp.state.scheduler import Scheduler
from netpol_lsp.lsp.state.session import Session


class Refresher:
    """Checks the open documents again, or tells a client that pulls its diagnostics to ask."""

    def __init__(
        self,
        client: ClientPort,
        configuration: Configuration,
        session: Session,
        scheduler: Scheduler,
        publisher: Publisher,
    ) -> None:
        self._client = client
        self._configuration = configuration
        self._session = session
        self._scheduler = scheduler
        self._publisher = publisher

    def check_again(self) -> None:
        """Other manifests are known than before: check the open documents again, or let the client ask."""
        if not self._client.capabilities.pulls_diagnostics:
            self._scheduler.schedule_all()
            return
        for snapshot in self._session:
            if snapshot.tests:  # what is drawn beside them is asked for by nobody
                self._scheduler.schedule(snapshot.uri)
        if self._client.capabilities.refreshes_diagnostics:
            self._client.request(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)

    def reload_configuration(self) -> None:
        """The configuration may have changed: check everything again."""
        self._configuration.reload()
        self._session.reconfigure()
        self.check_again()
        if self._client.capabilities.pulls_diagnostics:
            return
        self._publisher.refresh_closed()
        for root in self._configuration.roots:
            self._configuration.for_path(root + "/")
        self._publisher.publish_config_problems()

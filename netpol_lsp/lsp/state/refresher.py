"""Has findings worked out again when what they depend on has changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from lsprotocol import types

from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.publisher import Publisher
from netpol_lsp.lsp.state.scheduler import Scheduler
from netpol_lsp.lsp.state.session import Session

_PATIENCE = 5.0
"""Seconds after which a client that has not answered is asked again."""


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
        self._asked = -_PATIENCE
        self._is_due = False

    def check_again(self) -> None:
        """More than other manifests has changed: check the open documents again, or let the client ask."""
        self._refresh(self._scheduler.schedule_all)

    def check_affected(self) -> None:
        """Other manifests are known than before: check the open documents that depend on them, or let the client ask."""
        self._refresh(self._scheduler.schedule_affected)

    def _refresh(self, schedule: Callable[[], None]) -> None:
        """Check what a client without pulled findings has open; let one that pulls them ask."""
        if not self._client.capabilities.pulls_diagnostics:
            schedule()
            return
        self._check_tests()
        self._let_ask()

    def _check_tests(self) -> None:
        """Check the documents with tests of connections: what is drawn beside them is asked for by nobody."""
        for uri in self._session.with_tests:
            self._scheduler.schedule(uri)

    def _let_ask(self) -> None:
        """Have a client that pulls its findings ask again: once more after it has answered, however often it is due meanwhile."""
        if not self._client.capabilities.refreshes_diagnostics:
            return
        if time.monotonic() - self._asked < _PATIENCE:
            self._is_due = True
            return
        self._asked = time.monotonic()
        self._client.request(types.WORKSPACE_DIAGNOSTIC_REFRESH, None, done=self._has_asked)

    def _has_asked(self) -> None:
        self._asked = -_PATIENCE
        if self._is_due:
            self._is_due = False
            self._let_ask()

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

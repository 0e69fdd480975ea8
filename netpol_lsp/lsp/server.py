"""The server: puts its parts together, and says which features it has."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from netpol_lsp import __version__
from netpol_lsp.lsp.features import (
    call_hierarchy,
    code_actions,
    code_lens,
    commands,
    completion,
    connection_choices,
    connections,
    diagnostics,
    document_highlight,
    document_link,
    folding,
    hover,
    inlay_hints,
    intent_commands,
    lifecycle,
    navigation,
    pages,
    rename,
    selection_range,
    symbols,
    text_sync,
    workspace_symbols,
)
from netpol_lsp.lsp.state.background import Background
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.closed_file_checker import ClosedFileChecker
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.file_events import FileEvents
from netpol_lsp.lsp.state.intent_redraw import IntentRedraw
from netpol_lsp.lsp.state.publisher import Publisher
from netpol_lsp.lsp.state.refresher import Refresher
from netpol_lsp.lsp.state.scheduler import Scheduler
from netpol_lsp.lsp.state.services import Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.state.urgent import Urgent
from netpol_lsp.lsp.state.workspace_sync import WorkspaceSync
from netpol_lsp.lsp.transport.logs import ClientLog
from netpol_lsp.lsp.transport.protocol import NetpolProtocol
from netpol_lsp.project.workspace_store import WorkspaceStore

logger = logging.getLogger(__name__)

FEATURES = (
    lifecycle,
    text_sync,
    diagnostics,
    hover,
    code_actions,
    completion,
    connections,
    connection_choices,
    intent_commands,
    symbols,
    folding,
    selection_range,
    document_highlight,
    document_link,
    inlay_hints,
    code_lens,
    commands,
    navigation,
    rename,
    workspace_symbols,
    call_hierarchy,
    pages,
)


class NetpolServer(LanguageServer):
    """The language server for NetworkPolicies. `services` are its parts; see `Services`."""

    protocol: NetpolProtocol

    def __init__(self, converter_factory: Callable[[], Converter] = default_converter) -> None:
        super().__init__(
            "netpol-lsp",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=NetpolProtocol,
            converter_factory=converter_factory,
        )
        self.services = _make_services(self)
        for feature in FEATURES:
            feature.register(self, self.services)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what went wrong: an editor full of pop-ups helps no one."""
        logger.error("%s: %s", getattr(source, "__name__", source), error)


def _make_services(server: NetpolServer) -> Services:
    client = ClientPort(server.protocol)
    configuration = Configuration()
    store = WorkspaceStore()
    session = Session(configuration, store)
    publisher = Publisher(client, configuration, session)
    redraw = IntentRedraw(client)

    def checked(snapshot: Snapshot) -> None:
        publisher.publish(snapshot)
        redraw.checked(snapshot)
        sync.rendering.checked()

    urgent = Urgent()
    scheduler = Scheduler(session, checked, urgent)
    refresher = Refresher(client, configuration, session, scheduler, publisher)
    sync = WorkspaceSync(client, configuration, store, session, publisher, refresher, urgent)
    return Services(
        client=client,
        configuration=configuration,
        session=session,
        scheduler=scheduler,
        publisher=publisher,
        refresher=refresher,
        sync=sync,
        closed=ClosedFileChecker(client, configuration, session),
        files=FileEvents(),
        background=Background(client),
        urgent=urgent,
        log=ClientLog(server.protocol),
        host=_Host(server),
    )


class _Host:
    """What pygls knows of the session."""

    def __init__(self, server: NetpolServer) -> None:
        self._server = server

    @property
    def folders(self) -> list[str]:
        """The URIs of the workspace's folders."""
        return [folder.uri for folder in self._server.workspace.folders.values()]

    @property
    def root_uri(self) -> str | None:
        """The folder that clients without workspace folders open."""
        root: str | None = self._server.workspace.root_uri
        return root

    @property
    def position_encoding(self) -> str:
        """What columns count, as agreed with the client."""
        return types.PositionEncodingKind(self._server.workspace.position_encoding).value

    @property
    def process_id(self) -> int | None:
        """The client's process."""
        return self._server.process_id

    def stop(self) -> None:
        """End the server."""
        self._server.protocol.stopped.set()

"""The server: its parts, and which features it has."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from netpol_lsp import __version__
from netpol_lsp.lsp.features import (
    code_actions,
    code_lens,
    commands,
    completion,
    diagnostics,
    document_link,
    folding,
    hover,
    inlay_hints,
    lifecycle,
    selection_range,
    symbols,
    text_sync,
)
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.closed_file_checker import ClosedFileChecker
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.context_watcher import ContextWatcher
from netpol_lsp.lsp.state.publisher import Publisher
from netpol_lsp.lsp.state.scheduler import Scheduler
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.workspace_indexer import WorkspaceIndexer
from netpol_lsp.lsp.transport.logs import ClientLog
from netpol_lsp.lsp.transport.protocol import NetpolProtocol

logger = logging.getLogger(__name__)

FEATURES = (
    lifecycle,
    text_sync,
    diagnostics,
    hover,
    code_actions,
    completion,
    symbols,
    folding,
    selection_range,
    document_link,
    inlay_hints,
    code_lens,
    commands,
)


class NetpolServer(LanguageServer):
    """The language server for NetworkPolicies.

    `client` is what the other end can do, `session` holds its documents, `scheduler` checks them,
    `publisher` sends what was found, `index` knows the policies of files that are not open, `context` those that
    count but are not linted; `closed` checks files that are not open.
    """

    protocol: NetpolProtocol

    def __init__(self, converter_factory: Callable[[], Converter] = default_converter) -> None:
        super().__init__(
            "netpol-lsp",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=NetpolProtocol,
            converter_factory=converter_factory,
        )
        self.client = Client()
        self.log = ClientLog(self.protocol)
        self.configuration = Configuration()
        self.session = Session(self.configuration)
        self.publisher = Publisher(self)
        self.scheduler = Scheduler(self.session, self.publisher.publish)
        self.index = WorkspaceIndexer(self)
        self.context = ContextWatcher(self)
        self.closed = ClosedFileChecker(self)
        for feature in FEATURES:
            feature.register(self)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what went wrong: an editor full of pop-ups helps nobody."""
        logger.error("%s: %s", getattr(source, "__name__", source), error)

    def ask(self, method: str, params: Any, use: Callable[[Any], None] | None = None) -> None:
        """Send a request to the client; `use` gets its answer. An error is logged, a missing answer does no harm."""

        def answered(future: Future[Any]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            if error is not None:
                logger.info("the client refused %s: %s", method, error)
            elif use is not None:
                use(future.result())

        self.protocol.send_request(method, params).add_done_callback(answered)

    def show(self, text: str) -> None:
        """Show a text that the user asked for."""
        params = {"type": types.MessageType.Info.value, "message": text}
        self.protocol.send_notification(types.WINDOW_SHOW_MESSAGE, params)

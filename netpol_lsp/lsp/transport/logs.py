"""Where the log goes: standard error or a file, and the client's log window and trace."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

from lsprotocol import types

from netpol_lsp.lsp.transport.trace import DETAILS

if TYPE_CHECKING:
    from netpol_lsp.lsp.transport.protocol import NetpolProtocol

_TRACES = {
    types.TraceValue.Off: logging.WARNING,
    types.TraceValue.Messages: logging.INFO,
    types.TraceValue.Verbose: logging.DEBUG,
}


class ClientLog(logging.Handler):
    """Sends what our own modules log to the client, from `initialized` on: never as a pop-up.

    Warnings and errors go to its log window; what the server does goes to its trace, when it wants one.
    """

    def __init__(self, protocol: NetpolProtocol) -> None:
        super().__init__(logging.WARNING)
        self._protocol = protocol
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._is_sending = False
        self._is_verbose = False

    def connect(self) -> None:
        """Start sending; called where messages are handled."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        logging.getLogger("netpol_lsp").addHandler(self)

    def close(self) -> None:
        """Stop sending."""
        self._loop = None
        logging.getLogger("netpol_lsp").removeHandler(self)
        super().close()

    def trace(self, value: types.TraceValue) -> None:
        """How much the client wants to read."""
        self._is_verbose = value is types.TraceValue.Verbose
        self.setLevel(_TRACES.get(value, logging.WARNING))
        root = logging.getLogger("netpol_lsp")
        root.setLevel(min(self.level, logging.getLogger().level or logging.WARNING))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; one of another thread waits for its turn, as messages must not mix."""
        if self._loop is None or self._is_sending or self._loop.is_closed():
            return
        if threading.get_ident() == self._thread:
            self._send(record)
        else:
            self._loop.call_soon_threadsafe(self._send, record)

    def _send(self, record: logging.LogRecord) -> None:
        # Sending may log: that must not come back here.
        self._is_sending = True
        try:
            if record.levelno >= logging.WARNING:
                self._log(record)
            else:
                self._trace(record)
        finally:
            self._is_sending = False

    def _log(self, record: logging.LogRecord) -> None:
        kind = types.MessageType.Error if record.levelno >= logging.ERROR else types.MessageType.Warning
        params = {"type": kind.value, "message": self.format(record)}
        self._protocol.send_notification(types.WINDOW_LOG_MESSAGE, params)

    def _trace(self, record: logging.LogRecord) -> None:
        params = {"message": self.format(record)}
        details = str(getattr(record, DETAILS, "")) if self._is_verbose else ""
        if details:
            params["verbose"] = details
        self._protocol.send_notification(types.LOG_TRACE, params)


def set_up(level: str, path: str | None) -> None:
    """Log to standard error or to a file; pygls is quiet unless asked for everything."""
    handler: logging.Handler = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    number = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(number)
    handler.setLevel(number)
    logging.getLogger("pygls").setLevel(number if number <= logging.DEBUG else logging.ERROR)

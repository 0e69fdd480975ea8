"""The door to the client: what it can do, and what is sent to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from lsprotocol import types

from netpol_lsp.lsp.state.client import Client

logger = logging.getLogger(__name__)


class Sender(Protocol):
    """What sends messages: the protocol."""

    def send_notification(self, method: str, params: Any) -> None:
        """Send a notification whose parameters are plain JSON."""

    def send_request(self, method: str, params: Any = None) -> Future[Any]:
        """Send a request; the future gets its answer."""


class ClientPort:
    """The client as parts and features see it. `capabilities` are known from `initialize` on."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.capabilities = Client()

    def notify(self, method: str, params: Any) -> None:
        """Send a notification whose parameters are plain JSON."""
        self._sender.send_notification(method, params)

    def request(
        self,
        method: str,
        params: Any,
        use: Callable[[Any], None] | None = None,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Send a request; `use` gets its answer. An error is logged, a missing answer does no harm.

        `done` is called after any answer, an error among them.
        """

        def answered(future: Future[Any]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            if error is not None:
                logger.info("the client refused %s: %s", method, error)
            elif use is not None:
                use(future.result())
            if done is not None:
                done()

        self._sender.send_request(method, params).add_done_callback(answered)

    def show(self, text: str) -> None:
        """Show a text that the user asked for."""
        self.notify(types.WINDOW_SHOW_MESSAGE, {"type": types.MessageType.Info.value, "message": text})

"""Work-done progress that the server starts itself."""

from __future__ import annotations

import uuid
from typing import Any

from lsprotocol import types

from netpol_lsp.lsp.state.client_port import ClientPort


class Progress:
    """A progress bar in the client, once that has agreed to show one; else nothing."""

    def __init__(self, client: ClientPort, title: str) -> None:
        self.token = str(uuid.uuid4())
        self._client = client
        self._title = title
        self._is_shown = False
        self._is_over = False

    def begin(self) -> None:
        """Ask the client for a progress bar."""
        if self._client.capabilities.work_done_progress:
            params = types.WorkDoneProgressCreateParams(token=self.token)
            self._client.request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, self._agreed)

    def report(self, done: int, total: int) -> None:
        """How far the work is."""
        if self._is_shown and not self._is_over:
            self._send({"kind": "report", "message": f"{done}/{total}", "percentage": 100 * done // max(total, 1)})

    def end(self) -> None:
        """Take it away."""
        if self._is_shown and not self._is_over:
            self._send({"kind": "end"})
        self._is_over = True

    def _agreed(self, _answer: Any) -> None:
        if not self._is_over:
            self._is_shown = True
            self._send({"kind": "begin", "title": self._title, "cancellable": True, "percentage": 0})

    def _send(self, value: dict[str, Any]) -> None:
        self._client.notify(types.PROGRESS, {"token": self.token, "value": value})

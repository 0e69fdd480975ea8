"""JSON-RPC and the life cycle, where pygls' own way would lose or corrupt something.

Documents live in our session (pygls splits lines where the protocol does not), a request that cannot be
understood gets an error reply, a request that was cancelled while it waited is not run, and plain JSON is
sent as it is.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled
from pygls.protocol import LanguageServerProtocol, lsp_method

from netpol_lsp.lsp.transport.framing import looks_misaligned
from netpol_lsp.lsp.transport.movable_json import RawJson
from netpol_lsp.lsp.transport.trace import Operation

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS, NOT_INITIALIZED = -32700, -32600, -32602, -32002
METHOD_NOT_FOUND = -32601
CONTENT_MODIFIED = -32801


class NetpolProtocol(LanguageServerProtocol):
    """The server's side of the wire."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.exit_code: int | None = None
        self.stopped = asyncio.Event()
        self._write: Callable[[bytes], None] | None = None
        self._cancelled: set[str | int] = set()
        self._running: dict[str | int, tuple[Operation, Any]] = {}

    def connect(self, write: Callable[[bytes], None]) -> None:
        """Send messages through `write` from now on."""
        self._write = write

    def glance(self, body: bytes) -> None:
        """Note a cancellation at once: the request that it is for may still be waiting."""
        if b'"$/cancelRequest"' not in body:
            return
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return
        if (request := _cancelled_by(data)) is not None:
            self._cancelled.add(request)

    def fail(self, message: str) -> None:
        """Say that the client's messages cannot be told apart any more, and stop, so that it starts a new server."""
        logger.error("%s; the server ends", message)
        self._refuse(None, PARSE_ERROR, message)
        self.exit_code = 1
        self.stopped.set()

    def receive(self, body: bytes) -> None:
        """Handle a message; whatever it holds, the server goes on."""
        if self.stopped.is_set():
            return
        try:
            self._receive(body)
        except Exception:
            logger.exception("a message could not be handled")

    def _receive(self, body: bytes) -> None:
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            if looks_misaligned(body):
                self.fail("a Content-Length is larger than its message")
                return
            self._refuse(None, PARSE_ERROR, f"this is not JSON: {error}")
            return
        if not isinstance(data, dict) or not ("method" in data or "id" in data):
            self._refuse(None, INVALID_REQUEST, "this is neither a request nor an answer")
            return
        if data.setdefault("jsonrpc", self.VERSION) != self.VERSION:
            self._refuse(_id_of(data.get("id")), INVALID_REQUEST, f"this is not JSON-RPC {self.VERSION}")
            return
        if "method" in data and not self._may_run(data):
            return
        try:
            message = self.structure_message(data)
        except (JsonRpcException, RecursionError):
            if "id" in data and "method" in data:
                self._refuse(data["id"], INVALID_PARAMS, f"the parameters of {data['method']} cannot be understood")
            return
        self._handle(data, message)

    def _handle(self, data: dict[str, Any], message: Any) -> None:
        """Handle a message, and note how long it takes where someone wants to know."""
        method, request = data.get("method"), data.get("id")
        if method is not None and not self._is_known(method):
            self._pass_over(method, request, data.get("params"))
            return
        if method is None or not logger.isEnabledFor(logging.INFO):
            self.handle_message(message)
            return
        operation, params = Operation(logger, method), data.get("params")
        if request is not None:
            self._running[request] = (operation, params)
        self.handle_message(message)
        if request is None:
            operation.done(params=params)

    def _is_known(self, method: str) -> bool:
        return method in self.fm.features or method in self.fm.builtin_features or method == types.CANCEL_REQUEST

    def _pass_over(self, method: str, request: str | int | None, params: Any) -> None:
        """Answer a request for what there is not. That is no one's mistake: clients ask, and extensions send what they like."""
        if request is None:
            return
        if logger.isEnabledFor(logging.INFO):
            self._running[request] = (Operation(logger, method), params)
        error = types.ResponseError(METHOD_NOT_FOUND, f"there is no method {method}")
        self._send_response(request, error=error)

    def _may_run(self, data: dict[str, Any]) -> bool:
        """Whether a message fits the state of the session; a request that does not is answered."""
        method, request = data["method"], data.get("id")
        if not isinstance(method, str) or (request is not None and not isinstance(request, str | int)):
            self._refuse(None, INVALID_REQUEST, "a method is a string, an id a string or a number")
            return False
        if method == types.CANCEL_REQUEST:
            known = _cancelled_by(data)
            if known is not None:
                self._cancelled.discard(known)
            return known is not None
        if request is not None and request in self._cancelled:
            self._cancelled.discard(request)
            cancelled = JsonRpcRequestCancelled(f'Request with id "{request}" is canceled').to_response_error()
            self._send_response(request, error=cancelled)
            return False
        if method in (types.INITIALIZE, types.EXIT):
            if method == types.INITIALIZE and self._workspace is not None:
                self._refuse(request, INVALID_REQUEST, "the server is initialized already")
                return False
            return True
        if self._workspace is None or self._shutdown:
            code, state = (
                (INVALID_REQUEST, "is shutting down") if self._shutdown else (NOT_INITIALIZED, "is not initialized")
            )
            if request is not None:
                self._refuse(request, code, f"the server {state}")
            return False
        return True

    def _execute_handler(
        self,
        msg_id: str | int,
        handler: Callable[..., Any],
        callback: Callable[..., None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Run a handler. A command that is a coroutine ends with its request: pygls would let it go on unheard."""
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        whole = callback.keywords.get("result_future") if isinstance(callback, partial) else None
        inner = self._request_futures.get(msg_id) if whole is not None else None
        if whole is not None and inner is not None and asyncio.iscoroutinefunction(handler):
            del self._request_futures[msg_id]
            whole.add_done_callback(lambda future: inner.cancel() if future.cancelled() else None)

    def _refuse(self, request: str | int | None, code: int, message: str) -> None:
        """Answer with an error."""
        logger.info("refused a message: %s", message)
        self._send_data({"jsonrpc": self.VERSION, "id": request, "error": {"code": code, "message": message}})

    def _send_data(self, data: Any) -> None:
        """Send a message; without a client it is lost."""
        if data and self._write is not None:
            self._send_text(self._dump(data))

    def _dump(self, data: Any) -> str:
        """Data as JSON; what is JSON already is left as it is."""
        if isinstance(data, RawJson):
            return data
        return json.dumps(data, default=self._serialize_message, ensure_ascii=False, separators=(",", ":"))

    def _send_text(self, body: str) -> None:
        """Send a message that is written already."""
        if self._write is None:
            return
        try:
            self._write(body.encode("utf-8", "replace"))
        except OSError:
            # The client is gone: no one is left to tell.
            self.stopped.set()

    def _send_response(self, msg_id: str | int, result: Any = None, error: types.ResponseError | None = None) -> None:
        """Answer a request."""
        what, content = ("result", result) if error is None else ("error", error)
        text = self._dump(content)
        self._send_text(f'{{"jsonrpc":"2.0","id":{json.dumps(msg_id)},"{what}":{text}}}')
        if msg_id in self._running:
            operation, params = self._running.pop(msg_id)
            operation.done("" if error is None else f"error {error.code}", params=params, answer=text)

    def send_notification(self, method: str, params: Any) -> None:
        """Send a notification whose parameters are plain JSON."""
        self._send_text(f'{{"jsonrpc":"2.0","method":{json.dumps(method)},"params":{self._dump(params)}}}')

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override] # pygls runs functions as well as generators
        """Stop; the exit code says whether the client asked to shut down before."""
        self.exit_code = 0 if self._shutdown else 1
        self.stopped.set()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Hand over to the session: pygls keeps no copy."""
        self.fm.features[types.TEXT_DOCUMENT_DID_OPEN](params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Hand over to the session: pygls would split lines at characters that end none."""
        self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE](params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Hand over to the session."""
        self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE](params)


def _cancelled_by(data: Any) -> str | int | None:
    """The request that a `$/cancelRequest` is about; None when this is none, or says nothing that makes sense."""
    params = data.get("params") if isinstance(data, dict) and data.get("method") == types.CANCEL_REQUEST else None
    return _id_of(params.get("id")) if isinstance(params, dict) else None


def _id_of(value: Any) -> str | int | None:
    """A value as the id of a request; None when it cannot be one."""
    return value if isinstance(value, str | int) else None

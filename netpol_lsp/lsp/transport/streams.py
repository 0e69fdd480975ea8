"""Carries messages between a client and the protocol: over stdio, TCP or WebSocket."""

from __future__ import annotations

import asyncio
import http
import logging
import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Protocol

from netpol_lsp.lsp.transport.access import (
    LOOPBACK,
    is_initialize,
    is_our_host,
    is_our_origin,
    is_token,
    token_of_message,
    token_of_request,
)
from netpol_lsp.lsp.transport.framing import LARGEST_MESSAGE, FrameReader, FramingError, frame
from netpol_lsp.lsp.transport.outgoing import MOST_WAITING, ClientStalledError, Outgoing
from netpol_lsp.lsp.transport.watchdog import end_soon

logger = logging.getLogger(__name__)
_CHUNK = 1 << 16
_LARGEST_FIRST = 1 << 20
"""Bytes of a client's first message, before anything is known of it."""
_PATIENCE = 30.0
"""Seconds that a client may take for it."""
_AHEAD = 64
"""Messages that are read before they can be handled. Others wait in the client's pipe: a request behind a hundred thousand
edits could not be answered before these were, and memory would grow with them."""
_STUCK = 2.0
"""Seconds without a message handled after which the wire is looked at: the client may have gone."""
_LAST_WORDS = 2.0
"""Seconds for what is still to be written when the server ends."""


class Endpoint(Protocol):
    """What a transport talks to: the server's side of the wire."""

    @property
    def stopped(self) -> asyncio.Event:
        """Set when the server wants to end."""

    def connect(self, write: Callable[[bytes], None]) -> None:
        """Send messages through `write` from now on: bodies without headers."""

    def glance(self, body: bytes) -> None:
        """Look at a message that is still waiting; called in any thread."""

    def receive(self, body: bytes) -> None:
        """Handle a message."""

    def fail(self, message: str) -> None:
        """Say that the client's messages cannot be told apart any more, and stop."""


def take_stdio() -> tuple[int, int]:
    """The wire of a client at the other end of standard input and output: descriptors to read from and to write to.

    Whatever else writes to standard output from now on goes to standard error.
    """
    wire_in, wire_out = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    _set_binary(wire_in, wire_out)
    return wire_in, wire_out


async def serve_stdio(endpoint: Endpoint, wire_in: int, wire_out: int) -> None:
    """Serve the client at the other end of a wire until it leaves."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(endpoint.stopped.set)

    outgoing = Outgoing(lambda data: _write_all(wire_out, data), stop)
    endpoint.connect(lambda body: outgoing.put(frame(body)))

    room = threading.Semaphore(_AHEAD)

    def handle(body: bytes) -> None:
        room.release()
        endpoint.receive(body)

    def pump(frames: FrameReader) -> None:
        while data := _read(wire_in):
            for body in frames.feed(data):
                endpoint.glance(body)
                if not _wait_for(room, wire_in):
                    return
                loop.call_soon_threadsafe(handle, body)

    def read() -> None:
        try:
            pump(FrameReader())
        except FramingError as error:
            loop.call_soon_threadsafe(endpoint.fail, str(error))
        stop()
        # The loop may be stuck: no one is left who could tell it to end.
        end_soon()

    # A daemon that reads the file descriptor itself: nothing to wait for, nothing locked, when the server ends.
    threading.Thread(target=read, name="stdin", daemon=True).start()
    await endpoint.stopped.wait()
    outgoing.finish(_LAST_WORDS)


def _wait_for(room: threading.Semaphore, wire_in: int) -> bool:
    """Wait until one more message may be read ahead; False when nothing is handled any more, and the client has gone."""
    while not room.acquire(timeout=_STUCK):
        if _has_hung_up(wire_in):
            return False
    return True


def _has_hung_up(wire_in: int) -> bool:
    """Whether nobody can write to a wire any more, even though something of it is still unread."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(wire_in, 0)
    return bool(poll.poll(0))


async def serve_tcp(endpoint: Endpoint, host: str, port: int, token: str | None) -> None:
    """Listen on a TCP port and serve the first client that starts a session, with the token, until it leaves.

    Whoever says anything else is hung up on without an answer: port scanners, browsers, and clients that come too late.
    """
    busy = False

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal busy
        frames = FrameReader(_LARGEST_FIRST)
        try:
            first = await asyncio.wait_for(_first_message(reader, frames), _PATIENCE)
            given = frames.token or token_of_message(first[0])
            if busy or not is_initialize(first[0]) or not is_token(given, token):
                return
            busy = True
            frames.largest = LARGEST_MESSAGE
            endpoint.connect(lambda body: _put(writer, frame(body)))
            await _converse(endpoint, reader, frames, first)
            endpoint.stopped.set()
        except (OSError, FramingError, TimeoutError, asyncio.IncompleteReadError) as error:
            logger.info("a connection ended: %s", error)
        finally:
            await _close(writer)

    server = await asyncio.start_server(serve, host, port)
    _announce(server.sockets[0].getsockname(), token)
    await endpoint.stopped.wait()
    server.close()


async def _first_message(reader: asyncio.StreamReader, frames: FrameReader) -> list[bytes]:
    """The first messages of a connection; raises FramingError, or EOFError when it ends before."""
    while data := await reader.read(_CHUNK):
        if bodies := list(frames.feed(data)):
            return bodies
    raise asyncio.IncompleteReadError(b"", None)


async def _converse(endpoint: Endpoint, reader: asyncio.StreamReader, frames: FrameReader, first: list[bytes]) -> None:
    """Handle a client's messages until it leaves."""
    try:
        for body in first:
            endpoint.receive(body)
        while data := await reader.read(_CHUNK):
            for body in frames.feed(data):
                endpoint.receive(body)
                await asyncio.sleep(0)
    except FramingError as error:
        endpoint.fail(str(error))
    except ConnectionError:
        logger.info("the connection was lost")


def _put(writer: asyncio.StreamWriter, data: bytes) -> None:
    if writer.transport.get_write_buffer_size() > MOST_WAITING:
        raise ClientStalledError("the client does not read")
    writer.write(data)


async def serve_websocket(endpoint: Endpoint, host: str, port: int, token: str | None) -> None:
    """Listen for a WebSocket and serve the first client with the token until it leaves.

    Pages of other hosts are refused, and so are names that someone else lets lead to this machine.
    """
    from websockets.asyncio.server import ServerConnection, serve  # noqa: PLC0415 - only who asks for it pays
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415
    from websockets.http11 import Request, Response  # noqa: PLC0415

    busy = False
    names = frozenset({*LOOPBACK, host.lower()})

    def check(socket: ServerConnection, request: Request) -> Response | None:
        given = token_of_request(request.path, request.headers.get("Authorization"))
        may_enter = (
            is_our_host(request.headers.get("Host"), names)
            and is_our_origin(request.headers.get("Origin"), names)
            and is_token(given, token)
        )
        return None if may_enter else socket.respond(http.HTTPStatus.FORBIDDEN, "")

    async def handle(socket: ServerConnection) -> None:
        nonlocal busy
        if busy:
            await socket.close(1013, "the server has a client")
            return
        busy = True
        outgoing = _Waiting()
        sender = asyncio.create_task(_send_all(socket, outgoing))
        endpoint.connect(outgoing.put)
        try:
            async for message in socket:
                endpoint.receive(message.encode() if isinstance(message, str) else message)
                await asyncio.sleep(0)
        except ConnectionClosed:
            logger.info("the connection was lost")
        endpoint.stopped.set()
        sender.cancel()

    async def _send_all(socket: ServerConnection, outgoing: _Waiting) -> None:
        while True:
            # Text frames: what editors in a browser expect.
            await socket.send((await outgoing.get()).decode())

    async with serve(handle, host, port, max_size=LARGEST_MESSAGE, process_request=check) as server:
        _announce(next(iter(server.sockets)).getsockname(), token)
        await endpoint.stopped.wait()


class _Waiting:
    """Messages that wait for a WebSocket."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._size = 0

    def put(self, body: bytes) -> None:
        """Send a message; raises OSError when too much is waiting."""
        if self._size > MOST_WAITING:
            raise ClientStalledError("the client does not read")
        self._size += len(body)
        self._queue.put_nowait(body)

    async def get(self) -> bytes:
        """The next message to send."""
        body = await self._queue.get()
        self._size -= len(body)
        return body


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        logger.debug("the client had left")


def _announce(address: tuple[str, int], token: str | None) -> None:
    """Tell on standard error where the server listens, since with port 0 no one else knows, and the token."""
    sys.stderr.write(f"netpol-lsp listens on {address[0]}:{address[1]}\n")
    if token is not None:
        sys.stderr.write(f"token: {token}\n")
    sys.stderr.flush()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:
        return b""


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _set_binary(*descriptors: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows only

        for descriptor in descriptors:
            msvcrt.setmode(descriptor, os.O_BINARY)

"""Carries messages between a client and the protocol: over stdio, TCP or WebSocket."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Protocol

from netpol_lsp.lsp.transport.framing import FrameReader, frame

logger = logging.getLogger(__name__)
_CHUNK = 1 << 16


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


async def serve_stdio(endpoint: Endpoint) -> None:
    """Serve the client at the other end of standard input and output until it leaves.

    Whatever else writes to standard output goes to standard error: standard output is the wire.
    """
    wire_in, wire_out = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    _set_binary(wire_in, wire_out)
    loop = asyncio.get_running_loop()
    endpoint.connect(lambda body: _write_all(wire_out, frame(body)))

    def read() -> None:
        frames = FrameReader()
        while data := _read(wire_in):
            for body in frames.feed(data):
                endpoint.glance(body)
                loop.call_soon_threadsafe(endpoint.receive, body)
        loop.call_soon_threadsafe(endpoint.stopped.set)

    # A daemon that reads the file descriptor itself: nothing to wait for, nothing locked, when the server ends.
    threading.Thread(target=read, name="stdin", daemon=True).start()
    await endpoint.stopped.wait()


async def serve_tcp(endpoint: Endpoint, host: str, port: int) -> None:
    """Listen on a TCP port and serve the first client until it leaves."""
    busy = False

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal busy
        if busy:
            writer.close()
            return
        busy = True
        endpoint.connect(lambda body: writer.write(frame(body)))
        frames = FrameReader()
        try:
            while data := await reader.read(_CHUNK):
                for body in frames.feed(data):
                    endpoint.receive(body)
                    await asyncio.sleep(0)
        except ConnectionError:
            logger.info("the connection was lost")
        endpoint.stopped.set()
        await _close(writer)

    server = await asyncio.start_server(serve, host, port)
    _announce(server.sockets[0].getsockname())
    await endpoint.stopped.wait()
    server.close()


async def serve_websocket(endpoint: Endpoint, host: str, port: int) -> None:
    """Listen for a WebSocket and serve the first client until it leaves."""
    from websockets.asyncio.server import ServerConnection, serve  # noqa: PLC0415 - only who asks for it pays
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

    busy = False

    async def handle(socket: ServerConnection) -> None:
        nonlocal busy
        if busy:
            await socket.close(1013, "the server has a client")
            return
        busy = True
        outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        sender = asyncio.create_task(_send_all(socket, outgoing))
        endpoint.connect(outgoing.put_nowait)
        try:
            async for message in socket:
                endpoint.receive(message.encode() if isinstance(message, str) else message)
                await asyncio.sleep(0)
        except ConnectionClosed:
            logger.info("the connection was lost")
        endpoint.stopped.set()
        sender.cancel()

    async def _send_all(socket: ServerConnection, outgoing: asyncio.Queue[bytes]) -> None:
        while True:
            # Text frames: what editors in a browser expect.
            await socket.send((await outgoing.get()).decode())

    async with serve(handle, host, port, max_size=None) as server:
        _announce(next(iter(server.sockets)).getsockname())
        await endpoint.stopped.wait()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        logger.debug("the client had left")


def _announce(address: tuple[str, int]) -> None:
    """Tell on standard error where the server listens: with port 0 nobody else knows."""
    sys.stderr.write(f"netpol-lsp listens on {address[0]}:{address[1]}\n")
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

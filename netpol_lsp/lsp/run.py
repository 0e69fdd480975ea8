"""Starts the server on the transport that was asked for."""

from __future__ import annotations

import argparse
import asyncio
import gc

from netpol_lsp.lsp import logs
from netpol_lsp.lsp.server import NetpolServer
from netpol_lsp.lsp.transport import serve_stdio, serve_tcp, serve_websocket


def run(options: argparse.Namespace) -> int:
    """Serve one client; the exit code."""
    logs.set_up(options.log_level, options.log_file)
    # What is loaded by now stays: the collector need not look at it with each keystroke.
    gc.freeze()
    return asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> int:
    server = NetpolServer()
    if options.tcp is not None:
        await serve_tcp(server.protocol, options.host, options.tcp)
    elif options.ws is not None:
        await serve_websocket(server.protocol, options.host, options.ws)
    else:
        await serve_stdio(server.protocol)
    server.log.close()
    return 1 if server.protocol.exit_code is None else server.protocol.exit_code

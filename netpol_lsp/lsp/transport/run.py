"""Starts the server on the transport that was asked for."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import sys
from typing import NoReturn

from netpol_lsp.lsp.server import NetpolServer
from netpol_lsp.lsp.transport import logs
from netpol_lsp.lsp.transport.access import make_token
from netpol_lsp.lsp.transport.streams import serve_stdio, serve_tcp, serve_websocket, take_stdio


def run(options: argparse.Namespace) -> NoReturn:
    """Serve one client, then end the process with the exit code.

    It ends without Python's own tidying up: a thread that still loads a compiled library (the warm-up, when the client
    leaves at once) would be torn out of it then, and the process would abort. Nothing is left to write: the wire has no
    buffer.
    """
    logs.set_up(options.log_level, options.log_file)
    # What is loaded by now stays, and trees of nodes have no cycles: the collector would look through a big
    # file's half a million objects, in the middle of a keystroke, and find nothing.
    gc.freeze()
    gc.set_threshold(300_000, 20, 50)
    code = asyncio.run(_serve(options))
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


async def _serve(options: argparse.Namespace) -> int:
    wire = take_stdio() if options.tcp is None and options.ws is None else None
    server = NetpolServer()
    if options.allow_outside:
        server.services.configuration.allow_outside()
    if options.render:
        server.services.configuration.allow_rendering()
    token = None if options.no_token else make_token()
    if options.tcp is not None:
        await serve_tcp(server.protocol, options.host, options.tcp, token)
    elif options.ws is not None:
        await serve_websocket(server.protocol, options.host, options.ws, token)
    elif wire is not None:
        await serve_stdio(server.protocol, *wire)
    server.services.log.close()
    return 1 if server.protocol.exit_code is None else server.protocol.exit_code

"""`netpol-lsp`: reads the command line and serves one client."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from netpol_lsp import __version__
from netpol_lsp.project.nesting import allow_deep_nesting
from netpol_lsp.project.option_parser import OptionParser

LEVELS = ("debug", "info", "warning", "error", "critical")


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = OptionParser(
        prog="netpol-lsp",
        description="Language server for Kubernetes NetworkPolicies; speaks LSP over standard input and output.",
    )
    parser.add_argument("--version", action="version", version=f"netpol-lsp {__version__}")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stdio", action="store_true", help="serve standard input and output (the default)")
    where.add_argument("--tcp", type=_port, metavar="PORT", help="listen on a TCP port (0: any free one)")
    where.add_argument("--ws", type=_port, metavar="PORT", help="listen for a WebSocket on a port (0: any free one)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    parser.add_argument(
        "--no-token",
        action="store_true",
        help="with --tcp and --ws: serve whoever connects; else a client must give the token that is printed at the start",
    )
    parser.add_argument(
        "--allow-outside",
        action="store_true",
        help="let config files extend, and name as context, what is outside their repository",
    )
    parser.add_argument(
        "--render",
        action="store_true",
        help="render the charts and kustomizations that config files name, which runs Helm and kustomize on them",
    )
    parser.add_argument("--log-level", choices=LEVELS, default="warning", help="how much to log (default: %(default)s)")
    parser.add_argument("--log-file", metavar="FILE", help="log to a file instead of standard error")
    parser.add_argument("--clientProcessId", type=int, help=argparse.SUPPRESS)  # VS Code's client adds it
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client leaves; 0 when it said goodbye, 1 otherwise, 2 when serving is not possible."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.ws is not None and find_spec("websockets") is None:
        parser.error("--ws needs the package websockets: pip install 'netpol-lsp[ws]'")
    # Loading the protocol takes a third of a second: not for --help and --version.
    from netpol_lsp.lsp.transport.run import run  # noqa: PLC0415

    allow_deep_nesting()
    try:
        run(options)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        sys.stderr.write(f"netpol-lsp: {error.strerror or error}\n")
        return 2


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        message = f"{text} is not a valid port"
        raise argparse.ArgumentTypeError(message)
    return number


if __name__ == "__main__":
    sys.exit(main())

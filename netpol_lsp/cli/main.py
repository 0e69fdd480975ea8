"""The command `netpol-lint`: finds the sub-command, runs it, and never shows a traceback."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from netpol_lsp import __version__
from netpol_lsp.project.nesting import allow_deep_nesting
from netpol_lsp.text.readable import shorten
from netpol_lsp.text.visible import visible

PROGRAM = "netpol-lint"
OK, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: nothing found, something found, wrong usage or unreadable input or internal error, Ctrl-C."""

COMMANDS = {
    "check": ("netpol_lsp.cli.check", "lint manifests (the default)"),
    "rule": ("netpol_lsp.cli.rules", "explain one rule"),
    "rules": ("netpol_lsp.cli.rules", "list all rules"),
    "explain": ("netpol_lsp.cli.explain", "say what policies do in plain English"),
    "inventory": ("netpol_lsp.cli.inventory", "show what is known of namespaces, workloads, Services and policies"),
    "cni": ("netpol_lsp.cli.cni", "say what network plugins enforce, or what changes in a move to another"),
    "why": ("netpol_lsp.cli.why", "say whether a connection is allowed, and which lines decide"),
    "connectivity": ("netpol_lsp.cli.connectivity", "list who may talk to whom"),
    "diff": ("netpol_lsp.cli.diff", "list the connections that a change opens and closes"),
    "test": ("netpol_lsp.cli.test", "check what a team wants of its connections"),
    "config": ("netpol_lsp.cli.config", "show the effective configuration and where each value comes from"),
    "server": ("netpol_lsp.cli.server", "start the language server (the same as netpol-lsp)"),
    "completion": ("netpol_lsp.cli.completion", "print a completion script for a shell"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (by default the process' own) and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Trees of nodes have no cycles, and the process ends soon: the collector took a third of a run over 1,000 files.
    gc.set_threshold(1_000_000, 50, 1000)
    allow_deep_nesting()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_output()
        return FOUND
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except SystemExit as stop:
        # argparse leaves this way, after --help with 0 and after a wrong usage with 2.
        with suppress(OSError):
            sys.stdout.flush()
        return stop.code if isinstance(stop.code, int) else FAILED if stop.code else OK
    except Exception as error:  # noqa: BLE001 - whatever happens, users get a sentence and not a traceback
        _say(_internal_error(error))
        return FAILED
    return code


def run() -> None:
    """Entry point of the command: as `main`, but leaves the process."""
    sys.exit(main())


def _run(arguments: list[str]) -> int:
    name = "check"
    if arguments and arguments[0] in COMMANDS:
        name = arguments.pop(0)
    elif arguments and arguments[0] in ("--version", "-V"):
        print(f"{PROGRAM} {__version__}")
        return OK
    module = importlib.import_module(COMMANDS[name][0])
    code: int = module.run(name, arguments)
    return code


def _say(message: str) -> None:
    with suppress(OSError):
        print(f"{PROGRAM}: {visible(shorten(message, 2000))}", file=sys.stderr)


def _internal_error(error: Exception) -> str:
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    detail = f": {error}" if str(error) else ""
    return f"internal error at {place} ({type(error).__name__}{detail}); please report it"


def _silence_output() -> None:
    """Let what is still buffered go nowhere: the reader of the pipe has left."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()

"""Where reports go: standard output, standard error or a file, in the format that was asked for."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from typing import TextIO

from netpol_lsp.cli import console
from netpol_lsp.cli.statistics import render_statistics
from netpol_lsp.files.reading import explain
from netpol_lsp.files.writing import WriteError, atomic_write, refuse_to_leave
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.formats.summary import summary_line
from netpol_lsp.lint.report import Report

_SYSTEM = ("/dev/", "/proc/")
"""Where devices and pipes may be written to; elsewhere one would wait for ever for a reader."""
_CHUNK = 1_000_000
FOR_PEOPLE = ("text", "concise")


def write_report(report: Report, options: argparse.Namespace, *, to_stderr: bool = False) -> str:
    """Render the report as the options say, write it, and return its text."""
    name = format_name(options.format)
    stream = sys.stderr if to_stderr else sys.stdout
    text = render(report, name, options, stream)
    if options.output:
        write_text(text, options.output)
        if not options.quiet:
            # Who reads the log of a run does not see the file.
            console.info(summary_line(report, _choices(name, options, sys.stderr)))
    else:
        # Encoding all of a large report at once would take its size three times.
        stream.writelines(text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))
    if options.statistics:
        # After text it is part of the report; a machine's report must not be disturbed.
        beside = stream if name in FOR_PEOPLE and not options.output else sys.stderr
        beside.write(render_statistics(report.results))
    return text


def render(report: Report, name: str, options: argparse.Namespace, stream: TextIO) -> str:
    """The report as text of a format."""
    is_colored = name == "text" and not options.output
    return FORMATS[name](report, _choices(name if is_colored else "", options, stream))


def _choices(name: str, options: argparse.Namespace, stream: TextIO) -> RenderOptions:
    """How to write something to a stream; the text format has colours."""
    return RenderOptions(
        min_severity=Severity(options.min_severity or Severity.INFO),
        fail_on=None if options.fail_on == "never" else Severity(options.fail_on),
        color=name == "text" and console.wants_color(options.color, stream),
        width=None if options.output else console.width(stream),
        summary=not options.quiet,
        root=os.getcwd().replace(os.sep, "/"),
    )


def write_text(text: str, path: str | None) -> None:
    """Write text to a file, or to standard output when `path` is None; raises WriteError."""
    if path is None:
        sys.stdout.write(text)
        return
    refuse_to_leave(path)
    try:
        special = os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)
        if special and not os.path.abspath(path).startswith(_SYSTEM):
            message = f"{path}: cannot be written: it is not a regular file"
            raise WriteError(message)
        if special:
            # A device or a pipe cannot be replaced, only written to.
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return
    except OSError as error:
        message = f"{path}: cannot be written: {explain(error)}"
        raise WriteError(message) from error
    atomic_write(path, text)


def format_name(choice: str) -> str:
    """The format that is meant by a choice: `auto` is what the place of the run understands."""
    if choice != "auto":
        return choice
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"

"""Where reports go: standard output, standard error or a file, in the format that was asked for."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Sequence
from typing import TextIO

from netpol_lsp.cli.statistics import render_statistics
from netpol_lsp.files.reading import explain
from netpol_lsp.files.writing import WriteError, atomic_write
from netpol_lsp.lint.report import FileReport

_FOR_PEOPLE = ("text", "concise")


def write_report(reports: Sequence[FileReport], options: argparse.Namespace, *, to_stderr: bool = False) -> None:
    """Render the reports as the options say and write them."""
    name = _format(options.format)
    stream = sys.stderr if to_stderr else sys.stdout
    text = render(reports, name, options, stream)
    if options.output:
        write_text(text, options.output)
    else:
        stream.write(text)
    if options.statistics:
        # Behind text it is part of the report; a machine's report must not be disturbed.
        beside = stream if name in _FOR_PEOPLE and not options.output else sys.stderr
        beside.write(render_statistics(reports))


def render(reports: Sequence[FileReport], name: str, options: argparse.Namespace, stream: TextIO) -> str:
    """The reports as text."""
    lines = []
    for report in reports:
        for found in report.diagnostics:
            if found.suppressed is None:
                line, column = report.source.lines.position(found.span.start)
                lines.append(f"{report.source.uri}:{line + 1}:{column + 1}: {found.code} {found.message}\n")
    return "".join(lines)


def write_text(text: str, path: str | None) -> None:
    """Write text to a file, or to standard output when `path` is None; raises WriteError."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        special = os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)
        if special:
            # A device or a pipe cannot be replaced, only written to.
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return
    except OSError as error:
        message = f"{path}: cannot be written: {explain(error)}"
        raise WriteError(message) from error
    atomic_write(path, text)


def _format(choice: str) -> str:
    if choice != "auto":
        return choice
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"

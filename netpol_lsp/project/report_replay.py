"""The last report of a project, word for word: a run in which nothing changed repeats it."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress

from netpol_lsp.cli import console
from netpol_lsp.files.writing import WriteError, atomic_write
from netpol_lsp.project.disk_cache import digest

_LARGEST = 64 * 1024 * 1024
_AFFECTING = ("format", "min_severity", "quiet", "fail_on", "exit_zero")
_BESIDE = ("output", "statistics", "baseline", "write_baseline", "verbose")
"""Options with which a run does or says something besides its report on standard output."""


class Memo:
    """The report that was printed last, and the exit code. One that cannot be read or written is none."""

    def __init__(self, cache_path: str | None, tool: str, options: argparse.Namespace) -> None:
        usable = cache_path is not None and not any(getattr(options, name) for name in _BESIDE)
        self._path = f"{cache_path}.report" if usable else None
        shown = [repr(getattr(options, name)) for name in _AFFECTING]
        color = console.wants_color(options.color, sys.stdout)
        actions = os.environ.get("GITHUB_ACTIONS")
        self._circumstances = digest(tool, *shown, repr((color, console.width(sys.stdout), actions)), os.getcwd())

    def replay(self, key: str) -> int | None:
        """Print the report of a run with this key again and return its exit code; None when it is not known."""
        if self._path is None or not key:
            return None
        try:
            with open(self._path, "rb") as file:
                head, code, size = file.readline().split()
                data = file.read()
        except (OSError, ValueError):
            return None
        if head != digest(key, self._circumstances).encode() or len(data) != int(size):
            return None
        console.write_bytes(data)
        return int(code)

    def keep(self, key: str, text: str, code: int) -> None:
        """Remember a report."""
        if self._path is None or not key or len(text) > _LARGEST:
            return
        size = len(text.encode("utf-8", "backslashreplace"))
        head = f"{digest(key, self._circumstances)} {code} {size}\n"
        with suppress(OSError, WriteError):
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            atomic_write(self._path, head + text)

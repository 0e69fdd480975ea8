"""The last report of a project, word for word: a run in which nothing changed repeats it."""

from __future__ import annotations

import os
from contextlib import suppress

from netpol_lsp.files.writing import WriteError, atomic_write
from netpol_lsp.project.disk_cache import digest

_LARGEST = 64 * 1024 * 1024


class ReportCache:
    """The report that was printed last, and the exit code. One that cannot be read or written is none.

    `circumstances`: all that a report depends on besides the findings. `cache_path` None: nothing is kept.
    """

    def __init__(self, cache_path: str | None, circumstances: str) -> None:
        self._path = f"{cache_path}.report" if cache_path is not None else None
        self._circumstances = circumstances

    def replay(self, key: str) -> tuple[bytes, int] | None:
        """The report of a run with this key and its exit code; None when it is not known."""
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
        return data, int(code)

    def keep(self, key: str, text: str, code: int) -> None:
        """Remember a report."""
        if self._path is None or not key or len(text) > _LARGEST:
            return
        size = len(text.encode("utf-8", "backslashreplace"))
        head = f"{digest(key, self._circumstances)} {code} {size}\n"
        with suppress(OSError, WriteError):
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            atomic_write(self._path, head + text)

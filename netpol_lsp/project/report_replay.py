"""The last report of a project, word for word: a run in which nothing changed repeats it."""

from __future__ import annotations

import re

from netpol_lsp.files.cache_folder import read_own_file, write_own_file
from netpol_lsp.project.disk_cache import digest

_COLOURS = re.compile(rb"\x1b\[[0-9;]*m")
_ACTING = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]")
"""What no report holds, but for colours: a damaged or foreign one is not shown."""
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
        whole = read_own_file(self._path)
        if whole is None:
            return None
        first, _, data = whole.partition(b"\n")
        parts = first.split()
        expected = digest(key, self._circumstances).encode(), digest(data).encode()
        if len(parts) != 3 or (parts[0], parts[2]) != expected or parts[1] not in (b"0", b"1"):
            return None
        return (data, int(parts[1])) if _ACTING.search(_COLOURS.sub(b"", data)) is None else None

    def keep(self, key: str, text: str, code: int) -> None:
        """Remember a report."""
        if self._path is None or not key or len(text) > _LARGEST:
            return
        written = text.encode("utf-8", "backslashreplace")
        head = f"{digest(key, self._circumstances)} {code} {digest(written)}\n"
        write_own_file(self._path, head + written.decode())

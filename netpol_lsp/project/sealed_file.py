"""Cache files that say whether they are whole: a line with the format, the tool and a digest, then an ASCII body."""

from __future__ import annotations

from netpol_lsp.files.cache_folder import read_own_file, write_own_file
from netpol_lsp.project.disk_cache import digest

_LARGEST = 256 * 1024 * 1024
"""Characters; what is larger is not written."""
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, RecursionError)
"""What is raised where a body is whole, but does not say what it should."""


def fits(body: str) -> bool:
    """Whether a body is small enough to be written."""
    return len(body) <= _LARGEST


def write_sealed(path: str, kind: str, body: str) -> None:
    """Write a file that fits; `kind`: the format and the tool. What cannot be written is left."""
    if fits(body):
        write_own_file(path, f"{kind} {digest(body)}\n{body}")


def read_sealed(path: str, kind: str) -> bytes | None:
    """The body of a file; None when it is missing, not ours, of another kind, or not whole."""
    data = read_own_file(path)
    if data is None or not data.isascii():
        return None
    head, _, body = data.partition(b"\n")
    return body if head == f"{kind} {digest(body)}".encode() else None

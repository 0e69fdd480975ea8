"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat

from netpol_lsp.files.reading import TextFile, explain
from netpol_lsp.text.source import BOM

TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".netpol-lint-", ".tmp"
"""Names of unfinished files: hidden, and no manifest by their ending, so that a killed run leaves no input behind."""


class WriteError(Exception):
    """A file could not be written; it is as it was before."""


def encode_text(text: TextFile) -> bytes:
    """The bytes of a text in the encoding that its file has, with its byte order mark."""
    return _encode(text.source.text, text.encoding, bom=text.source.has_bom)


def atomic_write(path: str, text: str, *, encoding: str = "utf-8", bom: bool = False) -> None:
    """Replace the content of a file, or make it.

    At every moment the file is the old or the new one, also after a kill. A symbolic link stays one and
    its target is replaced; permissions and, where possible, the owner are kept. Raises WriteError.
    """
    target = os.path.realpath(path)
    try:
        data = _encode(text, encoding, bom=bom)
        old = _existing(target, path)
        temporary = os.path.join(
            os.path.dirname(target), f"{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(6).hex()}{TEMPORARY_SUFFIX}"
        )
        try:
            _write_new(temporary, data, old)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        message = f"{path}: cannot be written: {explain(error)}"
        raise WriteError(message) from error


def _encode(text: str, encoding: str, *, bom: bool) -> bytes:
    return ((BOM if bom else "") + text).encode(encoding, "surrogatepass")


def _existing(target: str, path: str) -> os.stat_result | None:
    try:
        old = os.stat(target)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(old.st_mode):
        message = f"{path}: cannot be written: it is not a regular file"
        raise WriteError(message)
    # The folder's permissions decide on a replacement, so a read-only file needs asking for by itself.
    if not old.st_mode & 0o222 or not os.access(target, os.W_OK):
        message = f"{path}: cannot be written: it is read-only"
        raise WriteError(message)
    return old


def _write_new(temporary: str, data: bytes, old: os.stat_result | None) -> None:
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with open(descriptor, "wb") as file:
        if old is not None and hasattr(os, "fchmod"):
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, old.st_uid, old.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
        file.write(data)
        file.flush()
        os.fsync(descriptor)

"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat

from netpol_lsp.files.boundary import stays_inside
from netpol_lsp.files.reading import TextFile, explain, read_bytes
from netpol_lsp.text.source import BOM

TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".netpol-lint-", ".tmp"
"""Names of unfinished files: hidden, and no manifest by their ending, so that a killed run leaves no input after."""


class WriteError(Exception):
    """A file could not be written; it is as it was before."""


def encode_text(text: TextFile) -> bytes:
    """The bytes of a text in the encoding that its file has, with its byte order mark."""
    return _encode(text.source.text, text.encoding, bom=text.source.has_bom)


class ChangedError(WriteError):
    """Someone else has written the file meanwhile; it is as they wrote it."""


def atomic_write(
    path: str,
    text: str,
    *,
    encoding: str = "utf-8",
    bom: bool = False,
    before: bytes | None = None,
    mode: int | None = None,
) -> None:
    """Replace the content of a file, or make it.

    At every moment the file is the old or the new one, also after a kill. A symbolic link stays one and
    its target is replaced, but never outside of the tree that the link is in; permissions and, where possible, the owner
    are kept. `before`: what the file must still hold in the moment of its replacement; `mode`: the permissions of a new
    file. Raises WriteError, and ChangedError where the file holds something else.
    """
    refuse_to_leave(path)
    target = os.path.realpath(path)
    _sweep(os.path.dirname(target))
    try:
        data = _encode(text, encoding, bom=bom)
        old = _existing(target, path)
        temporary = os.path.join(
            os.path.dirname(target), f"{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(6).hex()}{TEMPORARY_SUFFIX}"
        )
        try:
            _write_new(temporary, data, old, mode)
            _compare(target, before, path)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        message = f"{path}: cannot be written: {explain(error)}"
        raise WriteError(message) from error


def _compare(target: str, before: bytes | None, path: str) -> None:
    if before is not None and read_bytes(target) != before:
        message = f"{path}: was changed by someone else meanwhile"
        raise ChangedError(message)


def refuse_to_leave(path: str) -> None:
    """Raise WriteError for a path that leads out of its tree by a link."""
    if not stays_inside(path):
        message = f"{path}: cannot be written: a link leads out of the tree it is in"
        raise WriteError(message)


_SWEPT: set[str] = set()


def _sweep(folder: str) -> None:
    """Remove what killed runs have left in a folder: unfinished files whose process is gone. Once for each folder."""
    if folder in _SWEPT or not hasattr(os, "geteuid"):
        return
    _SWEPT.add(folder)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMPORARY_PREFIX) and entry.name.endswith(TEMPORARY_SUFFIX):
                number = entry.name[len(TEMPORARY_PREFIX) :].partition("-")[0]
                if number.isdecimal() and len(number) < 10 and not _is_running(int(number)):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
                        os.unlink(entry.path)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


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


def _write_new(temporary: str, data: bytes, old: os.stat_result | None, mode: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666 if mode is None else mode)
    with open(descriptor, "wb") as file:
        if old is not None and hasattr(os, "fchmod"):
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, old.st_uid, old.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
        file.write(data)
        file.flush()
        os.fsync(descriptor)

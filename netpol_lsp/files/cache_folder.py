"""Files of our own in the user's cache folder: private, in a folder that is ours, never through a link."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from netpol_lsp.files.writing import WriteError, atomic_write

_LARGEST = 512 * 1024 * 1024


def read_own_file(path: str) -> bytes | None:
    """The bytes of a cache file; None when it is missing, not ours, a link, or in a folder that others may write to."""
    if not _is_private_folder(os.path.dirname(path)):
        return None
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not _is_ours(status) or status.st_size > _LARGEST:
                return None
            return file.read()
    except OSError:
        return None


def write_own_file(path: str, text: str) -> None:
    """Write a cache file that only the user may read; what cannot be written is left."""
    folder = os.path.dirname(path)
    with suppress(OSError, WriteError):
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        if _is_private_folder(folder) and not os.path.islink(path):
            atomic_write(path, text, mode=0o600)


def _is_private_folder(folder: str) -> bool:
    """Whether a folder is a real one of ours that no one else may write to; one that is only too open is closed."""
    try:
        status = os.lstat(folder)
        if not stat.S_ISDIR(status.st_mode) or not _is_ours(status):
            return False
        if hasattr(os, "geteuid") and status.st_mode & 0o077:
            os.chmod(folder, 0o700)
    except OSError:
        return False
    return True


def _is_ours(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()

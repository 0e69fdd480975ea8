"""Python's collector of cycles, kept from looking through what a scan of the workspace makes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_scans = [0]


@contextmanager
def collector_rests() -> Iterator[None]:
    """No collection meanwhile: a single one looks through the facts of thousands of files, in the middle of a keystroke.

    Facts have no cycles and stay: in a process that has set aside what it has loaded, they are set aside, too.
    """
    if not _scans[0]:
        gc.disable()
    _scans[0] += 1
    try:
        yield
    finally:
        _scans[0] -= 1
        if not _scans[0]:
            if gc.get_freeze_count():
                gc.freeze()
            gc.enable()

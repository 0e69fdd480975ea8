"""Ends the process when its client is gone, whatever the event loop is doing."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)
_CHECK, _GRACE = 2.0, 5.0
"""Seconds between two looks at the client's process, and for the loop to end by itself."""


def leave_with(process_id: int, stop: Callable[[], object]) -> None:
    """Stop when a process is gone: some die without closing the wire. A loop that is stuck is not waited for."""

    def watch() -> None:
        while is_alive(process_id):
            time.sleep(_CHECK)
        logger.info("process %d is gone, so is the server", process_id)
        stop()
        end_soon()

    threading.Thread(target=watch, name="client watch", daemon=True).start()


def end_soon(seconds: float = _GRACE) -> None:
    """End the process, if it does not end by itself soon."""

    def end() -> None:
        time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=end, name="watchdog", daemon=True).start()


def is_alive(process_id: int) -> bool:
    """Whether a process runs."""
    if os.name == "nt":
        # There is no signal 0 on Windows; the closed wire has to do.
        return True
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

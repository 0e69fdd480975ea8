"""How long things take: one line for each, for who has asked to be told."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

_LONGEST = 500
"""Characters of details: parameters can be a whole file."""


class Operation:
    """Something that the server does; `done` logs what it was and how long it took.

    The line goes to the client as `$/logTrace` and to the log, where these want to know; the details to a client
    that traces verbosely.
    """

    __slots__ = ("_logger", "_name", "_start")

    def __init__(self, logger: logging.Logger, name: str) -> None:
        self._logger = logger
        self._name = name
        self._start = time.perf_counter()

    def done(self, outcome: str = "", **details: Any) -> None:
        """It is over; `outcome` says how it ended, where that is not plain."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        spent = (time.perf_counter() - self._start) * 1000
        ending = f", {outcome}" if outcome else ""
        self._logger.info("%s: %.1f ms%s", self._name, spent, ending, extra={DETAILS: Details(details)})


DETAILS = "netpol_details"
"""The attribute of a log record that has its details."""


class Details:
    """What is known of an operation besides; written out only when someone wants to read it."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __str__(self) -> str:
        """One line for each value, long ones cut."""
        return "\n".join(f"{name}: {_short(value)}" for name, value in self._values.items() if value is not None)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"

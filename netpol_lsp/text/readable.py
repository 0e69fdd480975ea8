"""Texts that people read: cut where a value from a file makes them too long."""

from __future__ import annotations

ELLIPSIS = "…"
LONGEST_MESSAGE = 600
"""How many characters of a message are shown; no one reads more, and a value in it may have millions."""


def shorten(text: str, most: int = LONGEST_MESSAGE) -> str:
    """The text with its middle left out where it has more than `most` characters: what it says of a value follows the value."""
    if len(text) <= most:
        return text
    tail = most // 3
    return f"{text[: most - tail - 1]}{ELLIPSIS}{text[-tail:]}"

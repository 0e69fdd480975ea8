"""A quick look whether a text can hold suppressions."""

from __future__ import annotations

import re

_HINT = re.compile(r"netpol(?:-lint)?[\s:/]*+ignore", re.IGNORECASE)
"""What comments, written well or not, and the annotation have in common."""


def may_suppress(text: str) -> bool:
    """Whether a file can hold suppressions: a quick look."""
    return "netpol" in text.lower() and _HINT.search(text) is not None

"""How much a text may hold that is looked at while it is edited; netpol-lint takes its time for others."""

from __future__ import annotations

MAX_LENGTH = 16_000_000
"""Characters."""
MAX_DOCUMENTS = 50_000
"""YAML documents in a text: each is judged, and kept, for itself."""


def is_too_large(text: str) -> bool:
    """Whether a text has too many characters or YAML documents."""
    return len(text) > MAX_LENGTH or text.count("\n---") > MAX_DOCUMENTS

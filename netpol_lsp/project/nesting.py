"""Documents are walked by recursion: Python must allow as deep a one as the parser does."""

from __future__ import annotations

import sys

_FRAMES = 12_000
"""A dozen calls a level of the deepest document that is read (`yaml.parser.MAX_DEPTH`); calls of Python functions take no C stack."""


def allow_deep_nesting() -> None:
    """Raise the limit of this process' recursion; Python's own is for 80 to 300 levels of nesting."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))

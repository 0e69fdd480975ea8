"""The folder that files have in common."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile


def common_folder(uris: Iterable[str]) -> str:
    """The innermost folder that holds all files, with a slash at its end; "" when they have none in common."""
    files = list(uris)
    if not files:
        return ""
    # What the first and the last of them in order have in common, all have.
    pairs = zip(min(files).split("/")[:-1], max(files).split("/")[:-1], strict=False)
    return "".join(f"{part}/" for part, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

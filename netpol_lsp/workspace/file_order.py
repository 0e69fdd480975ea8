"""One order of files, whatever order they came in: of several places that a finding can name, all who look name the same one."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

Value = TypeVar("Value")
_FEW = 8


def with_entries(old: Mapping[str, Value], changed: Mapping[str, Value]) -> dict[str, Value]:
    """The table with these entries instead, by path; what is there already keeps its place."""
    files = {**old, **changed}
    more = len(files) - len(old)
    if not more:
        return files
    if more > _FEW:
        return dict(sorted(files.items(), key=_by_path))
    # The old ones are sorted already.
    entries = list(files.items())[: len(old)]
    for uri in list(files)[len(old) :]:
        insort(entries, (uri, files[uri]), key=_by_path)
    return dict(entries)


def _by_path(entry: tuple[str, object]) -> str:
    return path_order(entry[0])


@lru_cache(maxsize=65536)
def path_order(uri: str) -> str:
    """A URI or path as it is sorted: paths and the URIs of the same files come in the same order."""
    if not uri.startswith("file:"):
        return uri
    from urllib.parse import unquote  # noqa: PLC0415 - on the command line files have paths

    return unquote(uri)

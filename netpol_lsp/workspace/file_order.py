"""One order of files, whatever order they came in: of several places that a finding can name, all who look name the same one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar
from urllib.parse import unquote

Value = TypeVar("Value")


def with_entries(old: Mapping[str, Value], changed: Mapping[str, Value]) -> dict[str, Value]:
    """The table with these entries instead, by path; what is there already keeps its place."""
    files = {**old, **changed}
    if len(files) == len(old):
        return files
    return dict(sorted(files.items(), key=_by_path))


def _by_path(entry: tuple[str, object]) -> str:
    return _path(entry[0])


@lru_cache(maxsize=65536)
def _path(uri: str) -> str:
    """A URI or path as it is sorted: paths and the URIs of the same files come in the same order."""
    return unquote(uri) if uri.startswith("file:") else uri

"""Versions as people write them, and ranges of versions."""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, ...]
"""As in (1, 15) or (1, 15, 3): what is left out is not known."""
_VERSION = re.compile(r"v?(\d{1,4}(?:\.\d{1,4}){0,3})(?:[-+][\w.+-]*)?\Z")


def parse_version(text: str) -> Version | None:
    """The numbers of `1.15`, `v1.15.3`, `1.20.0-pre.4`; None when it is not a version."""
    match = _VERSION.match(text.strip())
    return tuple(int(part) for part in match[1].split(".")) if match else None


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Versions from `first` (inclusive) up to `end` (exclusive); None where the range is open."""

    first: Version | None = None
    end: Version | None = None

    def covers(self, version: Version) -> bool:
        """Whether every version that `version` may mean lies in the range."""
        low, high = version, _next(version)
        return (self.first is None or low >= self.first) and (self.end is None or high <= self.end)

    def overlaps(self, version: Version) -> bool:
        """Whether some version that `version` may mean lies in the range."""
        low, high = version, _next(version)
        return (self.first is None or high > self.first) and (self.end is None or low < self.end)

    def __str__(self) -> str:
        """As in `1.14 and newer`, `before 1.16`, `1.29 up to 1.31`; empty for every version."""
        first, end = ".".join(map(str, self.first or ())), ".".join(map(str, self.end or ()))
        if first and end:
            return f"from {first}, before {end}"
        return f"from {first}" if first else f"before {end}" if end else ""


def _next(version: Version) -> Version:
    """The first version after all that `version` may mean: of 1.15 that is 1.16."""
    return (*version[:-1], version[-1] + 1)

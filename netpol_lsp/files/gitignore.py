"""Path patterns as git reads them in .gitignore."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import lru_cache


class Patterns:
    """Patterns of one folder. Paths are relative to it and `/`-separated; a folder's path ends in `/`."""

    __slots__ = ("_any", "_patterns")

    def __init__(self, lines: Iterable[str]) -> None:
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - costs 35 ms, and most runs have no patterns

        spec = GitIgnoreSpec.from_lines(lines)
        self._patterns = [
            (pattern.regex, bool(pattern.include)) for pattern in spec.patterns if pattern.regex is not None
        ]
        # One expression over all patterns answers "none of them" fast, which is the answer for most paths.
        joined = "|".join(f"(?:{_ungrouped(regex.pattern)})" for regex, _ in self._patterns)
        self._any = re.compile(joined) if joined else None

    def verdict(self, path: str) -> bool | None:
        """Whether the path itself is ignored: by the last pattern that matches; None when none does.

        Folders above the path are not looked at: whoever walks down has asked for them already.
        """
        if self._any is None or not self._any.match(path):
            return None
        return next((include for regex, include in reversed(self._patterns) if regex.match(path)), None)

    def covers(self, path: str) -> bool:
        """Whether the path or a folder above it is ignored."""
        end = path.find("/")
        while 0 <= end < len(path) - 1:
            if self.verdict(path[: end + 1]):
                return True
            end = path.find("/", end + 1)
        return bool(self.verdict(path))


def globs_in(folder: str, globs: Iterable[str]) -> Callable[[str], bool]:
    """A test of absolute, `/`-separated paths: whether a glob, relative to `folder`, names them or a folder above them."""
    patterns = Patterns(globs)
    base = folder.rstrip("/") + "/"

    @lru_cache(maxsize=65536)
    def matches(path: str) -> bool:
        return path.startswith(base) and patterns.covers(path[len(base) :])

    return matches


def read_patterns(path: str) -> Patterns | None:
    """The patterns of a .gitignore file; None when it is missing, unreadable or has none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line for line in file.read().splitlines() if line.strip() and not line.startswith("#")]
    except OSError:
        return None
    return Patterns(lines) if lines else None


def repository_root(folder: str) -> str | None:
    """The nearest folder from `folder` (absolute) upwards that holds `.git`."""
    current = folder
    while True:
        if os.path.lexists(os.path.join(current, ".git")):
            return current
        above = os.path.dirname(current)
        if above == current:
            return None
        current = above


def _ungrouped(expression: str) -> str:
    """The expression with named groups made plain, so that many of them fit in one."""
    return re.sub(r"\(\?P<\w+>", "(?:", expression)

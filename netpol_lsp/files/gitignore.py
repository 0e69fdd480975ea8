"""Path patterns as git reads them in .gitignore, in time that does not depend on how they are written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from netpol_lsp.files.reading import ReadProblem, read_bytes
from netpol_lsp.files.wildcards import LONGEST_PATTERN, InvalidPatternError, Wildcard, compile_wildcard

_ANY_FOLDERS = "**"
_KEY = 8
"""Patterns are looked up by so many of their first or last characters."""
_LARGEST_FILE = 8_000_000
_MOST_ALIKE = 2000
"""Patterns that cannot be told apart without trying each of them; more are not looked at."""


class _Pattern(NamedTuple):
    """One line. `parts` are the components of a path, `**` as None; without `is_whole` only the last one counts."""

    ignores: bool
    only_folders: bool
    is_whole: bool
    parts: tuple[Wildcard | None, ...]

    def matches(self, path: str, name: str) -> bool:
        """Whether it names a path, given without the `/` of a folder, and with its last component."""
        if not self.is_whole:
            part = self.parts[0]
            return part is None or part.matches(name)
        return _match_parts(self.parts, path.split("/"))


class Patterns:
    """Patterns of one folder. Paths are relative to it and `/`-separated; a folder's path ends in `/`.

    Lines that git takes for invalid match nothing, as in git.
    """

    __slots__ = ("_by_name", "_by_path", "_patterns")

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns = [pattern for line in lines if (pattern := _parse(line)) is not None]
        self._by_name = _Lookup()
        self._by_path = _Lookup()
        for number, pattern in enumerate(self._patterns):
            parts = pattern.parts
            if not pattern.is_whole:
                self._by_name.add(number, parts[0])
            elif parts[0] is not None and not parts[0].is_literal:
                self._by_path.add_prefix(number, parts[0].prefix)
            elif parts[0] is not None:
                self._by_path.add_prefix(number, _literal_start(parts))
            else:
                self._by_path.add_suffix(number, parts[-1].suffix if parts[-1] is not None else "")

    def verdict(self, path: str) -> bool | None:
        """Whether the path itself is ignored: by the last pattern that matches; None when none does.

        Folders above the path are not looked at: the one who walks down has asked for them already.
        """
        if not self._patterns:
            return None
        is_folder = path.endswith("/")
        plain = path[:-1] if is_folder else path
        name = plain[plain.rfind("/") + 1 :]
        for number in sorted({*self._by_name.near(name), *self._by_path.near(plain)}, reverse=True):
            pattern = self._patterns[number]
            if (is_folder or not pattern.only_folders) and pattern.matches(plain, name):
                return pattern.ignores
        return None

    def covers(self, path: str) -> bool:
        """Whether the path or a folder above it is ignored."""
        end = path.find("/")
        while 0 <= end < len(path) - 1:
            if self.verdict(path[: end + 1]):
                return True
            end = path.find("/", end + 1)
        return bool(self.verdict(path))


class _Lookup:
    """Numbers of patterns by characters that what they match starts or ends with: thousands may differ in nothing else."""

    __slots__ = ("_exact", "_prefix_lengths", "_prefixes", "_suffix_lengths", "_suffixes")

    def __init__(self) -> None:
        self._exact: dict[str, list[int]] = {}
        self._prefixes: dict[str, list[int]] = {}
        self._suffixes: dict[str, list[int]] = {}
        self._prefix_lengths: tuple[int, ...] = ()
        self._suffix_lengths: tuple[int, ...] = ()

    def add(self, number: int, part: Wildcard | None) -> None:
        """Note a pattern of one component."""
        if part is not None and part.is_literal:
            _note(self._exact, part.prefix, number)
        elif part is None or not part.prefix:
            self.add_suffix(number, part.suffix if part is not None else "")
        else:
            self.add_prefix(number, part.prefix)

    def add_prefix(self, number: int, prefix: str) -> None:
        """Note a pattern by what its paths start with."""
        _note(self._prefixes, prefix[:_KEY], number)
        self._prefix_lengths = tuple({*self._prefix_lengths, len(prefix[:_KEY])})

    def add_suffix(self, number: int, suffix: str) -> None:
        """Note a pattern by what its paths end with."""
        _note(self._suffixes, suffix[-_KEY:], number)
        self._suffix_lengths = tuple({*self._suffix_lengths, len(suffix[-_KEY:])})

    def near(self, text: str) -> list[int]:
        """The patterns that may match a text."""
        found = list(self._exact.get(text, ()))
        for length in self._prefix_lengths:
            found += self._prefixes.get(text[:length], ())
        for length in self._suffix_lengths:
            found += self._suffixes.get(text[len(text) - length :] if length <= len(text) else text, ())
        return found


def _note(known: dict[str, list[int]], key: str, number: int) -> None:
    listed = known.setdefault(key, [])
    if len(listed) < _MOST_ALIKE:
        listed.append(number)


def globs_in(folder: str, globs: Iterable[str]) -> Callable[[str], bool]:
    """A test of absolute, `/`-separated paths: whether a glob, relative to `folder`, names them or a folder above them."""
    patterns = Patterns(globs)
    base = folder.rstrip("/") + "/"

    @lru_cache(maxsize=65536)
    def matches(path: str) -> bool:
        return path.startswith(base) and patterns.covers(path[len(base) :])

    return matches


def read_patterns(path: str) -> Patterns | None:
    """The patterns of a .gitignore file; None when it is missing, unreadable or has none.

    As git does, a link in its place is not followed.
    """
    if os.path.islink(path):
        return None
    data = read_bytes(path, most=_LARGEST_FILE)
    if isinstance(data, ReadProblem):
        return None
    lines = data.decode("utf-8-sig", "replace").split("\n")
    wanted = [line.removesuffix("\r") for line in lines if line.strip() and not line.startswith("#")]
    return Patterns(wanted) if wanted else None


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


def _parse(line: str) -> _Pattern | None:
    """A line of patterns; None for a comment, an empty line, or what can match nothing."""
    text = _without_trailing_spaces(line)
    if not text or text.startswith("#") or len(text) > LONGEST_PATTERN:
        return None
    ignores = not text.startswith("!")
    text = text if ignores else text[1:]
    only_folders = text.endswith("/")
    text = text[:-1] if only_folders else text
    is_whole = "/" in text
    text = text.removeprefix("/")
    if not text:
        return None
    try:
        parts = tuple(None if part == _ANY_FOLDERS else compile_wildcard(part) for part in text.split("/"))
    except InvalidPatternError:
        return None
    if not is_whole and parts[0] is None:
        parts = (compile_wildcard("*"),)
    return _Pattern(ignores, only_folders, is_whole, parts)


def _without_trailing_spaces(line: str) -> str:
    plain = line.rstrip(" ")
    if plain == line or not plain.endswith("\\"):
        return plain
    slashes = len(plain) - len(plain.rstrip("\\"))
    return plain + " " if slashes % 2 else plain


def _literal_start(parts: tuple[Wildcard | None, ...]) -> str:
    """The characters that all paths start with whose first component is a literal."""
    text = ""
    for number, part in enumerate(parts):
        if part is None:
            return text
        text += part.prefix
        if not part.is_literal:
            return text
        if number < len(parts) - 1 and parts[number + 1] is not None:
            text += "/"
    return text


def _match_parts(parts: tuple[Wildcard | None, ...], path: list[str]) -> bool:
    """Whether components match a path: `**` (None) is any number of folders, at the end at least one of anything.

    When components after a `**` do not fit, it takes one folder more; those before it never need to be tried again.
    """
    if parts[-1] is None:
        parts = (*parts[:-1], _ANYTHING, None)
    at = place = 0
    retry_at = retry_place = -1
    while place < len(path):
        part = parts[at] if at < len(parts) else _NO_PART
        if part is None:
            at += 1
            retry_at, retry_place = at, place
            if at == len(parts):
                return True
        elif isinstance(part, Wildcard) and part.matches(path[place]):
            at += 1
            place += 1
        elif retry_at >= 0:
            retry_place += 1
            at, place = retry_at, retry_place
        else:
            return False
    while at < len(parts) and parts[at] is None:
        at += 1
    return at == len(parts)


_ANYTHING = compile_wildcard("*")
_NO_PART = object()

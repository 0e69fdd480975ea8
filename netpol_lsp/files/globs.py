"""Paths that a glob names. Linked folders are not entered by `**`, so that links in a circle do no harm."""

from __future__ import annotations

import os
from collections.abc import Iterator

from netpol_lsp.files.wildcards import InvalidPatternError, Wildcard, compile_wildcard

_SPECIAL = frozenset("*?[")
_MOST_PLACES = 1_000_000
"""Linked folders may lead to the same places by ever more ways."""


def expand_glob(pattern: str) -> Iterator[str]:
    """The paths that a pattern matches, each once, in no certain order.

    As a shell's: `*` is no `/`, `**` is any number of folders, and what is hidden must be named as hidden. A pattern
    that is not valid matches nothing.
    """
    plain = pattern.replace(os.sep, "/")
    base = "/" if plain.startswith("/") else ""
    parts = [part for part in plain.split("/") if part]
    try:
        compiled = [None if part == "**" else part if _is_plain(part) else compile_wildcard(part) for part in parts]
    except InvalidPatternError:
        return iter(())
    return iter(dict.fromkeys(_expand(base, tuple(compiled))))


def fixed_start(pattern: str) -> str:
    """The folders that a pattern starts with as they are, as a path; empty when there are none."""
    parts = pattern.split("/")
    fixed = 0
    while fixed < len(parts) and _is_plain(parts[fixed]):
        fixed += 1
    return "/".join(parts[:fixed]) or ("/" if pattern.startswith("/") else "")


def _is_plain(part: str) -> bool:
    return _SPECIAL.isdisjoint(part)


Parts = tuple[Wildcard | str | None, ...]


def _expand(base: str, parts: Parts) -> Iterator[str]:
    """The paths below `base` that components match; on a stack, and no place with the same components left twice."""
    stack: list[tuple[str, int]] = [(base, 0)]
    seen = set(stack)
    while stack:
        folder, at = stack.pop()
        if at == len(parts):
            if folder and os.path.lexists(folder):
                yield folder.rstrip("/") or folder
            continue
        for path, done in _step(folder, parts[at], is_last=at + 1 == len(parts)):
            place = (path, at + done)
            if place not in seen and len(seen) < _MOST_PLACES:
                seen.add(place)
                stack.append(place)


def _step(folder: str, part: Wildcard | str | None, *, is_last: bool) -> Iterator[tuple[str, bool]]:
    """Where a component leads from a folder, and whether it is done with."""
    if isinstance(part, str):
        yield f"{folder}{part}" + ("" if is_last else "/"), True
        return
    if part is None:
        yield folder, True
    for name, is_folder, is_link in _listed(folder):
        if part is None:
            if name.startswith("."):
                continue
            if is_folder and not is_link:
                yield f"{folder}{name}/", False
            elif is_last:
                yield f"{folder}{name}", True
        elif (not name.startswith(".") or part.prefix.startswith(".")) and part.matches(name):
            if is_last:
                yield f"{folder}{name}", True
            elif is_folder:
                yield f"{folder}{name}/", True


def _listed(folder: str) -> list[tuple[str, bool, bool]]:
    """What is in a folder: each name, whether it is a folder, and whether it is a link."""
    try:
        with os.scandir(folder or ".") as entries:
            return [(entry.name, _is_folder(entry), entry.is_symlink()) for entry in entries]
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False

"""Finds the manifests that a command line names: files, folders, globs and standard input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.files.gitignore import Patterns, read_patterns, repository_root
from netpol_lsp.files.reading import explain
from netpol_lsp.text.endings import TAKEN_ENDINGS

STDIN = "-"
VENDORED = frozenset({"node_modules", "vendor", "venv", "bower_components", "site-packages", "__pycache__"})
CONFIG_NAME = ".netpol-lint.yaml"
BASELINE_NAME = ".netpol-lint-baseline.json"
_OWN_FILES = (CONFIG_NAME, BASELINE_NAME)
GITIGNORE = ".gitignore"

Excluded = Callable[[str], bool]
"""Whether a path (as it will be reported; a folder's ends in `/`) is left out by configuration."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """`paths` to read, sorted, each once, `-` first; `problems` are sentences about what could not be found."""

    paths: tuple[str, ...]
    problems: tuple[str, ...] = ()


def discover(arguments: Iterable[str], excluded: Excluded | None = None, *, force_exclude: bool = False) -> Discovered:
    """The manifests after the arguments.

    A file that is named is taken whatever it is called, and excluded only with `force_exclude`. In folders
    files ending in .yaml, .yml and .json, and those of `TEMPLATE_ENDINGS`, are taken, without what .gitignore names, hidden and vendored
    folders, and linked folders (their files are taken where they really are).
    """
    walker = _Walker(excluded or _nothing, force_exclude=force_exclude)
    for argument in arguments:
        walker.add(argument)
    ordered = sorted(walker.found, key=lambda path: (path != STDIN, path))
    return Discovered(tuple(ordered), tuple(walker.problems))


def would_discover(folder: str, path: str, excluded: Excluded | None = None) -> bool:
    """Whether `discover` takes a file, which need not exist, when it walks down from a folder; both are absolute."""
    base = folder.rstrip("/") + "/"
    is_excluded = excluded or _nothing
    relative = path[len(base) :]
    if not path.startswith(base) or not path.endswith(TAKEN_ENDINGS):
        return False
    levels, above = _with_own(_levels_above(folder), base, ""), ""
    *folders, name = relative.split("/")
    for part in folders:
        above += f"{part}/"
        if not _is_walked(part) or os.path.islink(base + above[:-1]):
            return False
        if _ignored(above, levels) or is_excluded(base + above):
            return False
        levels = _with_own(levels, base, above)
    if name in _OWN_FILES or _ignored(relative, levels) or is_excluded(path):
        return False
    return not os.path.islink(path) or not _is_link_into(folder, path, is_excluded)


def _is_link_into(folder: str, path: str, excluded: Excluded) -> bool:
    """Whether a symbolic link leads to a file that is taken where it really is."""
    target = os.path.realpath(path)
    real = os.path.realpath(folder).rstrip("/") + "/"
    return target.startswith(real) and would_discover(folder, f"{folder.rstrip('/')}/{target[len(real) :]}", excluded)


def _is_walked(name: str) -> bool:
    """Whether a folder of this name is looked into: neither hidden nor vendored."""
    return name[0] != "." and name not in VENDORED


def _nothing(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Level:
    """A .gitignore that holds for a folder: paths below the walk's root become its own by `prefix + path[strip:]`.

    `is_ignored`: it ignores the walk's root itself.
    """

    patterns: Patterns
    prefix: str
    strip: int
    is_ignored: bool = False


class _Walker:
    """Collects paths; a path that is named twice is taken once, under its first name."""

    def __init__(self, excluded: Excluded, *, force_exclude: bool) -> None:
        self.excluded = excluded
        self.force_exclude = force_exclude
        self.found: list[str] = []
        self.problems: list[str] = []
        self.seen: set[str] = set()
        self.links: list[str] = []

    def add(self, argument: str) -> None:
        """Take what one argument names."""
        if argument == STDIN:
            self.take(STDIN, STDIN)
        elif os.path.isdir(argument):
            self.walk(argument)
        elif os.path.lexists(argument):
            self.take_named(argument)
        elif any(char in argument for char in "*?["):
            self.expand(argument)
        else:
            self.problems.append(f"{argument}: no such file or folder")

    def expand(self, pattern: str) -> None:
        """Take what a glob matches; `**` stands for any number of folders."""
        from netpol_lsp.files.globs import expand_glob  # noqa: PLC0415 - most shells expand globs themselves

        matches = sorted(expand_glob(pattern))
        if not matches:
            self.problems.append(f"{pattern}: matches no file")
        for match in matches:
            if not os.path.isdir(match):
                self.take_named(match)
            elif not pattern.endswith("**"):
                self.walk(match)

    def take_named(self, path: str) -> None:
        """Take a file that was named."""
        shown = _shown(path)
        if not (self.force_exclude and self.excluded(shown)):
            self.take(shown, os.path.abspath(path))

    def take(self, shown: str, identity: str) -> None:
        """Take a file unless it was taken before."""
        if identity not in self.seen:
            self.seen.add(identity)
            self.found.append(shown)

    def walk(self, root: str) -> None:
        """Take the manifests below a folder."""
        absolute = os.path.abspath(root)
        links: list[tuple[str, str]] = []
        real: set[str] = set()
        shown = _shown(root)
        shown = "" if shown == "." else shown.rstrip("/") + "/"
        base = absolute.rstrip("/") + "/"
        for relative, is_link in self.manifests(base, shown):
            if is_link:
                links.append((relative, os.path.realpath(base + relative)))
            else:
                real.add(base + relative)
                self.take(shown + relative, base + relative)
        if links:
            whole = {os.path.realpath(path) for path in real}
            for relative, target in sorted(links):
                if target not in whole:
                    whole.add(target)
                    self.take(shown + relative, base + relative)

    def manifests(self, base: str, shown: str) -> Iterator[tuple[str, bool]]:
        """The manifests below a folder, relative to it, and whether each is a symbolic link to a file."""
        stack: list[tuple[str, tuple[_Level, ...]]] = [("", _levels_above(base.rstrip("/") or "/"))]
        while stack:
            folder, levels = stack.pop()
            try:
                with os.scandir(base + folder) as entries:
                    listed = list(entries)
            except OSError as error:
                self.problems.append(f"{shown}{folder}: cannot be opened: {explain(error)}")
                continue
            if any(entry.name == GITIGNORE for entry in listed):
                levels = _with_own(levels, base, folder)
            for entry in listed:
                name = entry.name
                if name.endswith(TAKEN_ENDINGS):
                    path = folder + name
                    if self.is_wanted_file(entry, path, shown, levels):
                        yield path, entry.is_symlink()
                        continue
                if _is_walked(name) and entry.is_dir(follow_symlinks=False):
                    path = f"{folder}{name}/"
                    if not _ignored(path, levels) and not self.excluded(shown + path):
                        stack.append((path, levels))

    def is_wanted_file(self, entry: os.DirEntry[str], path: str, shown: str, levels: tuple[_Level, ...]) -> bool:
        """Whether an entry with a manifest's ending is a file to take."""
        try:
            is_file = entry.is_file()
        except OSError:
            # A link that leads to itself, for one: who reads it says so.
            return not _ignored(path, levels) and not self.excluded(shown + path)
        return (
            is_file and entry.name not in _OWN_FILES and not _ignored(path, levels) and not self.excluded(shown + path)
        )


def _ignored(path: str, levels: tuple[_Level, ...]) -> bool:
    """Whether git ignores a path: the nearest .gitignore that says anything decides."""
    for level in reversed(levels):
        verdict = level.patterns.verdict(level.prefix + path[level.strip :])
        if verdict is None and level.is_ignored:
            verdict = True
        if verdict is not None:
            return verdict
    return False


def _with_own(levels: tuple[_Level, ...], base: str, folder: str) -> tuple[_Level, ...]:
    """The levels with that of a folder's own .gitignore, if it has one."""
    patterns = read_patterns(f"{base}{folder}{GITIGNORE}")
    return levels if patterns is None else (*levels, _Level(patterns, "", len(folder)))


def _levels_above(folder: str) -> tuple[_Level, ...]:
    """What git ignores already above a folder (absolute): .git/info/exclude and .gitignore from the repository's root down."""
    root = repository_root(folder)
    if root is None:
        return ()
    below = folder[len(root.rstrip("/")) :].strip("/")
    parts = below.split("/") if below else []
    levels: list[_Level] = []
    exclude = read_patterns(os.path.join(root, ".git", "info", "exclude"))
    if exclude is not None:
        levels.append(_level_above(exclude, below + "/" if below else ""))
    for depth in range(len(parts)):
        patterns = read_patterns(os.path.join(root, *parts[:depth], GITIGNORE))
        if patterns is not None:
            levels.append(_level_above(patterns, "/".join(parts[depth:]) + "/"))
    return tuple(levels)


def _level_above(patterns: Patterns, prefix: str) -> _Level:
    return _Level(patterns, prefix, 0, is_ignored=bool(prefix) and patterns.covers(prefix))


def _shown(path: str) -> str:
    """The path as it is reported: as given, without `./` in front."""
    plain = path.replace(os.sep, "/") if os.sep != "/" else path
    while plain.startswith("./") and len(plain) > 2:
        plain = plain[2:].lstrip("/")
    return plain

"""Findings of earlier runs, so that files that did not change are not linted again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from netpol_lsp import __version__
from netpol_lsp.files.cache_folder import read_own_file, write_own_file
from netpol_lsp.files.gitignore import repository_root

FORMAT = 5
WORTHWHILE = 50
"""Below so many files, linting is faster than looking for a cache."""
_MAX_ENTRIES = 200_000
_SETTLED_NS = 2_000_000_000
"""A file younger than this when it was read may change again within its time stamp's grain."""


def digest(*parts: str | bytes) -> str:
    """A short name for some content."""
    from hashlib import blake2b  # noqa: PLC0415 - small runs have no cache

    made = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "little"))
        made.update(data)
    return made.hexdigest()


@dataclass(slots=True)
class Entry:
    """What is known of a file.

    `stamp`: modification time, change time (both in ns, or 0 when they were too fresh to be trusted) and size. `content`: the
    digest of its bytes. `key`: the digest of all that the findings depend on besides; "" when the file
    holds nothing of ours. `found`: the findings as a text of JSON, which
    is read only when someone wants to see them. `holds_resources`: findings in other files may depend on it.
    `hints`: what it tells of the network plugin and the platform.
    """

    stamp: list[int]
    content: str
    documents: int = 1
    policies: int = 0
    key: str = ""
    found: str = ""
    holds_resources: bool = False
    hints: list[list[Any]] = field(default_factory=list)


class Cache:
    """The entries of one project by absolute path. A cache that cannot be read or written is no cache, and no error."""

    def __init__(self, path: str | None, tool: str) -> None:
        self.path = path
        self.tool = tool
        self._entries: dict[str, list[Any]] = {}
        self._changed = False
        if path is not None:
            self._entries = _load(path, tool)

    @property
    def is_on(self) -> bool:
        """Whether there is a cache at all."""
        return self.path is not None

    def get(self, path: str) -> Entry | None:
        """The entry of a file; None when there is none that makes sense."""
        raw = self._entries.get(path)
        if raw is None:
            return None
        try:
            entry = Entry(*raw)
        except TypeError:
            return None
        return entry if _is_sound(entry) else None

    def put(self, path: str, entry: Entry) -> None:
        """Remember a file."""
        raw = [
            entry.stamp,
            entry.content,
            entry.documents,
            entry.policies,
            entry.key,
            entry.found,
            entry.holds_resources,
            entry.hints,
        ]
        if self._entries.get(path) != raw:
            self._entries[path] = raw
            self._changed = True

    def save(self, keep: Iterable[str]) -> None:
        """Write the cache if anything in it is new; when it has grown large, only the files in `keep` stay."""
        if self.path is None or not self._changed:
            return
        if len(self._entries) > _MAX_ENTRIES:
            wanted = set(keep)
            self._entries = {path: raw for path, raw in self._entries.items() if path in wanted}
        content = {"format": FORMAT, "tool": self.tool, "entries": self._entries}
        import json  # noqa: PLC0415 - small runs have no cache

        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        write_own_file(self.path, text)


def _is_hint(one: Any) -> bool:
    """Whether one is what `platform_detection.hints_to_json` makes of a hint."""
    if not isinstance(one, list) or len(one) != 4:
        return False
    from netpol_lsp.workspace.platform_hints import HintKind  # noqa: PLC0415 - few files have any

    *words, line = one
    return all(isinstance(word, str) for word in words) and words[0] in frozenset(HintKind) and type(line) is int


def _is_sound(entry: Entry) -> bool:
    """Whether the values are of the kinds that we write."""
    return (
        isinstance(entry.stamp, list)
        and len(entry.stamp) == 3
        and all(type(number) is int for number in entry.stamp)
        and type(entry.documents) is int
        and type(entry.policies) is int
        and all(isinstance(text, str) for text in (entry.content, entry.key, entry.found))
        and isinstance(entry.hints, list)
        and all(_is_hint(one) for one in entry.hints)
        and isinstance(entry.holds_resources, bool)
    )


def stamp_of(path: str) -> list[int] | None:
    """The stamp of a file; None when it cannot be asked."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return [status.st_mtime_ns, status.st_ctime_ns, status.st_size]


def settled_after() -> int:
    """How old a file has to be for its times to be trusted, in nanoseconds."""
    return _SETTLED_NS


def up_to_date(stamp: list[int], settled: int | None = None) -> list[int]:
    """The stamp to remember: without times when the file has only just changed. `settled`: as `settled_after` says elsewhere."""
    fresh = time.time_ns() - max(stamp[0], stamp[1]) < (_SETTLED_NS if settled is None else settled)
    return [0, 0, stamp[2]] if fresh else stamp


def cache_path(folder: str) -> str | None:
    """The cache file of the project that a folder (absolute) belongs to; None where the user has no cache folder."""
    base = _cache_folder()
    if base is None:
        return None
    root = repository_root(folder) or folder
    return os.path.join(base, "netpol-lsp", digest(root) + ".json")


def tool_key() -> str:
    """What this very tool is: version, Python, and the files of the package as they are installed."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parts = [__version__, sys.version]
    folders = [package]
    while folders:
        folder = folders.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda item: item.name):
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                elif entry.name.endswith((".py", ".json", ".yaml")):
                    status = entry.stat()
                    parts.append(f"{entry.name} {status.st_mtime_ns} {status.st_size}")
    return digest(*parts)


def _cache_folder() -> str | None:
    given = os.environ.get("XDG_CACHE_HOME")
    if given and os.path.isabs(given):
        return given
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA")
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        return None
    return os.path.join(home, "Library", "Caches") if sys.platform == "darwin" else os.path.join(home, ".cache")


def _load(path: str, tool: str) -> dict[str, list[Any]]:
    import json  # noqa: PLC0415 - small runs have no cache

    try:
        data = read_own_file(path)
        if data is None:
            return {}
        content = json.loads(data.decode("utf-8", "surrogatepass"))
        if content["format"] == FORMAT and content["tool"] == tool and isinstance(content["entries"], dict):
            entries: dict[str, list[Any]] = content["entries"]
            return entries
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return {}

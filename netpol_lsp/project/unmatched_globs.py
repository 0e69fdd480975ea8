"""Globs of the configuration that match nothing: misspelt ones, and those of files that are gone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.files.gitignore import Patterns
from netpol_lsp.project.config_files import ConfigFiles, LoadedConfig


@dataclass(frozen=True, slots=True)
class UnmatchedGlob:
    """A glob of `key` in a config file (its path and line) that is about no manifest."""

    path: str
    line: int
    key: str
    glob: str

    def __str__(self) -> str:
        """As in `.netpol-lint.yaml:3: warning: exclude: ...`."""
        return f"{self.path}:{self.line}: warning: {self.key}: `{self.glob}` matches no manifest"


def unmatched_globs(configs: ConfigFiles, walked: Iterable[str], seen: Sequence[str]) -> Iterator[UnmatchedGlob]:
    """The globs of `exclude` and `overrides` that match none of the files and folders that were looked at.

    `walked` are the folders that were walked, `seen` what was looked at in them (absolute; a folder ends in
    `/`). A config file is judged only where all that it is for was walked; what it extends may be for other projects.
    """
    roots = [os.path.abspath(folder).replace(os.sep, "/").rstrip("/") + "/" for folder in walked]
    for loaded in configs.loaded():
        base = (
            os.path.dirname(os.path.abspath(loaded.path)).replace(os.sep, "/").rstrip("/") + "/" if loaded.path else ""
        )
        if base and any(base.startswith(root) for root in roots):
            below = [path[len(base) :] for path in seen if path.startswith(base)]
            yield from (one for one in _globs(loaded) if not _matches(one.glob, below))


def _globs(loaded: LoadedConfig) -> Iterator[UnmatchedGlob]:
    """The globs of a config file itself."""
    own = loaded.path or ""
    for layer in loaded.config.layers:
        exclude = layer.settings.get("exclude")
        if exclude is not None and exclude.origin.path == own:
            for glob in exclude.value:
                yield UnmatchedGlob(own, exclude.origin.line or 1, "exclude", glob)
        first = next(iter(layer.settings.values()), None)
        if layer.files and first is not None and first.origin.path == own:
            for glob in layer.files:
                yield UnmatchedGlob(own, first.origin.line or 1, "overrides", glob)


def _matches(glob: str, below: Iterable[str]) -> bool:
    # `!x` takes back what a glob before it excludes.
    patterns = Patterns((glob.removeprefix("!"),))
    return any(patterns.covers(path) for path in below)

"""Manifests that give context: read for what they say about the cluster, not linted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netpol_lsp.config.config import Setting
from netpol_lsp.config.problem import ConfigProblem
from netpol_lsp.config.settings import Settings
from netpol_lsp.files.boundary import EVERYWHERE, HOW_TO_ALLOW, Boundary
from netpol_lsp.files.discovery import Excluded, discover
from netpol_lsp.files.globs import fixed_start
from netpol_lsp.files.reading import ReadProblem, read_file, read_source
from netpol_lsp.project.config_files import LoadedConfig, paths_of
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span


@dataclass(frozen=True, slots=True)
class ContextPath:
    """What holds for a path that `context` names: its configuration's settings, and where it must lie."""

    settings: Settings
    boundary: Boundary = EVERYWHERE


ContextPaths = Mapping[str, ContextPath]
"""What `context` names: files, folders and globs."""


@dataclass(frozen=True, slots=True)
class ContextText:
    """A text that gives context; `settings` say what a manifest without a namespace means in it."""

    source: Source
    settings: Settings


@dataclass(frozen=True, slots=True)
class ContextProblem:
    """Why something that `context` names could not be read: `named` is the path it stands for, as in `ContextPaths`."""

    named: str
    message: str

    def __str__(self) -> str:
        """As in `context: cluster.yaml: no such file or folder`."""
        return f"context: {self.message}"


@dataclass(frozen=True, slots=True)
class ContextTexts:
    """The texts, and what could not be read."""

    texts: tuple[ContextText, ...] = ()
    problems: tuple[ContextProblem, ...] = ()


def context_paths(configs: Iterable[LoadedConfig]) -> ContextPaths:
    """What the configurations name; of two that name the same, the settings of the first by path hold."""
    paths: dict[str, ContextPath] = {}
    for loaded in sorted(configs, key=lambda loaded: loaded.path or ""):
        settings = loaded.config.for_file().settings
        for setting in loaded.context_settings:
            boundary = EVERYWHERE if setting.origin.path is None else loaded.boundary
            for path in paths_of(setting):
                paths.setdefault(path, ContextPath(settings, boundary))
    return paths


def read_context(paths: ContextPaths, is_excluded: Excluded | None = None) -> ContextTexts:
    """Read all files behind the paths, each once.

    In a folder what is excluded from linting (`is_excluded` asks for an absolute path) gives no context either, so that
    the folder of a project means what is linted there; a folder or file that is excluded itself was named on purpose.
    What lies in a folder and is not text is passed over.
    """

    def excluded(path: str) -> bool:
        return is_excluded is not None and is_excluded(_absolute(path))

    texts: list[ContextText] = []
    problems: list[ContextProblem] = []
    seen: set[str] = set()
    for path, named in paths.items():
        if not named.boundary.holds(fixed_start(path) or "."):
            problems.append(ContextProblem(path, f"{path}: is outside the repository: {HOW_TO_ALLOW}"))
            continue
        folder = path.rstrip("/") + "/"
        found = discover([path], None if excluded(folder) else excluded)
        problems += [ContextProblem(path, problem) for problem in found.problems]
        for file in found.paths:
            if os.path.abspath(file) in seen:
                continue
            seen.add(os.path.abspath(file))
            if not named.boundary.holds(file):
                problems.append(ContextProblem(path, f"{file}: leads out of the repository: {HOW_TO_ALLOW}"))
                continue
            read = read_file(file)
            if isinstance(read, ReadProblem) and read.offset is not None and file != path:
                seen.discard(os.path.abspath(file))  # it may be named as well
                continue
            if isinstance(read, ReadProblem):
                problems.append(ContextProblem(path, str(read)))
            else:
                texts.append(ContextText(read.source, named.settings))
    return ContextTexts(tuple(texts), tuple(problems))


def _absolute(path: str) -> str:
    full = os.path.abspath(path).replace(os.sep, "/")
    return full + "/" if path.endswith("/") and full != "/" else full


def problems_of_config(loaded: LoadedConfig, problems: Iterable[ContextProblem]) -> tuple[ConfigProblem, ...]:
    """Those of the problems that a config file is to blame for, each at the entry of its `context`."""
    setting = next((one for one in loaded.context_settings if one.origin.path is not None), None)
    if setting is None:
        return ()
    written = dict(zip(paths_of(setting), setting.value, strict=True))
    return tuple(
        _at_entry(setting, written[problem.named], problem) for problem in problems if problem.named in written
    )


def _at_entry(setting: Setting, entry: str, problem: ContextProblem) -> ConfigProblem:
    """The problem where the entry is; where that cannot be found, at the key."""
    path, line = setting.origin.path or "", (setting.origin.line or 1) - 1
    message = f"context `{entry}`: {problem.message.removeprefix(f'{problem.named}: ')}"
    read = read_source(path, most=1_000_000)
    source = Source(path, "") if isinstance(read, ReadProblem) else read
    start = source.text.find(entry, source.lines.line_start(line))
    if start < 0:
        return ConfigProblem(path, Span(0, 0), line + 1, 1, message)
    line, column = source.lines.position(start)
    return ConfigProblem(path, Span(start, start + len(entry)), line + 1, column + 1, message)

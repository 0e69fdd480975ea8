"""Manifests that give context: read for what they say about the cluster, not linted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netpol_lsp.files.config_files import LoadedConfig
from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import ReadProblem, read_file
from netpol_lsp.lint.settings import Settings
from netpol_lsp.text.source import Source

ContextPaths = Mapping[str, Settings]
"""What `context` names: files, folders and globs, each with what its configuration says of the cluster."""


@dataclass(frozen=True, slots=True)
class ContextText:
    """A text that gives context; `settings` say what a manifest without a namespace means in it."""

    source: Source
    settings: Settings


@dataclass(frozen=True, slots=True)
class ContextTexts:
    """The texts, and sentences about what could not be read."""

    texts: tuple[ContextText, ...] = ()
    problems: tuple[str, ...] = ()


def context_paths(configs: Iterable[LoadedConfig]) -> ContextPaths:
    """What the configurations name; of two that name the same the first one's settings hold."""
    paths: dict[str, Settings] = {}
    for loaded in configs:
        for path in loaded.context_paths:
            paths.setdefault(path, loaded.config.for_file().settings)
    return paths


def read_context(paths: ContextPaths) -> ContextTexts:
    """Read all files behind the paths, each once."""
    texts: dict[str, ContextText] = {}
    problems: list[str] = []
    for path, settings in paths.items():
        found = discover([path])
        problems += [f"context: {problem}" for problem in found.problems]
        for file in found.paths:
            read = read_file(file) if file not in texts else None
            if isinstance(read, ReadProblem):
                problems.append(f"context: {read}")
            elif read is not None:
                texts[file] = ContextText(read.source, settings)
    return ContextTexts(tuple(texts.values()), tuple(problems))

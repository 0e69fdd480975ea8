"""Manifests that give context: read for what they say about the cluster, not linted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netpol_lsp.cli.cache import digest
from netpol_lsp.cli.targets import Target
from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import ReadProblem, read_file
from netpol_lsp.text.source import Source


@dataclass(frozen=True, slots=True)
class ContextFiles:
    """The texts that give context, and why some could not be read; `key` tells them from others."""

    sources: tuple[Source, ...] = ()
    problems: tuple[str, ...] = ()
    key: str = ""


def load_context(targets: Iterable[Target]) -> ContextFiles:
    """The context that the configurations of the files name."""
    paths: dict[str, None] = {}
    for loaded in {id(target.loaded): target.loaded for target in targets}.values():
        paths.update(dict.fromkeys(loaded.context_paths))
    return _read(tuple(paths)) if paths else ContextFiles()


def _read(paths: Sequence[str]) -> ContextFiles:
    found = discover(paths)
    sources: list[Source] = []
    problems = [f"context: {problem}" for problem in found.problems]
    for path in found.paths:
        read = read_file(path)
        if isinstance(read, ReadProblem):
            problems.append(f"context: {read}")
        else:
            sources.append(read.source)
    key = digest(*(part for source in sources for part in (source.uri, source.text)))
    return ContextFiles(tuple(sources), tuple(problems), key)

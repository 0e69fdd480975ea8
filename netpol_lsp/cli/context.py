"""The context of a run, and what tells it from that of another run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netpol_lsp.cli.cache import digest
from netpol_lsp.cli.targets import Target
from netpol_lsp.files.context import ContextText, context_paths, read_context


@dataclass(frozen=True, slots=True)
class ContextFiles:
    """The texts that give context, and why some could not be read; `key` tells them from others."""

    texts: tuple[ContextText, ...] = ()
    problems: tuple[str, ...] = ()
    key: str = ""


def load_context(targets: Iterable[Target]) -> ContextFiles:
    """The context that the configurations of the files name."""
    paths = context_paths({id(target.loaded): target.loaded for target in targets}.values())
    if not paths:
        return ContextFiles()
    read = read_context(paths)
    key = digest(*(part for text in read.texts for part in (text.source.uri, text.source.text)))
    return ContextFiles(read.texts, read.problems, key)

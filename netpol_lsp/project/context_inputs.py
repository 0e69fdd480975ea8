"""The context of a run, and what tells it from that of another run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netpol_lsp.project.disk_cache import digest
from netpol_lsp.project.inputs import InputFile

if TYPE_CHECKING:
    from netpol_lsp.project.context_manifests import ContextText


@dataclass(frozen=True, slots=True)
class ContextFiles:
    """The texts that give context, and why some could not be read; `key` tells them from others."""

    texts: tuple[ContextText, ...] = ()
    problems: tuple[str, ...] = ()
    key: str = ""


def load_context(targets: Sequence[InputFile]) -> ContextFiles:
    """The context that the configurations of the files name."""
    configs = {id(target.loaded): target.loaded for target in targets}.values()
    if not any(loaded.context_settings for loaded in configs):
        return ContextFiles()
    from netpol_lsp.project.context_manifests import context_paths, read_context  # noqa: PLC0415 - most runs have no context

    paths = context_paths(configs)
    if not paths:
        return ContextFiles()
    read = read_context(paths, lambda path: any(loaded.is_excluded(path) for loaded in configs))
    texts = tuple(_placed(read.texts, targets))
    parts = ((text.source.uri, text.source.text, repr(text.settings)) for text in texts)
    key = digest(*(part for text in parts for part in text))
    return ContextFiles(texts, tuple(map(str, read.problems)), key)


def _placed(texts: Iterable[ContextText], targets: Sequence[InputFile]) -> Iterator[ContextText]:
    """The texts that are not linted themselves, named as files of their folder are in the report.

    What names no namespace is applied together with what else is in its folder, so both must have one name for it.
    """
    linted = {target.absolute for target in targets}
    folders = {os.path.dirname(target.absolute): os.path.dirname(target.path) for target in targets}
    for text in texts:
        folder, name = os.path.split(os.path.abspath(text.source.uri).replace(os.sep, "/"))
        if f"{folder.rstrip('/')}/{name}" not in linted:
            uri = os.path.join(folders[folder], name) if folder in folders else text.source.uri
            yield replace(text, source=replace(text.source, uri=uri))

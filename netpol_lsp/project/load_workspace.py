"""Reads all manifests of a run into one snapshot, for commands that ask about the workspace without linting it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.project.context_inputs import ContextFiles
from netpol_lsp.project.inputs import (
    InputFile,
    StdinOverlay,
    decode_input,
    is_of_another_kind,
    may_hold_facts,
    may_hold_policies,
    read_input,
)
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.project.renderings import Renderings


@dataclass(frozen=True, slots=True)
class LoadedWorkspace:
    """What all files say. `sources`: the texts that hold something, by path, for lines and columns; `problems`: what could not be read."""

    snapshot: WorkspaceSnapshot
    sources: dict[str, Source]
    problems: tuple[ReadProblem, ...] = ()


def load_workspace(
    inputs: Sequence[InputFile],
    overlay: StdinOverlay,
    context: ContextFiles,
    renderings: Renderings | None = None,
) -> LoadedWorkspace:
    """Read the files, and the context beside them; standard input comes from the overlay. What was rendered counts as well."""
    files: dict[str, FileFacts] = {}
    sources: dict[str, Source] = {}
    problems: list[ReadProblem] = []
    for file in inputs:
        read = _source_of(file, overlay)
        if isinstance(read, ReadProblem):
            problems += [] if is_of_another_kind(file, read) else [read]
        elif read is not None and (facts := facts_of(read, file.loaded.config.for_file(file.absolute).settings)):
            files[read.uri], sources[read.uri] = facts, read
    more: dict[str, FileFacts] = {}
    for text in context.texts:
        if text.source.uri not in files and (facts := facts_of(text.source, text.settings)):
            more[text.source.uri], sources[text.source.uri] = facts, text.source
    if renderings:
        files, sources = renderings.facts(files), {**renderings.sources(), **sources}
    snapshot = WorkspaceSnapshot.of_files({**files, **more}, more)
    snapshot.places.rendered = renderings.written if renderings else {}
    return LoadedWorkspace(snapshot, sources, tuple(problems))


def _source_of(file: InputFile, overlay: StdinOverlay) -> Source | ReadProblem | None:
    """The text of a file that may hold something; None for any other."""
    text = overlay.get(file)
    if text is not None:
        return text.source
    data = read_input(file)
    if isinstance(data, ReadProblem):
        return data
    if not (may_hold_policies(data) or may_hold_facts(data, file.path)):
        return None
    decoded = decode_input(file, data)
    return decoded if isinstance(decoded, ReadProblem) else decoded.source

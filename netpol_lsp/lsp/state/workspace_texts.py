"""The texts of all files of the workspace: of those that are open as they are in the editor, of the others from disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

from netpol_lsp.files.discovery import discover
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.positions import Positions
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.uris import path_of_uri, uri_of_path
from netpol_lsp.project.edit_limits import is_too_large
from netpol_lsp.text.source import Source
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.manifests import parse_manifest, split_manifest
from netpol_lsp.yaml.templates.languages import language_of

_SNAPSHOT = "is a snapshot of the cluster, which is not edited"
_EXCLUDED = "is excluded by the configuration"


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text. `why_fixed`: why it is not edited ("": it is); `snapshot`: where it is open."""

    source: Source
    why_fixed: str = ""
    snapshot: Snapshot | None = None

    @property
    def uri(self) -> str:
        """Our name of the file."""
        return self.source.uri

    def documents(self, is_wanted: Callable[[str], bool]) -> list[tuple[int, Document]]:
        """The YAML documents whose text is wanted, with their starts in the file."""
        text = self.source.text
        language = language_of(text, self.uri)
        return [
            (chunk.start, parse_manifest(chunk.text, self.uri, language=language))
            for chunk in split_manifest(text, language)
            if is_wanted(chunk.text)
        ]

    @property
    def is_template(self) -> bool:
        """Whether a template language is used in it."""
        return language_of(self.source.text, self.uri) is not None


@dataclass(frozen=True, slots=True)
class WorkspaceTexts:
    """The files whose text is wanted, and the URIs of those that cannot be read."""

    files: tuple[FileText, ...]
    unreadable: tuple[str, ...]


async def read_workspace(
    configuration: Configuration, session: Session, is_wanted: Callable[[str], bool]
) -> WorkspaceTexts:
    """The files of the workspace whose text is wanted; the disk is read in a thread."""
    opened = {one.source.uri: one for one in session}
    files = [
        FileText(one.source, "" if one.is_wanted else _EXCLUDED, one)
        for one in opened.values()
        if not one.is_too_large and configuration.counts(one.path) and is_wanted(one.source.text)
    ]
    unreadable = [one.source.uri for one in opened.values() if one.is_too_large]
    context = session.workspace.view.index.context
    found = await asyncio.to_thread(_read, configuration, frozenset(opened), context, is_wanted)
    return WorkspaceTexts((*files, *found.files), (*unreadable, *found.unreadable))


def _read(
    configuration: Configuration, opened: frozenset[str], context: frozenset[str], is_wanted: Callable[[str], bool]
) -> WorkspaceTexts:
    """Runs in a thread."""
    files: list[FileText] = []
    unreadable: list[str] = []
    paths = [path.replace(os.sep, "/") for path in discover(configuration.folders).paths]
    uris = {uri_of_path(path): path for path in paths}
    for uri, path in (uris | {uri: path for uri in context if (path := path_of_uri(uri)) is not None}).items():
        if uri in opened:
            continue
        read = read_source(path)
        if isinstance(read, ReadProblem):
            unreadable.append(uri)
        elif is_too_large(read.text):
            if is_wanted(read.text):
                unreadable.append(uri)
        elif is_wanted(read.text):
            why = _SNAPSHOT if uri in context else _EXCLUDED if not configuration.finds(path) else ""
            files.append(FileText(Source(uri, read.text, has_bom=read.has_bom), why))
    return WorkspaceTexts(tuple(files), tuple(unreadable))


def positions_of(file: FileText, session: Session) -> Positions:
    """Converts between the client's positions in a file and our offsets."""
    return file.snapshot.positions if file.snapshot is not None else Positions(file.source, session.encoding)

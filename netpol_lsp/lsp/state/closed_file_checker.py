"""What is wrong in the workspace's files that are not open, for clients that ask for all of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.diagnostic_render import related_uris, render_findings
from netpol_lsp.lsp.state.scheduler import take_turns
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import NOTHING, RawJson
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.text.source import BOM
from netpol_lsp.workspace.parts import Dependencies

if TYPE_CHECKING:
    from netpol_lsp.project.rendered_overlay import FileOverlay


Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Report:
    """The findings of a file and what they were found with: they hold as long as that is the same."""

    stamp: Stamp
    config: FileConfig
    dependencies: tuple[Dependencies, ...]
    overlay: FileOverlay | None
    others: tuple[tuple[str, object], ...]
    items: RawJson


class ClosedFileChecker:
    """Checks files when someone asks, and keeps what it says of them, but not their trees."""

    def __init__(self, client: ClientPort, configuration: Configuration, session: Session) -> None:
        self._client = client
        self._configuration = configuration
        self._session = session
        self._reports: dict[str, _Report] = {}

    async def items(self, uri: str) -> RawJson:
        """The findings of a file as it is on disk; none when it is gone."""
        path = path_of_uri(uri)
        stamp = _stamp(path) if path is not None else None
        if path is None or stamp is None:
            self._reports.pop(uri, None)
            return NOTHING
        known = self._reports.get(uri)
        if known is None or not self._holds(known, uri, path, stamp):
            read = read_source(path)
            if isinstance(read, ReadProblem):
                return NOTHING
            text = BOM + read.text if read.has_bom else read.text
            known = self._reports[uri] = await self._check(self._session.make(uri, text), stamp)
        return known.items

    def _holds(self, known: _Report, uri: str, path: str, stamp: Stamp) -> bool:
        config, _ = self._configuration.for_document(path)
        overlay = self._session.workspace.overlays.get(uri)
        is_same = known.stamp == stamp and known.config is config and known.overlay is overlay
        if not is_same or not all(one.hold_in(self._session.workspace.view) for one in known.dependencies):
            return False
        return all(self._text_of(other) == text for other, text in known.others)

    def _text_of(self, uri: str) -> object:
        """What tells one text of a file from others."""
        opened = self._session.of_file(uri)
        path = path_of_uri(uri)
        return opened.source.text if opened is not None else _stamp(path) if path is not None else None

    async def _check(self, snapshot: Snapshot, stamp: Stamp) -> _Report:
        await take_turns(snapshot.read_steps())
        await take_turns(snapshot.check_steps())
        items = render_findings(snapshot, self._client.capabilities, self._session)
        others = tuple((uri, self._text_of(uri)) for uri in related_uris(snapshot))
        parts = (snapshot.known[part.text].dependencies for part in snapshot.ours)
        dependencies = tuple(one for one in parts if one is not None)
        return _Report(stamp, snapshot.config, dependencies, snapshot.overlay, others, items)


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size

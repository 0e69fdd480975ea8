"""Keeps the session's workspace in step with the manifests that the configurations name as context."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable, Sequence
from typing import Protocol

from lsprotocol import types

from netpol_lsp.files.discovery import Excluded
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lsp.state.client_port import ClientPort
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.scheduler import in_thread, run_task
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.transport.trace import Operation
from netpol_lsp.lsp.uris import uri_of_path
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.context_manifests import ContextPaths, ContextProblem, context_paths, read_context
from netpol_lsp.project.platform_detection import Hints, hints_in_text
from netpol_lsp.text.endings import TAKEN_ENDINGS
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.platform_hints import PlatformHint

logger = logging.getLogger(__name__)

_WATCH = "netpol-context"


class Owner(Protocol):
    """Who is asked which configurations hold, and told what the context holds."""

    def configs(self) -> list[LoadedConfig]:
        """The configurations that hold for what is linted."""

    def settle(self) -> None:
        """Reading has begun or ended."""

    def context_was_read(self, problems: Sequence[ContextProblem], hints: Hints) -> None:
        """The context's policies count from now on; `problems`: what could not be read."""


class ContextWatcher:
    """Reads what `context` names, in a thread, whenever that may have changed."""

    def __init__(self, client: ClientPort, configuration: Configuration, session: Session, owner: Owner) -> None:
        self._client = client
        self._configuration = configuration
        self._session = session
        self._owner = owner
        self._paths: ContextPaths = {}
        self._task: asyncio.Task[None] | None = None
        self._watched: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether nothing is being read."""
        return self._task is None

    def refresh(self, *, force: bool = False) -> None:
        """Read the context when other paths are named than before, or in any case."""
        wanted = context_paths(self._owner.configs())
        if wanted == self._paths and not (force and wanted):
            return
        self._paths = wanted
        self._watch()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if wanted:
            self._task = run_task(self._read(wanted))
            self._owner.settle()
        else:
            self._use({}, (), ())

    def is_affected_by(self, paths: Iterable[str]) -> bool:
        """Whether one of the manifests (absolute, `/`-separated) may be part of the context."""
        bases = {_base(path) for path in self._paths}
        return any(path in bases or (path.endswith(TAKEN_ENDINGS) and path.startswith(tuple(bases))) for path in paths)

    async def _read(self, wanted: ContextPaths) -> None:
        operation = Operation(logger, "reading of the context")
        try:
            found, hints, problems = await in_thread(lambda: _facts(wanted, self._configuration.is_excluded))
        except Exception:
            logger.exception("the context could not be read")
            found, hints, problems = {}, (), ()
        operation.done(f"files with policies: {len(found)}", paths=list(wanted))
        self._task = None
        self._use(found, hints, problems)

    def _use(self, found: dict[str, FileFacts], hints: Hints, problems: Sequence[ContextProblem]) -> None:
        """Let the facts count from now on, and say what could not be read."""
        self._session.use_context(found)
        self._owner.context_was_read(problems, hints)

    def _watch(self) -> None:
        """Ask to be told of changes in folders outside of the workspace; those inside are watched already."""
        roots = tuple(root + "/" for root in self._configuration.roots)
        folders = tuple(
            sorted(folder for folder in set(map(_folder, self._paths)) if not f"{folder}/".startswith(roots))
        )
        if folders == self._watched or not self._client.capabilities.watches_other_folders:
            return
        if self._watched:
            gone = types.Unregistration(_WATCH, types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
            self._client.request(types.CLIENT_UNREGISTER_CAPABILITY, types.UnregistrationParams([gone]))
        self._watched = folders
        if folders:
            patterns = [types.RelativePattern(uri_of_path(folder), "**/*.{yaml,yml,json}") for folder in folders]
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(one) for one in patterns])
            wanted = types.Registration(_WATCH, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            self._client.request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([wanted]))


def _facts(
    paths: ContextPaths, is_excluded: Excluded
) -> tuple[dict[str, FileFacts], Hints, tuple[ContextProblem, ...]]:
    """The facts behind the paths, by URI, what they tell of the cluster, and why some files could not be read."""
    read = read_context(paths, is_excluded)
    found: dict[str, FileFacts] = {}
    hints: list[PlatformHint] = []
    for text in read.texts:
        hints += hints_in_text(text.source)
        uri = uri_of_path(os.path.abspath(text.source.uri))
        if facts := facts_of(Source(uri, text.source.text), text.settings):
            found[uri] = facts
    return found, tuple(hints), read.problems


def _base(path: str) -> str:
    """The file or folder that a path names; for a glob the folder that holds all it can match."""
    signs = [path.find(sign) for sign in "*?[" if sign in path]
    plain = os.path.dirname(path[: min(signs)]) if signs else path
    return os.path.abspath(plain).replace(os.sep, "/")


def _folder(path: str) -> str:
    """The folder that holds all files after a path."""
    base = _base(path)
    return base if os.path.isdir(base) else os.path.dirname(base)

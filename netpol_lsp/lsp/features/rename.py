"""Rename: a label's key or value in everything that sets it or asks for it, in open and closed files, with a preview."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from netpol_lsp.ide.hidden_uses import hidden_uses
from netpol_lsp.ide.label_rename import (
    RenameError,
    Renaming,
    Target,
    check_elsewhere,
    check_free,
    check_hidden,
    check_name,
    refuse,
    renamings,
    target_at,
    uses_together,
)
from netpol_lsp.ide.label_uses import Role, label_uses
from netpol_lsp.ide.rename_scope import PlacedUse, Reach, Scope
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.part_documents import documents_of
from netpol_lsp.lsp.state.scheduler import TURN
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.state.workspace_texts import FileText, positions_of, read_workspace
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import name_of_uri, path_of_uri, uri_of_path
from netpol_lsp.workspace.pods import Place
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.documents import Document

REQUEST_FAILED = -32803
_PATIENCE, _LOOK_AGAIN = 10.0, 0.02
"""Seconds that a rename waits for the first scan of the workspace, and how often it looks."""


def register(registry: Registry, services: Services) -> None:
    """Add the handlers."""

    @registry.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare_rename(params: types.PrepareRenameParams) -> Json | None:
        try:
            found = await _find(services, params.text_document.uri, params.position)
        except RenameError as error:
            raise JsonRpcException(str(error), REQUEST_FAILED) from error
        if found is None:
            return None
        return {"range": found.snapshot.positions.range(found.target.span), "placeholder": found.target.text}

    @registry.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def rename(params: types.RenameParams) -> Json | None:
        try:
            found = await _find(services, params.text_document.uri, params.position, params.new_name)
        except RenameError as error:
            raise JsonRpcException(str(error), REQUEST_FAILED) from error
        if found is None:
            return None
        return render(found, params.new_name, services)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rename is about: `uses` are the places, `files` the texts that hold them."""

    snapshot: Snapshot
    target: Target
    uses: list[PlacedUse]
    files: dict[str, FileText]


async def _find(services: Services, uri: str, position: types.Position, name: str | None = None) -> Found | None:
    """What is to be renamed at a position and where; None where there is no label. Raises RenameError."""
    deadline = time.monotonic() + _PATIENCE
    while not services.session.workspace.is_complete and time.monotonic() < deadline:  # noqa: ASYNC110 - no one tells when it is
        await asyncio.sleep(_LOOK_AGAIN)
    snapshot = services.session.up_to_date(uri)
    if snapshot is None:
        return None
    target = _target(snapshot, snapshot.positions.offset(position))
    if target is None:
        return None
    _check_place(services, snapshot)
    if name is not None:
        check_name(target, name)
    return await _gather(services, snapshot, target, name)


def _target(snapshot: Snapshot, offset: int) -> Target | None:
    default, uri = snapshot.config.settings.default_namespace, snapshot.source.uri
    uses = (
        PlacedUse(use, uri, start)
        for _, start, document in documents_of(snapshot)
        for use in label_uses(document, default)
    )
    return target_at(uses, offset)


def _check_place(services: Services, snapshot: Snapshot) -> None:
    """Refuse where the uses in other files cannot be known."""
    if not services.session.workspace.is_complete:
        refuse("the workspace's files are still being read: try again in a moment")
    if not snapshot.is_wanted or not services.configuration.counts(snapshot.path):
        refuse(f"`{name_of_uri(snapshot.uri)}` is excluded, ignored or outside the workspace: other uses are not known")
    if services.session.workspace.is_context(snapshot.source.uri):
        refuse(f"`{name_of_uri(snapshot.uri)}` is a snapshot of the cluster: rename the label where it is set")


async def _gather(services: Services, snapshot: Snapshot, target: Target, name: str | None) -> Found:
    """The places that a rename is about. Raises RenameError where some would be missed, or the new name is taken."""
    session = services.session
    for one in session:
        # What is open counts as it is in the editor.
        session.up_to_date(one.uri)
    view = session.workspace.view
    words = [] if target.value is None else [word for word in (target.value, name) if word]

    def speaks(text: str) -> bool:
        return target.key in text and (not words or any(word in text for word in words))

    texts = await read_workspace(services.configuration, session, lambda text: speaks(text) or "kind" in text)
    read = [one async for one in _documents(services, texts.files, speaks)]
    placed = [use for one in read for use in one.uses]
    uses, scope = uses_together(view, replace(target, placed=_same(target.placed, placed)), placed)
    _check_readable(services, target, scope, texts.unreadable)
    edited = [one for one in read if not one.file.why_fixed]
    check_hidden(view, target, scope, (use for one in edited for use in one.uses))
    templates = [
        file
        for file in texts.files
        if not file.why_fixed
        and (file.is_template or _is_unreadable(view, file.uri))
        and scope.meets(_around(file.uri))
    ]
    silent = [one async for one in _documents(services, templates, lambda text: not speaks(text))]
    check_hidden(view, target, scope, (use for one in silent for use in one.uses))
    for known in (*edited, *silent):
        hidden = hidden_uses(known.document, target.key, target.value, known.default)
        check_elsewhere(target, scope, known.file.uri, hidden)
    if name is not None:
        check_free(view, target, name, scope, placed)
    return Found(snapshot, target, uses, {file.uri: file for file in texts.files})


@dataclass(frozen=True, slots=True)
class _Read:
    """A YAML document with its uses. `default`: the namespace of what names none."""

    file: FileText
    document: Document
    uses: tuple[PlacedUse, ...]
    default: str | None


async def _documents(
    services: Services, files: Iterable[FileText], is_wanted: Callable[[str], bool]
) -> AsyncIterator[_Read]:
    """The YAML documents whose text is wanted, read in turns: requests are answered in between."""
    turn = time.perf_counter()
    for file in files:
        default = services.configuration.for_document(path_of_uri(file.uri))[0].settings.default_namespace
        for start, document in file.documents(is_wanted):
            uses = tuple(PlacedUse(use, file.uri, start, file.why_fixed) for use in label_uses(document, default))
            yield _Read(file, document, uses, default)
            if time.perf_counter() - turn > TURN:
                await asyncio.sleep(0)
                turn = time.perf_counter()


def _same(target: PlacedUse, placed: list[PlacedUse]) -> PlacedUse:
    """The use at the caret as the search found it."""
    wanted = (target.uri, target.start, target.use.start, target.use.subject, target.use.role)
    return next(
        (one for one in placed if (one.uri, one.start, one.use.start, one.use.subject, one.use.role) == wanted), target
    )


def _around(uri: str) -> Reach:
    return Reach(frozenset({Place(None, uri, is_unknown=True)}))


def _is_unreadable(view: WorkspaceSnapshot, uri: str) -> bool:
    """Whether a file holds a document that no one can read."""
    facts = view.index.files.get(uri)
    return facts is not None and bool(facts.resources.unknown)


def _check_readable(services: Services, target: Target, scope: Scope, unreadable: Iterable[str]) -> None:
    """Refuse where a file cannot be read, or is outside of the workspace."""
    for uri in unreadable:
        if scope.meets(_around(uri)):
            refuse(f"`{name_of_uri(uri)}` cannot be read, and may use {target.title}")
    folders = [uri_of_path(folder) for folder in services.configuration.folders]
    for one in services.session.workspace.view.index.delivery.facts:
        if one.kind != "kustomization" or not folders or not scope.is_taken_in_by(one.folder):
            continue
        for member in one.members:
            if not any(member == folder or member.startswith(f"{folder}/") for folder in folders):
                refuse(f"a kustomization includes `{path_of_uri(member) or member}`, which is outside the workspace")


def render(found: Found, name: str, services: Services) -> Json:
    """The edits of all files for the client, those of open ones bound to their versions."""
    client, session = services.client.capabilities, services.session
    every = list(renamings(found.target, name, found.uses)) if name != found.target.text else []
    by_file: dict[str, list[Renaming]] = {}
    for one in every:
        by_file.setdefault(one.uri, []).append(one)
    changes = [_render_file(found.files[uri], some, client, session) for uri, some in sorted(by_file.items())]
    if not client.document_changes:
        return {"changes": {change["textDocument"]["uri"]: change["edits"] for change in changes}}
    rendered: Json = {"documentChanges": changes}
    if client.annotates_changes:
        rendered["changeAnnotations"] = {
            role.name: {"label": role.value, "needsConfirmation": True}
            for role in Role
            if role in {one.role for one in every}
        }
    return rendered


def _render_file(file: FileText, edits: list[Renaming], client: Client, session: Session) -> Json:
    positions, snapshot = positions_of(file, session), file.snapshot
    rendered: list[Json] = []
    for one in sorted(edits, key=lambda one: one.span.start):
        edit: Json = {"range": positions.range(one.span), "newText": one.text}
        if client.annotates_changes and client.document_changes:
            edit["annotationId"] = one.role.name
        rendered.append(edit)
    uri, version = (file.uri, None) if snapshot is None else (snapshot.uri, snapshot.version)
    return {"textDocument": {"uri": uri, "version": version}, "edits": rendered}

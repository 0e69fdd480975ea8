"""The commands that make pages: who may talk to whom, and what has changed since a git revision."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from netpol_lsp.lsp.features.commands import first_argument
from netpol_lsp.lsp.features.connections import title_in
from netpol_lsp.lsp.state.background import Stopped
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.project.connection_answer import WorkspaceTexts

if TYPE_CHECKING:
    from netpol_lsp.project.connectivity_pages import Page, Proceed, WorkspaceFiles

CONNECTIVITY_PAGE = "netpol.connectivityPage"
DIFF_PAGE = "netpol.diffPage"


def register(registry: Registry, services: Services) -> None:
    """Add the commands. They take `{"folder"?: URI, "base"?: REVISION}`; `folder`: one of the workspace's, or a folder in one.

    They answer `{"html", "title", "files"}`: `files` are the URIs of the files that the page names, by what it calls them; or
    `{"error"}`. Without a folder all of the workspace is meant. `base` is for the difference: `HEAD`, the last commit,
    unless it is named.
    """

    @registry.command(CONNECTIVITY_PAGE)
    async def connectivity_page(*arguments: Any) -> Json:
        return await _answer(services, first_argument(arguments), "connectivity", _connectivity)

    @registry.command(DIFF_PAGE)
    async def diff_page(*arguments: Any) -> Json:
        return await _answer(services, first_argument(arguments), "difference", _difference)


_Maker = Callable[[dict[str, Any], "WorkspaceFiles", str, str, "Proceed"], "Page"]


class _WrongArgumentError(Exception):
    """A sentence for the user."""


async def _answer(services: Services, asked: dict[str, Any], what: str, make: _Maker) -> Json:
    from netpol_lsp.project.git_revision import GitProblem  # noqa: PLC0415 - most sessions never ask

    try:
        folders = _folders(services, asked.get("folder"))
        files = _files(services, folders)
    except _WrongArgumentError as problem:
        return {"error": str(problem)}
    if make is _difference and len(folders) != 1:
        return {"error": "say which folder: the workspace has several" if folders else "no folder is open"}
    folder = folders[0] if folders else ""
    subject = ", ".join(os.path.basename(path) for path in folders)
    try:
        page = await services.background.run(
            f"netpol: {what}", lambda proceed: make(asked, files, folder, subject, proceed)
        )
    except Stopped:
        return {"error": "cancelled"}
    except GitProblem as problem:
        return {"error": str(problem)}
    clients = {one.source.uri: one.uri for one in services.session}
    return {
        "html": page.html,
        "title": f"{what}: {subject}" if subject else what,
        "files": {name: clients.get(uri, uri) for name, uri in page.files.items()},
    }


def _connectivity(_asked: dict[str, Any], files: WorkspaceFiles, _folder: str, subject: str, proceed: Proceed) -> Page:
    from netpol_lsp.project.connectivity_pages import connectivity_page  # noqa: PLC0415

    return connectivity_page(files, subject, proceed)


def _difference(asked: dict[str, Any], files: WorkspaceFiles, folder: str, subject: str, proceed: Proceed) -> Page:
    from netpol_lsp.project.connectivity_pages import diff_page  # noqa: PLC0415

    base = asked.get("base")
    return diff_page(files, folder, base if isinstance(base, str) and base else "HEAD", subject, proceed)


def _folders(services: Services, uri: Any) -> tuple[str, ...]:
    """The folders that are meant; none where the client has none open. Raises _WrongArgumentError."""
    roots = services.configuration.roots
    if uri is None:
        return roots
    path = path_of_uri(uri) if isinstance(uri, str) else None
    if path is None:
        raise _WrongArgumentError("the folder is not a file: URI")
    folder = os.path.normpath(path).replace(os.sep, "/")
    if not os.path.isdir(folder):
        message = f"{folder} is not a folder"
        raise _WrongArgumentError(message)
    if not any(_is_in(folder, root) and _is_in(os.path.realpath(folder), os.path.realpath(root)) for root in roots):
        message = f"{folder} is not in a folder of the workspace"
        raise _WrongArgumentError(message)
    return (folder,)


def _is_in(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root.rstrip('/')}/")


def _files(services: Services, folders: tuple[str, ...]) -> WorkspaceFiles:
    """The files of folders and their context, with what is open as it is in the editor. Raises _WrongArgumentError."""
    from netpol_lsp.project.connectivity_pages import WorkspaceFiles  # noqa: PLC0415 - most sessions never ask

    session, configuration = services.session, services.configuration
    for snapshot in session:
        session.up_to_date(snapshot.uri)
    if not session.workspace.is_complete:
        raise _WrongArgumentError("the workspace's files are still being read: ask again in a moment")
    view = session.workspace.view
    is_everything = folders == configuration.roots
    facts = {
        uri: found
        for uri, found in view.index.files.items()
        if is_everything or uri in view.index.context or any(_is_below(uri, folder) for folder in folders)
    }
    starts = {
        (uri, number): view.places.start(uri, number) for uri, found in facts.items() for number, _ in found.starts
    }
    settings = configuration.for_document(f"{folders[0]}/netpol.yaml" if folders else None)[0].settings
    return WorkspaceFiles(
        facts,
        view.index.context & facts.keys(),
        starts,
        WorkspaceTexts(view, session.reader()),
        title_in(folders),
        settings,
        configuration.is_excluded,
    )


def _is_below(uri: str, folder: str) -> bool:
    path = path_of_uri(uri)
    return path is not None and _is_in(path, folder)

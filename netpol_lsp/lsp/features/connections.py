"""The command about a connection: is it allowed, and which lines decide."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lsp.features.commands import first_argument
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.reach.question import QuestionProblem
from netpol_lsp.text.source import Source

WHY = "netpol.why"


def register(registry: Registry, services: Services) -> None:
    """Add the command. It takes `{"from": ..., "to": ..., "port"?: ..., "uri"?: ...}`; `uri`: the file that someone is in.

    It answers `{"verdict", "text", "markdown", "files"}`, or `{"error", "candidates"}` when the question means nothing.
    """

    @registry.command(WHY)
    def why(*arguments: Any) -> Json:
        return answer_why(first_argument(arguments), services)


def answer_why(asked: dict[str, Any], services: Services) -> Json:
    """The answer to a question about a connection of the workspace."""
    # Late: most sessions never ask.
    from netpol_lsp.project.connection_answer import answer_connection  # noqa: PLC0415

    source, destination, port, uri = (asked.get(name) for name in ("from", "to", "port", "uri"))
    if not (isinstance(source, str) and source.strip() and isinstance(destination, str) and destination.strip()):
        return _error("say who opens the connection (from), and to whom (to)")
    session = services.session
    for snapshot in session:
        # What is open counts as it is in the editor.
        session.up_to_date(snapshot.uri)
    if not session.workspace.is_complete:
        return _error("the workspace's files are still being read: ask again in a moment")
    path = path_of_uri(uri) if isinstance(uri, str) else None
    settings = services.configuration.for_document(path)[0].settings
    view = session.workspace.view
    title = title_in(services.configuration.roots)
    written = str(port) if isinstance(port, str | int) and not isinstance(port, bool) and port != "" else None
    try:
        found = answer_connection(
            view, settings, reader_of(session), title, source.strip(), destination.strip(), written
        )
    except QuestionProblem as problem:
        return _error(str(problem), *problem.candidates)
    clients = {one.source.uri: one.uri for one in session}
    files = {name: clients.get(uri, uri) for name, uri in found.files.items()}
    return {"verdict": found.verdict, "text": found.text, "markdown": found.markdown, "files": files}


def _error(message: str, *candidates: str) -> Json:
    return {"error": message, "candidates": list(candidates)}


def reader_of(session: Session) -> Callable[[str], Source | None]:
    """Reads a file's text: that of the editor when it is open."""
    opened = {one.source.uri: one.source for one in session}

    def read(uri: str) -> Source | None:
        if uri in opened:
            return opened[uri]
        path = path_of_uri(uri)
        found = read_source(path) if path is not None else None
        return None if isinstance(found, ReadProblem) else found

    return read


def title_in(roots: tuple[str, ...]) -> Callable[[str], str]:
    """What a file is called: its path below the workspace's folder, else all of it."""

    def title(uri: str) -> str:
        path = path_of_uri(uri)
        if path is None:
            return uri
        if len(roots) == 1 and path.startswith(f"{roots[0].rstrip('/')}/"):
            return os.path.relpath(path, roots[0]).replace(os.sep, "/")
        return path

    return title

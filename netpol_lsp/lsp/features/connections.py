"""The command about a connection: is it allowed, and which lines decide."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from netpol_lsp.lsp.features.commands import first_argument
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.reach.question import QuestionProblem

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
        return problem("say who opens the connection (from), and to whom (to)")
    session = services.session
    session.beside_all("")
    if not session.workspace.is_complete:
        return still_reading()
    path = path_of_uri(uri) if isinstance(uri, str) else None
    settings = services.configuration.for_document(path)[0].settings
    view = session.workspace.view
    title = title_in(services.configuration.roots)
    written = str(port) if isinstance(port, str | int) and not isinstance(port, bool) and port != "" else None
    try:
        found = answer_connection(
            view, settings, session.source_of, title, source.strip(), destination.strip(), written
        )
    except QuestionProblem as error:
        return problem(str(error), *error.candidates)
    files = client_uris(found.files, session)
    return {"verdict": found.verdict, "text": found.text, "markdown": found.markdown, "files": files}


def client_uris(files: Mapping[str, str], session: Session) -> Json:
    """The URIs of files as the client writes them, by what an answer calls the files."""
    clients = {one.source.uri: one.uri for one in session}
    return {name: clients.get(uri, uri) for name, uri in files.items()}


def still_reading() -> Json:
    """What to answer before all files have been read."""
    return problem("the workspace's files are still being read: ask again in a moment")


def problem(message: str, *candidates: str) -> Json:
    """A question that has no answer, and why; `candidates` are names that someone may have meant."""
    return {"error": message, "candidates": list(candidates)}


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

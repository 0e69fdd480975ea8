"""Commands: explain a policy, show the configuration in effect, start over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from netpol_lsp.explanations.policy import Explanation, explain_policy
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json, plain_data
from netpol_lsp.lsp.uris import path_of_uri, uri_of_path
from netpol_lsp.project.effective_config import effective_config
from netpol_lsp.text.span import Span

EXPLAIN = "netpol.explainPolicy"
SHOW_CONFIG = "netpol.showConfig"
RESTART = "netpol.restartIndex"


def register(registry: Registry, services: Services) -> None:
    """Add the commands. Each takes one object: `{"uri": ..., "position": ...}`; a missing URI is no error."""

    @registry.command(EXPLAIN)
    def explain(*arguments: Any) -> Json | None:
        where = first_argument(arguments)
        snapshot = services.session.get(str(where.get("uri")))
        if snapshot is None:
            return None
        explained = explain_at(snapshot, where.get("position"))
        if services.configuration.settings.show_results:
            services.client.show(explained["text"])
        return explained

    @registry.command(SHOW_CONFIG)
    def show_config(*arguments: Any) -> Json:
        uri = first_argument(arguments).get("uri")
        path = path_of_uri(uri) if isinstance(uri, str) else None
        if path is not None and not _is_of_workspace(path, services):
            path = None
        return effective_config(services.configuration.for_path(path), path)

    @registry.command(RESTART)
    def restart(*_arguments: Any) -> None:
        services.refresher.reload_configuration()
        services.sync.index.start()


def _is_of_workspace(path: str, services: Services) -> bool:
    """Whether a path lies in a folder of the workspace, or is that of an open document: others are no client's business."""
    return services.configuration.is_inside(path) or services.session.get(uri_of_path(path)) is not None


def explain_at(snapshot: Snapshot, position: Any) -> Json:
    """The policy at a position in words; without a position, or between policies, all of the file."""
    offset = offset_at(snapshot, position)
    every = list(_explanations(snapshot))
    here = [found for span, found in every if offset is not None and span.contains(offset)]
    wanted = here or [found for _, found in every]
    return {
        "markdown": "\n---\n\n".join(found.markdown() for found in wanted),
        "text": "\n".join(found.text() for found in wanted),
    }


def _explanations(snapshot: Snapshot) -> Iterator[tuple[Span, Explanation]]:
    """Each policy with its place in the file."""
    namespace = snapshot.config.settings.default_namespace
    for found in policies_in(snapshot.analysis):
        explained = explain_policy(found.policy, namespace, is_partial=found.is_partial)
        yield found.policy.object.node.span.shift(found.part.start), explained


def offset_at(snapshot: Snapshot, position: Any) -> int | None:
    """The offset of a position that a client gave; None when it is not one."""
    if not isinstance(position, dict):
        return None
    line, character = position.get("line"), position.get("character")
    if not isinstance(line, int) or not isinstance(character, int):
        return None
    return snapshot.positions.offset(types.Position(line, character))


def first_argument(arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The first argument when it is an object."""
    data = plain_data(arguments[0]) if arguments else {}
    return data if isinstance(data, dict) else {}

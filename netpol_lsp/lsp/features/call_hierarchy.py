"""Call hierarchy: who may reach a workload (incoming), and whom it may reach (outgoing)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lsprotocol import types

from netpol_lsp.ide.reachable import Written, find_workload, reachable, written
from netpol_lsp.ide.workspace_links import workload_at
from netpol_lsp.lint.known_cluster import cluster_of
from netpol_lsp.lsp.features.navigation import snapshot_of_no_document
from netpol_lsp.lsp.state.locations import locate
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.transport.movable_json import Json, plain_data
from netpol_lsp.lsp.uris import key_of_uri, path_of_uri
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.from_facts import DEFAULT_NAMESPACE

_MOST = 500


def register(registry: Registry, services: Services) -> None:
    """Add the handlers."""

    @registry.feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
    def prepare(params: types.CallHierarchyPrepareParams) -> list[Json] | None:
        snapshot = services.session.up_to_date(params.text_document.uri)
        if snapshot is None or not snapshot.workspace.is_complete:
            return None
        offset = snapshot.positions.offset(params.position)
        part = snapshot.part_at(offset)
        if part is None:
            return None
        found = workload_at(snapshot.workspace.view, snapshot.source.uri, part.index, offset - part.start)
        engine = _engine(services, snapshot.source.uri)
        workload = find_workload(engine.cluster, written(found[0])) if found is not None else None
        return [item for _, item in _items(services, [workload])] if workload is not None else None

    @registry.feature(types.CALL_HIERARCHY_INCOMING_CALLS)
    def incoming(params: types.CallHierarchyIncomingCallsParams) -> list[Json]:
        return [
            {"from": item, "fromRanges": [item["selectionRange"]]}
            for item in _other_ends(services, params.item, Direction.INGRESS)
        ]

    @registry.feature(types.CALL_HIERARCHY_OUTGOING_CALLS)
    def outgoing(params: types.CallHierarchyOutgoingCallsParams) -> list[Json]:
        start, end = params.item.selection_range.start, params.item.selection_range.end
        own = {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }
        return [{"to": item, "fromRanges": [own]} for item in _other_ends(services, params.item, Direction.EGRESS)]


def _other_ends(services: Services, item: types.CallHierarchyItem, direction: Direction) -> Iterator[Json]:
    wanted = _written(plain_data(item.data))
    if wanted is None or not services.session.workspace.is_complete:
        return
    engine = _engine(services, wanted[0])
    workload = find_workload(engine.cluster, wanted)
    if workload is None:
        return
    found = list(islice(reachable(engine, workload, direction), _MOST))
    words = {one.workload: one.ports for one in found}
    for other, rendered in _items(services, words):
        yield {**rendered, "detail": words[other]}


def _engine(services: Services, uri: str) -> Engine:
    for snapshot in services.session:
        # What is open counts as it is in the editor.
        services.session.up_to_date(snapshot.uri)
    settings = services.configuration.for_document(path_of_uri(uri))[0].settings
    view = services.session.workspace.view
    return cluster_of(view, settings.default_namespace or DEFAULT_NAMESPACE, settings.capabilities).engine


def _items(services: Services, workloads: Iterable[Workload]) -> Iterator[tuple[Workload, Json]]:
    """Workloads for the client; those whose file cannot be read any more are left out."""
    origins = {one.facts.origin: one for one in workloads}
    where = locate(origins, snapshot_of_no_document(services), services.session)
    for origin, location in where.items():
        workload = origins[origin]
        yield (
            workload,
            {
                "name": workload.title,
                "kind": types.SymbolKind.Class.value,
                "uri": location["uri"],
                "range": location["range"],
                "selectionRange": location["range"],
                "data": list(written(workload.facts)),
            },
        )


def _written(data: Any) -> Written | None:
    """What an item of ours says of its workload."""
    match data:
        case [str(uri), int(document), str(object_path), str(kind), str(name)]:
            return key_of_uri(uri), document, object_path, kind, name
    return None

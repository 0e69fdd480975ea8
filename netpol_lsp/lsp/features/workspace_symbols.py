"""Workspace symbols: policies, workloads, namespaces and services of all files, found by a part of their name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lsprotocol import types

from netpol_lsp.lsp.features.navigation import render_locations, snapshot_of_no_document
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_MOST = 200
_POLICY, _WORKLOAD, _NAMESPACE, _SERVICE = (
    types.SymbolKind.Interface.value,
    types.SymbolKind.Class.value,
    types.SymbolKind.Namespace.value,
    types.SymbolKind.Event.value,
)
Symbol = tuple[str, str, int, Origin]
"""Name, what it is in (its namespace), kind, place."""


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.WORKSPACE_SYMBOL)
    def workspace_symbol(params: types.WorkspaceSymbolParams) -> list[Json]:
        session = services.session
        snapshot = snapshot_of_no_document(services)
        found = []
        for name, container, kind, origin in islice(find_symbols(session.workspace.view, params.query), _MOST):
            where = next(iter(render_locations([origin], snapshot, session)), None)
            if where is not None:
                found.append({"name": name, "kind": kind, "containerName": container, "location": where})
        return found


def find_symbols(view: WorkspaceSnapshot, query: str) -> Iterator[Symbol]:
    """The symbols whose name holds the letters of a query in their order, in any case."""
    for name, container, kind, origin in _symbols(view):
        if origin.uri and _fits(query.lower(), name.lower()):
            yield name, container, kind, origin


def _symbols(view: WorkspaceSnapshot) -> Iterator[Symbol]:
    for located in view:
        policy = located.policy
        if policy.name is not None and not located.is_possible:
            origin = Origin(located.uri, located.document, located.path, "", policy.start, policy.end)
            yield policy.name, policy.namespace or "", _POLICY, origin
    for namespace, shard in view.resources():
        for workload in shard.workloads:
            if workload.name is not None:
                yield f"{workload.name} ({workload.kind})", workload.namespace or "", _WORKLOAD, workload.origin
        for service in shard.services:
            if service.name is not None:
                yield f"{service.name} (Service)", service.namespace or "", _SERVICE, service.origin
        for made in shard.namespaces:
            yield made.name, namespace or "", _NAMESPACE, made.origin


def _fits(query: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in query if not letter.isspace())

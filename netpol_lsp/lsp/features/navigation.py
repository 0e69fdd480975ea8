"""Go to definition and find references: between selectors, workloads, namespaces and ports, whatever file they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from netpol_lsp.ide.workspace_links import policies_of, ports_at, selected_at, workload_at
from netpol_lsp.lsp.state.locations import locate
from netpol_lsp.lsp.state.node_at_position import NodeAtPosition, find_target
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import DocumentVersion, Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.origin import Origin
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.yaml.nodes import Scalar


def register(registry: Registry, services: Services) -> None:
    """Add the handlers."""

    @registry.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[Json]:
        snapshot = services.session.up_to_date(params.text_document.uri)
        if snapshot is None:
            return []
        offset = snapshot.positions.offset(params.position)
        return list(render_locations(find_definitions(snapshot, offset), snapshot, services.session))

    @registry.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[Json]:
        snapshot = services.session.up_to_date(params.text_document.uri)
        if snapshot is None:
            return []
        offset = snapshot.positions.offset(params.position)
        return list(render_locations(find_references(snapshot, offset), snapshot, services.session))


def find_definitions(snapshot: Snapshot, offset: int) -> tuple[Origin, ...]:
    """Where the pods, namespaces or ports that a selector or a named port means are written."""
    target = find_target(snapshot, offset)
    located = policy_at(snapshot, target) if target is not None else None
    if target is None or located is None:
        return ()
    view = snapshot.workspace.view
    selected = selected_at(view, located, target.path)
    if selected is not None:
        return tuple(selected.origins())
    if isinstance(target.node, Scalar):
        return tuple(ports_at(view, located, target.path, target.node.value))
    return ()


def find_references(snapshot: Snapshot, offset: int) -> tuple[Origin, ...]:
    """The policies that select the workload at an offset or name it as a peer; for a selector, what it selects."""
    part = snapshot.part_at(offset)
    if part is None:
        return ()
    view = snapshot.workspace.view
    found = workload_at(view, snapshot.source.uri, part.index, offset - part.start)
    if found is None:
        return find_definitions(snapshot, offset)
    return tuple(use.origin for use in policies_of(view, found[0]))


def policy_at(snapshot: Snapshot, target: NodeAtPosition) -> LocatedPolicy | None:
    """The policy at a place as the workspace knows it."""
    wanted = (target.part.index, target.kube_object.path)
    return next((one for one in snapshot.facts.policies if (one.document, one.path) == wanted), None)


def snapshot_of_no_document(services: Services) -> Snapshot:
    """The workspace, for requests that are about no document."""
    session = services.session
    config, _ = services.configuration.for_document(None)
    nowhere = DocumentVersion("", None, make_source("", ""), session.encoding, config)
    return Snapshot(nowhere, session.workspace)


def render_locations(origins: Iterable[Origin], snapshot: Snapshot, session: Session) -> Iterator[Json]:
    """The client's locations, each place once; files that cannot be read are left out."""
    yield from locate(origins, snapshot, session).values()

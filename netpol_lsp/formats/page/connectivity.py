"""What the page of `connectivity` shows, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from netpol_lsp.explanations.connection import addresses_title
from netpol_lsp.formats.page.tables import MOST_EXPLAINED, Data, Scribe, Tables, explained_note, open_traffic
from netpol_lsp.formats.reach.connection_lines import ConnectivityReport, entry_state, entry_title
from netpol_lsp.formats.reach.connectivity_json import isolation_data
from netpol_lsp.formats.reach.connectivity_text import exposure_rows
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.connectivity import Connection, Group, Node
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.query import End
from netpol_lsp.reach.traffic import complement

VERSION = 1


def connectivity_data(
    report: ConnectivityReport,
    engine: Engine,
    places: Places,
    notes: Sequence[str] = (),
    proceed: Callable[[], None] = lambda: None,
) -> Data:
    """The data of the page. `notes`: what else is to be said. `proceed` is called between steps, and may raise to end the work."""
    tables = Tables()
    scribe = Scribe(tables, engine, places)
    nodes = Nodes(scribe)
    for group in report.groups:
        nodes.number(group)
        proceed()
    edges: list[Data] = []
    for item in report.connections:
        edges.append(_edge(item, nodes, scribe, is_explained=len(edges) < MOST_EXPLAINED))
        proceed()
    exposures: dict[int, list[Data]] = {}
    for exposed, (_, direction, peer, ports) in zip(report.exposures or (), exposure_rows(report), strict=True):
        row = {"direction": direction, "to": peer, "ports": ports}
        exposures.setdefault(nodes.number(exposed.group), []).append(row)
    return {
        "version": VERSION,
        "kind": "connectivity",
        "subject": "",
        "notes": [*notes, *explained_note(len(edges))],
        "plugin": engine.enforcement.profile,
        "nodes": [{**node, "exposure": exposures.get(number, [])} for number, node in enumerate(nodes.rows)],
        "edges": edges,
        "isolation": [isolation_data(item) for item in report.isolation],
        "entries": [
            {
                "through": entry_title(item),
                "to": item.workload.title,
                "ports": tables.number_of(item.wanted),
                "state": entry_state(item),
            }
            for item in report.entries
        ],
        **tables.data(),
    }


class Nodes:
    """The ends of connections, numbered: groups of workloads, and addresses."""

    def __init__(self, scribe: Scribe) -> None:
        self.rows: list[Data] = []
        self._scribe = scribe
        self._numbers: dict[Node, int] = {}

    def number(self, node: Node) -> int:
        """The number of an end."""
        found = self._numbers.get(node)
        if found is None:
            found = self._numbers[node] = len(self.rows)
            self.rows.append(
                address_node(node)
                if isinstance(node, CidrSet)
                else workload_node(node.namespace, [self._scribe.workload(item) for item in _each_once(node)])
            )
        return found


def address_node(addresses: CidrSet) -> Data:
    """Addresses outside the cluster."""
    return {"kind": "addresses", "title": addresses_title(addresses), "cidrs": list(addresses.cidrs())}


def workload_node(namespace: str | None, workloads: list[Data]) -> Data:
    """Workloads of a namespace that have the same connections."""
    return {"kind": "workloads", "namespace": namespace, "workloads": workloads}


def _each_once(group: Group) -> Iterator[Workload]:
    """A group's workloads; of pods with one owner the first."""
    seen: set[object] = set()
    for item in group.workloads:
        key = item.title if item.is_pod and item.facts.owner_name else item
        if key not in seen:
            seen.add(key)
            yield item


def _edge(item: Connection, nodes: Nodes, scribe: Scribe, *, is_explained: bool) -> Data:
    verdict = Verdict(item.allow, complement(open_traffic(Verdict(item.allow, (), item.unknown))), item.unknown)
    source, destination = _ends(item)
    return {
        "from": nodes.number(item.source),
        "to": nodes.number(item.destination),
        "allow": scribe.tables.number_of(item.allow),
        "unknown": scribe.tables.number_of(item.unknown),
        "why": scribe.reasons(source, destination, verdict, open_traffic(verdict)) if is_explained else [],
    }


def _ends(item: Connection) -> tuple[End, End]:
    """One workload for each group, two different ones where there are."""
    source, destination = _first(item.source), _first(item.destination)
    if source is destination and isinstance(item.destination, Group) and len(item.destination.workloads) > 1:
        destination = item.destination.workloads[1]
    return source, destination


def _first(node: Node) -> End:
    return node if isinstance(node, CidrSet) else node.workloads[0]

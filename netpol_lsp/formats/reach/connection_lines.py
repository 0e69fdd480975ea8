"""Connections as rows that all formats of `connectivity` share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from netpol_lsp.explanations.connection import addresses_title
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.connectivity import Connection, Group, Isolation, Node
from netpol_lsp.reach.entry_points import EntryPoint, entry_points
from netpol_lsp.reach.exposure import Exposed, ExposedConnectivity, Unprotected, exposure
from netpol_lsp.reach.traffic import Traffic, describe

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ConnectivityReport:
    """What `connectivity` found. `exposures` is None when no one asked for them. `entries`: what Ingresses and routes lead to."""

    connections: tuple[Connection, ...]
    groups: tuple[Group, ...]
    isolation: tuple[Isolation, ...]
    exposures: tuple[Exposed | Unprotected, ...] | None = None
    entries: tuple[EntryPoint, ...] = ()


def whole_report(connectivity: ExposedConnectivity) -> ConnectivityReport:
    """All that is known of a cluster."""
    connections = chain(
        connectivity.between_groups(),
        connectivity.with_outside(Direction.EGRESS),
        connectivity.with_outside(Direction.INGRESS),
    )
    return ConnectivityReport(
        tuple(connections),
        connectivity.groups,
        connectivity.isolation(),
        tuple(exposure(connectivity)),
        tuple(entry_points(connectivity.engine)),
    )


def node_title(node: Node) -> str:
    """As in `shop/web[Deployment]`, `shop/a[Pod], shop/b[Pod] and 9 more`, `0.0.0.0/0`."""
    if isinstance(node, CidrSet):
        return addresses_title(node)
    titles = node.titles
    if len(titles) <= _SHOWN:
        return ", ".join(titles)
    return f"{', '.join(titles[: _SHOWN - 1])} and {len(titles) - _SHOWN + 1} more"


def traffic_text(allow: Traffic, unknown: Traffic) -> str:
    """As in `TCP 80`, `TCP 80; unknown: all but TCP 80`."""
    if not unknown:
        return describe(allow)
    return f"{describe(allow)}; unknown: {describe(unknown)}" if allow else f"unknown: {describe(unknown)}"


def entry_title(entry: EntryPoint) -> str:
    """As in `Ingress shop/web`."""
    route = entry.route
    return f"{route.kind} {route.namespace}/{route.name}" if route.namespace else f"{route.kind} {route.name}"


def entry_state(entry: EntryPoint) -> str:
    """Whether the pods let in an arbitrary pod of the cluster, such as the controller: open, blocked, or what of it."""
    if entry.open == entry.wanted:
        return "open"
    if not entry.maybe:
        return "not open to every pod"
    return "unknown" if not entry.open else f"open: {describe(entry.open)}"


def pairs_of_titles(connections: Iterable[Connection]) -> Iterable[tuple[str, str, Connection]]:
    """Each connection once for each pair of workloads in it."""
    for item in connections:
        for source in _titles(item.source):
            for destination in _titles(item.destination):
                yield source, destination, item


def _titles(node: Node) -> tuple[str, ...]:
    return (addresses_title(node),) if isinstance(node, CidrSet) else node.titles

"""The names that a question about a connection may use: workloads, namespaces, Services and the world, with their ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.reach.cluster import NAMELESS, Cluster, Workload
from netpol_lsp.reach.names import backends, short_title
from netpol_lsp.workspace.resources import ServiceFacts

Port = tuple[str, str]
"""As in `("5432/TCP", "pg")`: how a question writes it, and what it is called."""

EVERY_PORT = "every port"


@dataclass(frozen=True, slots=True)
class KnownEnd:
    """A name for an end of a connection, what it is in a few words, and the ports that it has.

    `is_destination`: it means something only as the end that is connected to.
    """

    name: str
    detail: str
    ports: tuple[Port, ...] = ()
    is_destination: bool = False


def known_ends(cluster: Cluster) -> Iterator[KnownEnd]:
    """The names that mean something in a cluster: workloads, namespaces, Services, everything, the world."""
    workloads = [item for item in cluster.workloads if _has_name(item)]
    yield from _workload_ends(workloads)
    for namespace in sorted({item.namespace or "" for item in workloads}):
        inside = [item for item in workloads if item.namespace == namespace]
        yield KnownEnd(f"{namespace}/*", f"all of namespace {namespace}", ports_of(inside))
    for service in sorted(cluster.services, key=lambda one: one.name or ""):
        yield from _service_end(cluster, service)
    yield KnownEnd("world", "addresses outside the cluster")
    if workloads:
        yield KnownEnd("*/*", "every workload", ports_of(workloads))


def _workload_ends(workloads: list[Workload]) -> Iterator[KnownEnd]:
    found: dict[str, dict[str, list[Workload]]] = {}
    for item in workloads:
        found.setdefault(short_title(item), {}).setdefault(item.owner[0], []).append(item)
    for title, kinds in sorted(found.items()):
        for kind, items in kinds.items():
            namespace, _, name = title.partition("/")
            yield KnownEnd(title if len(kinds) == 1 else f"{namespace}/{kind}/{name}", kind, ports_of(items))


def _service_end(cluster: Cluster, service: ServiceFacts) -> Iterator[KnownEnd]:
    namespace = cluster.resolve(service.namespace, service.is_namespace_unknown)
    if namespace is None or service.name is None or service.is_name_unknown or namespace.startswith(NAMELESS):
        return
    pods, _ = backends(cluster, service)
    if pods:
        ports = tuple((f"{port.port}/{port.protocol}", port.name or "") for port in service.ports)
        behind = ", ".join(sorted({short_title(item) for item in pods}))
        yield KnownEnd(f"svc:{namespace}/{service.name}", f"Service of {behind}", ports, is_destination=True)


def ports_of(workloads: Iterable[Workload]) -> tuple[Port, ...]:
    """The ports that containers declare, by number."""
    found = {
        (port.number, port.protocol): port.name or "" for item in workloads for port in item.facts.ports if port.number
    }
    return tuple((f"{number}/{protocol}", found[number, protocol]) for number, protocol in sorted(found))


def _has_name(item: Workload) -> bool:
    namespace = item.namespace
    return namespace is not None and not namespace.startswith(NAMELESS) and not _is_nameless(item)


def _is_nameless(item: Workload) -> bool:
    return (item.facts.name is None and item.facts.owner_name is None) or item.facts.is_name_unknown

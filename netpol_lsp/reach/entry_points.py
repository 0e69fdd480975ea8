"""How traffic gets in: Ingress and route objects with the workloads that their Services lead to, and whether these let it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.kube.net import intervals
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.exposure import permits_everybody
from netpol_lsp.reach.names import backends
from netpol_lsp.reach.query import target_traffic
from netpol_lsp.reach.traffic import Traffic
from netpol_lsp.workspace.resources import IngressBackend, IngressFacts, ServiceFacts, ServicePort


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A workload after an Ingress or route.

    `wanted` is the traffic that the Service's ports lead to; `open` what an arbitrary pod of the cluster, such as the
    ingress controller, surely may send, `maybe` what it may perhaps.
    """

    route: IngressFacts
    backend: IngressBackend
    service: ServiceFacts
    workload: Workload
    wanted: Traffic
    open: Traffic
    maybe: Traffic


def entry_points(engine: Engine, namespace: str | None = None) -> Iterator[EntryPoint]:
    """All workloads after Ingresses and routes, or those of one namespace."""
    cluster = engine.cluster
    for route in cluster.routes:
        own = cluster.resolve(route.namespace, route.is_namespace_unknown)
        for backend in route.backends:
            place = backend.service_namespace or own
            if namespace is not None and place != namespace:
                continue
            service = cluster.services_by_name.get((place, backend.service))
            if service is None:
                continue
            for workload in backends(cluster, service)[0]:
                wanted: Traffic = ()
                for port in service.ports:
                    if _is_meant(port, backend.port):
                        wanted = intervals.union(wanted, target_traffic(port, workload))
                if wanted:
                    sure, may = permits_everybody(engine, engine.class_of(workload), Direction.INGRESS)
                    yield EntryPoint(
                        route,
                        backend,
                        service,
                        workload,
                        wanted,
                        intervals.intersection(sure, wanted),
                        intervals.intersection(may, wanted),
                    )


def _is_meant(port: ServicePort, wanted: int | str | None) -> bool:
    """Whether a backend means a port of its Service: its number or name, a route of OpenShift also the target."""
    return wanted is None or wanted in (port.port, port.name, port.target_port)

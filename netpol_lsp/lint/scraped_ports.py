"""Which ports of pods Prometheus is told to scrape: annotations, PodMonitors and ServiceMonitors."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.kube.label_selector import matches
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.ports import AskedPort
from netpol_lsp.reach.query import target_traffic
from netpol_lsp.reach.traffic import Traffic, port_traffic
from netpol_lsp.workspace.resources import MonitorFacts, MonitorPort, ServiceFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot


def scraped_ports(view: WorkspaceSnapshot, cluster: Cluster, workload: Workload) -> Iterator[tuple[Traffic, Origin]]:
    """The traffic that scraping a workload needs, with the place that says so; what cannot be resolved is left out."""
    annotations = workload.facts.pod_annotations
    port = annotations.get("prometheus.io/port", "")
    if annotations.get("prometheus.io/scrape") == "true" and port.isdecimal() and 0 < int(port) < 65536:
        yield port_traffic("TCP", int(port)), workload.facts.origin
    for _, shard in view.resources():
        for monitor in shard.monitors:
            if _is_there(monitor, workload) and not monitor.selector.is_partial:
                yield from _monitored(monitor, cluster, workload)


def _is_there(monitor: MonitorFacts, workload: Workload) -> bool:
    if monitor.is_namespace_unknown or workload.namespace is None:
        return False
    if monitor.namespaces is None:
        return True
    return workload.namespace in (monitor.namespaces or (monitor.namespace,))


def _monitored(monitor: MonitorFacts, cluster: Cluster, workload: Workload) -> Iterator[tuple[Traffic, Origin]]:
    if monitor.kind == "PodMonitor":
        if matches(monitor.selector, workload.facts.labels):
            for port in monitor.ports:
                yield from _of_pods(port, workload, monitor.origin)
        return
    for service in cluster.services:
        if service.namespace != workload.namespace or service.has_unknown_labels or not service.selector:
            continue
        labels = workload.facts.labels
        is_behind = all(labels.get(key) == value for key, value in service.selector.items())
        if is_behind and matches(monitor.selector, service.labels):
            for port in monitor.ports:
                yield from _of_service(port, service, workload, monitor.origin)


def _of_pods(port: MonitorPort, workload: Workload, origin: Origin) -> Iterator[tuple[Traffic, Origin]]:
    if isinstance(port.port, int):
        yield port_traffic("TCP", port.port), origin
        return
    traffic = AskedPort("TCP", name=port.port).traffic_to(workload)
    if traffic:
        yield traffic, origin


def _of_service(
    port: MonitorPort, service: ServiceFacts, workload: Workload, origin: Origin
) -> Iterator[tuple[Traffic, Origin]]:
    if port.is_target_port:
        yield from _of_pods(port, workload, origin)
        return
    for item in service.ports:
        if item.name == port.port and not item.has_unknown_target:
            traffic = target_traffic(item, workload)
            if traffic:
                yield traffic, origin

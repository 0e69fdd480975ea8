"""What is known to call a workload, as rules that let it in.

That is: other policies, variables of other workloads, Ingresses and routes, Services, monitors, webhooks.

What comes from outside of the cluster, or from pods that no manifest names, is let in as widely as it has to be and no wider:
from everywhere for a NodePort, a load balancer or the API server; from any namespace where no one knows which pods the ingress
controller has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from netpol_lsp.ide.new_policy import NewPolicy, NewRule, name_of, namespace_peer, without_covered_rules
from netpol_lsp.ide.rule_data import labels_data, pods_peer, ports_data, rule_data
from netpol_lsp.ide.workspace_links import means, policies_of
from netpol_lsp.kube.label_selector import LabelRequirement, Operator, label_selector, matches
from netpol_lsp.kube.selector_data import selector_data
from netpol_lsp.policies.direction import Direction
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.pods import Place, exact_names, is_added_later, is_near, place, place_of, services_here
from netpol_lsp.workspace.resource_shard import ResourceShard
from netpol_lsp.workspace.resources import IngressFacts, ServiceCall, ServiceFacts, ServicePort, WorkloadFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

_OPENSHIFT_INGRESS = {"namespaceSelector": {"matchLabels": {"policy-group.network.openshift.io/ingress": ""}}}
# Namespaces where ingress controllers run by custom: their charts and manifests call them so.
_CONTROLLERS = ("ingress-nginx", "traefik", "haproxy-controller", "projectcontour", "kong", "ingress", "nginx-ingress")
_PROMETHEUS = "prometheus"
_ANY_NAMESPACE: dict[str, Any] = {"namespaceSelector": {}}


def policy_for(view: WorkspaceSnapshot, workload: WorkloadFacts, selector: dict[str, str]) -> NewPolicy | None:
    """The policy that lets in what is known to call a workload; None where nothing is. `selector`: the labels to select it by."""
    where = place(view, workload.namespace, workload.origin.uri, is_unknown=workload.is_namespace_unknown)
    if where.is_unknown or not selector or workload.host_network is not False:
        return None  # most network plugins do not enforce policies on the node's own network
    rules = tuple(_merged(_Callers(view, workload, where).rules()))
    if not rules:
        return None
    name = name_of(workload.name or next(iter(selector.values())))
    types = (Direction.INGRESS.value,)
    return without_covered_rules(NewPolicy(name, workload.namespace, labels_data(selector), types, ingress=rules))


def stable_labels(workload: WorkloadFacts) -> dict[str, str]:
    """The labels by which a workload's pods can be selected for long."""
    return {key: value for key, value in workload.labels.items() if not is_added_later(key)}


class _Callers:
    def __init__(self, view: WorkspaceSnapshot, workload: WorkloadFacts, where: Place) -> None:
        self.view = view
        self.workload = workload
        self.where = where
        self.services = [
            one
            for one in services_here(view, where)
            if one.selector and not one.has_unknown_selector and one.selector.items() <= workload.labels.items()
        ]

    def rules(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]]:
        """Peers (none: everyone), ports (None: all) and what is known."""
        known: set[tuple[str, int | str]] = set()
        for peers, ports, note in (
            *self._policies(),
            *self._variables(),
            *self._routes(),
            *self._outside(),
            *self._monitors(),
        ):
            known.update((port["protocol"], port["port"]) for port in ports or ())
            yield peers, ports, note
        for service in self.services:
            ports = [one for one in self._targets(service.ports) if (one["protocol"], one["port"]) not in known]
            if ports and service.type == "ClusterIP":
                yield [{"podSelector": {}}], ports, f"Service {service.name}: nothing here says who calls it"

    def _policies(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]]:
        """Pods whose policies let them out to here."""
        for use in policies_of(self.view, self.workload):
            located = use.located
            source = place_of(self.view, located)
            if Direction.EGRESS not in use.directions or source.is_unknown or located.policy.pod_selector.is_partial:
                continue
            for rule in located.policy.egress:
                if rule.has_unknown_ports or not any(
                    means(self.view, source, peer, self.workload) for peer in rule.peers or ()
                ):
                    continue
                peer = pods_peer(selector_data(located.policy.pod_selector), source.namespace, self.where.namespace)
                note = f"NetworkPolicy {located.policy.name or '(no name)'} lets these out to here"
                yield [peer], ports_data(rule.ports), note

    def _variables(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]]:
        """Workloads that have a Service of this one in a variable of theirs, by its name."""
        names = {service.name: service for service in self.services}
        for namespace, shard in self.view.resources() if names else ():
            for caller in shard.workloads if namespace != CLUSTER else ():
                source = place(self.view, caller.namespace, caller.origin.uri, is_unknown=caller.is_namespace_unknown)
                if source.is_unknown or caller.host_network is not False or not stable_labels(caller):
                    continue
                for call in caller.calls:
                    service = names.get(call.service)
                    if service is None or not self._is_here(call, source):
                        continue
                    ports = self._called(service, call.port)
                    if ports:
                        peer = pods_peer(_selecting(shard, caller), source.namespace, self.where.namespace)
                        yield (
                            [peer],
                            ports,
                            f"{caller.kind} {caller.name} calls Service {service.name} ({call.variable})",
                        )

    def _is_here(self, call: ServiceCall, source: Place) -> bool:
        """Whether the Service that is called is one of this namespace."""
        if call.namespace is not None:
            return call.namespace == self.where.namespace
        if source.namespace is None and self.where.namespace is None:
            return is_near(self.view, source.uri, self.where.uri)
        return source.namespace == self.where.namespace

    def _called(self, service: ServiceFacts, port: int | None) -> list[dict[str, Any]]:
        """The container ports that somebody reaches who calls a Service; None: on any of its ports."""
        meant = [one for one in service.ports if port in (None, one.port)]
        if not meant and port is not None and service.is_headless:
            return [{"protocol": "TCP", "port": port}]  # its name leads to the pods themselves
        return self._targets(meant)

    def _routes(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]]:
        """What comes through Ingresses and routes."""
        names = {service.name: service for service in self.services}
        for namespace, shard in self.view.resources():
            for route in shard.ingresses if namespace != CLUSTER else ():
                for backend in route.backends:
                    service = names.get(backend.service)
                    if service is None or (backend.service_namespace or route.namespace) != service.namespace:
                        continue
                    meant = [
                        one for one in service.ports if backend.port in (None, one.port, one.name, one.target_port)
                    ]
                    ports = self._targets(meant)
                    if ports:
                        yield [self._controller(route)], ports, f"{route.kind} {route.name}"

    def _outside(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]]:
        """What comes from outside of the cluster, and from its control plane."""
        for service in self.services:
            if service.type in ("NodePort", "LoadBalancer") and (ports := self._targets(service.ports)):
                yield [], ports, f"Service {service.name} ({service.type})"
        for webhook in self.view.index.shard(CLUSTER).webhooks:
            for backend in webhook.backends:
                for service in self.services:
                    if (backend.service, backend.service_namespace) != (service.name, service.namespace):
                        continue
                    wanted = backend.port or 443
                    ports = self._targets([one for one in service.ports if one.port == wanted])
                    if ports:
                        yield [], ports, f"{webhook.kind} {webhook.name}: the API server calls"

    def _monitors(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]]:
        """What Prometheus scrapes."""
        for namespace, shard in self.view.resources():
            for monitor in shard.monitors:
                covers = monitor.namespaces is None or self.where.namespace in (monitor.namespaces or (namespace,))
                if not covers or monitor.is_namespace_unknown:
                    continue
                ports: list[dict[str, Any]] = []
                for one in monitor.ports:
                    if monitor.kind == "PodMonitor":
                        if matches(monitor.selector, self.workload.labels):
                            ports += self._targets([ServicePort(0, one.port)])
                        continue
                    for service in self.services:
                        if matches(monitor.selector, service.labels):
                            ports += self._targets([item for item in service.ports if _is_scraped(item, one.port)])
                if ports:
                    yield [self._prometheus()], ports, f"{monitor.kind} {monitor.name}"

    def _targets(self, ports: Iterable[ServicePort]) -> list[dict[str, Any]]:
        """The container ports after a Service's, as items of `ports`."""
        found: list[dict[str, Any]] = []
        for port in ports:
            target = port.port if port.target_port is None else port.target_port
            if isinstance(target, str):
                number = next((one.number for one in self.workload.ports if one.name == target), None)
                target = target if number is None else number
            item = {"protocol": port.protocol, "port": target}
            if not port.has_unknown_target and item not in found:
                found.append(item)
        return found

    def _controller(self, route: IngressFacts) -> dict[str, Any]:
        """The pods through which a route's traffic comes."""
        if route.kind == "Route":
            return _OPENSHIFT_INGRESS
        if route.kind != "Ingress":
            gateway = (route.class_name or "").partition("/")[0]
            return namespace_peer(gateway) if gateway and gateway != self.where.namespace else _ANY_NAMESPACE
        for located in self.view:
            for rule in located.policy.ingress:
                for peer in rule.peers or ():
                    names = exact_names(peer.namespaces) if peer.namespaces is not None else None
                    if names and len(names) == 1 and names[0] in _CONTROLLERS:
                        return namespace_peer(names[0])
        known = next((name for name in _CONTROLLERS if name in self.view.seen_namespaces), None)
        return namespace_peer(known) if known is not None else _ANY_NAMESPACE

    def _prometheus(self) -> dict[str, Any]:
        """The pods that scrape."""
        for namespace, shard in self.view.resources():
            for workload in shard.workloads:
                if workload.kind == "Prometheus" or workload.labels.get("app.kubernetes.io/name") == _PROMETHEUS:
                    return namespace_peer(namespace) if namespace is not None else _ANY_NAMESPACE
        return _ANY_NAMESPACE


# Labels that say what a workload is, and not which release or version of it.
_TELLING = (
    *("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"),
    *("app", "k8s-app", "component", "name"),
)


def _selecting(shard: ResourceShard, workload: WorkloadFacts) -> dict[str, Any]:
    """The selector of a workload's pods: by the labels that say what it is, where these mean no others."""
    stable = stable_labels(workload)
    telling = {key: value for key, value in stable.items() if key in _TELLING}
    if telling:
        selectors = (
            label_selector([LabelRequirement(key, Operator.IN, (value,)) for key, value in labels.items()])
            for labels in (telling, stable)
        )
        few, exact = (shard.matching(one) for one in selectors)
        if len(few) == len(exact):
            return labels_data(telling)
    return labels_data(stable)


def _is_scraped(port: ServicePort, wanted: int | str) -> bool:
    return wanted in (port.name, port.target_port) or (isinstance(wanted, int) and wanted == port.port)


def _merged(
    rules: Iterable[tuple[list[dict[str, Any]], list[dict[str, Any]] | None, str]],
) -> Iterator[NewRule]:
    """Rules of the same peers and ports as one, with what all of them come from."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for peers, ports, note in rules:
        value = rule_data("from", peers, ports)
        same = next((notes for other, notes in found if other == value), None)
        if same is None:
            found.append((value, [note]))
        elif note not in same:
            same.append(note)
    for value, notes in found:
        yield NewRule(value, "; ".join(notes))

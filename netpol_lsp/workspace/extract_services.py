"""Facts of what sends traffic to pods: Services and their endpoints, ingresses and routes, monitors, webhooks."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.kube.label_selector import EVERYTHING, UNKNOWN_SELECTOR, LabelSelector
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.workspace.manifest_reader import (
    ManifestReader,
    find,
    integer,
    is_hidden,
    mappings,
    port_of,
    text,
    texts,
)
from netpol_lsp.workspace.resource_kinds import GATEWAY_ROUTES
from netpol_lsp.workspace.resources import (
    EndpointSliceFacts,
    IngressBackend,
    IngressFacts,
    MonitorFacts,
    MonitorPort,
    ServiceFacts,
    ServicePort,
    WebhookFacts,
)
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, is_null

GATEWAY_GROUP = "gateway.networking.k8s.io"
_KEPT_ANNOTATIONS = ("prometheus.io/", "service.beta.kubernetes.io/", "networking.gke.io/", "cloud.google.com/")


def service(reader: ManifestReader) -> ServiceFacts:
    """The facts of a Service."""
    written = reader.get("spec", "selector")
    has_selector = written is not None and not is_null(written)
    selector, _, has_unknown = reader.labels(written, "spec.selector")
    kind = reader.get("spec", "type")
    addresses = (*texts(reader.get("spec", "clusterIPs")), reader.string("spec", "clusterIP"))
    labels, _, has_unknown_labels = reader.labels(reader.get("metadata", "labels"), "metadata.labels")
    annotations, _, _ = reader.labels(reader.get("metadata", "annotations"), "metadata.annotations")
    ports = reader.get("spec", "ports")
    known_ports = tuple(_service_ports(reader, ports))
    return ServiceFacts(
        namespace=reader.namespace,
        name=reader.name,
        type=text(kind) or "ClusterIP",
        selector=selector if has_selector and (selector or mapping_of(written) is None) else None,
        ports=known_ports,
        cluster_ips=tuple(dict.fromkeys(ip for ip in addresses if ip and ip != "None")),
        labels=labels,
        external_ips=texts(reader.get("spec", "externalIPs")),
        external_name=reader.string("spec", "externalName"),
        external_traffic_policy=reader.string("spec", "externalTrafficPolicy"),
        source_ranges=texts(reader.get("spec", "loadBalancerSourceRanges")),
        is_headless="None" in addresses,
        annotations={key: value for key, value in annotations.items() if key.startswith(_KEPT_ANNOTATIONS)},
        is_namespace_unknown=reader.is_namespace_unknown,
        is_name_unknown=reader.is_name_unknown,
        has_unknown_selector=has_unknown,
        has_unknown_type=is_hidden(kind) or (kind is None and reader.is_open),
        has_unknown_ports=reader.is_open or len(known_ports) < len(items_of(ports)) or is_hidden(ports),
        has_unknown_labels=has_unknown_labels,
        origin=reader.origin,
    )


def _service_ports(reader: ManifestReader, node: Node | None) -> Iterator[ServicePort]:
    for index, item in mappings(node):
        at = find(item, "port")
        port = integer(at)
        if at is None or port is None:
            continue
        target = find(item, "targetPort")
        yield ServicePort(
            port=port,
            target_port=None if target is None or is_null(target) else port_of(target),
            name=text(find(item, "name")),
            protocol=text(find(item, "protocol")) or "TCP",
            node_port=integer(find(item, "nodePort")),
            has_unknown_target=is_hidden(target),
            origin=reader.at(at, f"spec.ports[{index}].port"),
        )


def endpoints(reader: ManifestReader) -> EndpointSliceFacts:
    """The facts of an EndpointSlice, or of the older Endpoints."""
    addresses: list[str] = []
    pods: list[str] = []
    ports: list[ServicePort] = []
    if reader.kind == "EndpointSlice":
        owner = reader.string("metadata", "labels", "kubernetes.io/service-name")
        groups = [(reader.get("endpoints"), reader.get("ports"))]
    else:
        owner = reader.name
        groups = [(find(item, "addresses"), find(item, "ports")) for _, item in mappings(reader.get("subsets"))]
    for members, listed in groups:
        for _, member in mappings(members):
            single = text(find(member, "ip"))
            addresses += [*texts(find(member, "addresses")), *((single,) if single else ())]
            if text(find(member, "targetRef", "kind")) == "Pod" and (name := text(find(member, "targetRef", "name"))):
                pods.append(name)
        for _, item in mappings(listed):
            number = integer(find(item, "port"))
            if number is not None:
                ports.append(ServicePort(number, None, text(find(item, "name")), text(find(item, "protocol")) or "TCP"))
    return EndpointSliceFacts(
        reader.kind,
        reader.namespace,
        reader.name,
        owner,
        tuple(addresses),
        tuple(pods),
        tuple(ports),
        reader.is_namespace_unknown,
        reader.origin,
    )


def ingress(reader: ManifestReader) -> IngressFacts | None:
    """The facts of an Ingress or a route; None for another kind of one of these names."""
    if reader.kind == "Ingress" and reader.group in ("networking.k8s.io", "extensions"):
        backends = list(_ingress_backends(reader))
        hosts = [text(find(item, "host")) for _, item in mappings(reader.get("spec", "rules"))]
        class_name = reader.string("spec", "ingressClassName")
        is_tls = bool(items_of(reader.get("spec", "tls")))
    elif reader.kind == "Route" and reader.group == "route.openshift.io":
        backends = list(_openshift_backends(reader))
        hosts = [reader.string("spec", "host")]
        class_name, is_tls = None, reader.get("spec", "tls") is not None
    elif reader.kind in GATEWAY_ROUTES and reader.group == GATEWAY_GROUP:
        backends = list(_gateway_backends(reader))
        hosts = list(texts(reader.get("spec", "hostnames")))
        class_name, is_tls = _parent(reader), reader.kind == "TLSRoute"
    else:
        return None
    return IngressFacts(
        kind=reader.kind,
        api_version=reader.api_version,
        namespace=reader.namespace,
        name=reader.name,
        backends=tuple(backend for backend in backends if backend is not None),
        hosts=tuple(host for host in hosts if host),
        class_name=class_name,
        is_tls=is_tls,
        is_namespace_unknown=reader.is_namespace_unknown,
        has_unknown_backends=reader.is_open or None in backends,
        origin=reader.origin,
    )


def _ingress_backends(reader: ManifestReader) -> Iterator[IngressBackend | None]:
    """The backends of an Ingress of any version; None for one that cannot be read."""
    for key in ("defaultBackend", "backend"):
        default = reader.get("spec", key)
        if default is not None and not is_null(default):
            yield _ingress_backend(reader, default, f"spec.{key}")
    for number, rule in mappings(reader.get("spec", "rules")):
        for index, path in mappings(find(rule, "http", "paths")):
            yield _ingress_backend(reader, find(path, "backend"), f"spec.rules[{number}].http.paths[{index}].backend")


def _ingress_backend(reader: ManifestReader, node: Node | None, field: str) -> IngressBackend | None:
    current, legacy = find(node, "service", "name"), find(node, "serviceName")
    if current is not None:
        number, name = find(node, "service", "port", "number"), find(node, "service", "port", "name")
        return _backend(reader, current, number if number is not None else name, f"{field}.service.name")
    if legacy is not None:
        return _backend(reader, legacy, find(node, "servicePort"), f"{field}.serviceName")
    return None


def _openshift_backends(reader: ManifestReader) -> Iterator[IngressBackend | None]:
    target = reader.get("spec", "port", "targetPort")
    places = [("spec.to", reader.get("spec", "to"))]
    others = reader.get("spec", "alternateBackends")
    places += [(f"spec.alternateBackends[{index}]", item) for index, item in mappings(others)]
    for field, node in places:
        name = find(node, "name")
        if node is not None:
            yield None if name is None else _backend(reader, name, target, f"{field}.name")


def _gateway_backends(reader: ManifestReader) -> Iterator[IngressBackend | None]:
    for number, rule in mappings(reader.get("spec", "rules")):
        for index, reference in mappings(find(rule, "backendRefs")):
            if (text(find(reference, "kind")) or "Service") != "Service":
                continue
            name = find(reference, "name")
            field = f"spec.rules[{number}].backendRefs[{index}].name"
            if name is None:
                yield None
                continue
            yield _backend(reader, name, find(reference, "port"), field, namespace=text(find(reference, "namespace")))


def _backend(
    reader: ManifestReader, name: Node, port: Node | None, field: str, *, namespace: str | None = None
) -> IngressBackend | None:
    known = text(name)
    return None if known is None else IngressBackend(known, namespace, port_of(port), reader.at(name, field))


def _parent(reader: ManifestReader) -> str | None:
    for _, parent in mappings(reader.get("spec", "parentRefs")):
        name, namespace = text(find(parent, "name")), text(find(parent, "namespace"))
        if name is not None:
            return f"{namespace or reader.namespace or ''}/{name}"
    return None


def monitor(reader: ManifestReader) -> MonitorFacts:
    """The facts of a ServiceMonitor or PodMonitor."""
    anywhere = reader.get("spec", "namespaceSelector", "any")
    names = texts(reader.get("spec", "namespaceSelector", "matchNames"))
    key = "endpoints" if reader.kind == "ServiceMonitor" else "podMetricsEndpoints"
    ports: list[MonitorPort] = []
    for index, endpoint in mappings(reader.get("spec", key)):
        for name in ("port", "portNumber", "targetPort"):
            node = find(endpoint, name)
            port = port_of(node)
            if node is not None and port is not None:
                origin = reader.at(node, f"spec.{key}[{index}].{name}")
                ports.append(MonitorPort(port, name != "port" or reader.kind == "PodMonitor", origin))
    return MonitorFacts(
        reader.kind,
        reader.namespace,
        reader.name,
        selector(reader.obj.node, "spec", "selector"),
        None if anywhere is not None and getattr(anywhere, "value", "") == "true" else names,
        tuple(ports),
        reader.is_namespace_unknown,
        reader.origin,
    )


def webhook(reader: ManifestReader) -> WebhookFacts | None:
    """The facts of a webhook configuration, an APIService or a CustomResourceDefinition; None where no Service is called."""
    references: list[tuple[str, Node | None]] = []
    if reader.kind == "APIService":
        references.append(("spec.service", reader.get("spec", "service")))
    elif reader.kind == "CustomResourceDefinition":
        path = "spec.conversion.webhook.clientConfig.service"
        references.append((path, reader.get(*path.split("."))))
    else:
        for index, item in mappings(reader.get("webhooks")):
            references.append((f"webhooks[{index}].clientConfig.service", find(item, "clientConfig", "service")))
    backends: list[IngressBackend] = []
    for field, node in references:
        name = find(node, "name")
        if name is None:
            continue
        port = find(node, "port")
        backend = _backend(reader, name, port, f"{field}.name", namespace=text(find(node, "namespace")))
        if backend is not None:
            backends.append(backend)
    return WebhookFacts(reader.kind, reader.name, tuple(backends), reader.origin) if backends else None


def selector(node: Node | None, *names: str) -> LabelSelector:
    """The label selector at a path of keys; everything where none is written."""
    *way, last = names
    above = mapping_of(find(node, *way))
    entry: Entry | None = above.get(last) if above is not None else None
    if entry is None or is_null(entry.value):
        return EVERYTHING
    return read_selector(Selector(entry.value, entry)) if isinstance(entry.value, Mapping) else UNKNOWN_SELECTOR

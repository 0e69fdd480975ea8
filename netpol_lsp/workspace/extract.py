"""From the nodes of a document to the facts of its objects: pure, and tolerant of templates and incomplete text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.typed_field import mapping_of
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace.extract_delivery import delivery_of
from netpol_lsp.workspace.extract_policies import is_other_policy, other_policy
from netpol_lsp.workspace.extract_services import endpoints, ingress, monitor, service, webhook
from netpol_lsp.workspace.extract_workloads import workload
from netpol_lsp.workspace.file_resources import NO_RESOURCES, ResourceFacts
from netpol_lsp.workspace.manifest_reader import ManifestReader, find, is_hidden, mappings, text, texts
from netpol_lsp.workspace.resource_kinds import GATEWAY_ROUTES, RENDERED_LATER, WEBHOOK_KINDS
from netpol_lsp.workspace.resources import (
    AnyFacts,
    DeliveryFacts,
    EndpointSliceFacts,
    IngressFacts,
    MonitorFacts,
    NamespaceFacts,
    NodeFacts,
    OtherPolicyFacts,
    ServiceFacts,
    UnknownManifest,
    WebhookFacts,
    WorkloadFacts,
)
from netpol_lsp.yaml.documents import Document

_HARMLESS = frozenset(
    {
        "Secret",
        "ConfigMap",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ClusterRole",
        "ClusterRoleBinding",
        "PersistentVolumeClaim",
        "PersistentVolume",
        "StorageClass",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ResourceQuota",
        "LimitRange",
        "Certificate",
        "Issuer",
        "ClusterIssuer",
        "PrometheusRule",
        "SealedSecret",
        "ExternalSecret",
    }
)


def resources_of(document: Document, index: int = 0, default_namespace: str | None = None) -> ResourceFacts:
    """The facts of the objects in a document; never raises.

    `index` is the number of the document in its file. Origins count from the document's start.
    """
    found: list[AnyFacts] = []
    is_open = bool(document.holes) or document.error is not None
    place = (document.source.uri, index)
    root = mapping_of(document.root)
    if root is None:
        if document.is_template and document.text.strip():
            found.append(UnknownManifest("template", origin=Origin(*place)))
        elif document.error is not None:
            found.append(UnknownManifest("syntax error", origin=Origin(*place)))
        return _grouped(found)
    delivery = delivery_of(document)
    if delivery is not None:
        found.append(delivery)
    is_encrypted = find(root, "sops", "mac") is not None or find(root, "sops", "lastmodified") is not None
    for obj, kind in _objects(document):
        reader = ManifestReader(obj, kind or "", place, is_open=is_open, default_namespace=default_namespace)
        fact = _unreadable(reader, is_encrypted=is_encrypted) if kind is None else _fact(reader)
        if fact is not None:
            found.append(fact)
    return _grouped(found)


def _objects(document: Document) -> Iterator[tuple[KubeObject, str | None]]:
    """The objects with their kinds; items of a `PodList` and its like need not name theirs. None: no one knows it."""
    list_kind = text(find(document.root, "kind")) or ""
    item_kind = list_kind.removesuffix("List") if list_kind.endswith("List") else ""
    for obj in objects_of(document.root):
        if obj.kind is not None:
            yield obj, obj.kind
        elif obj.kind_field is not None:
            yield obj, None
        elif obj.path and item_kind:
            yield obj, item_kind


def _fact(reader: ManifestReader) -> AnyFacts | None:
    """The facts of one object; None for one that nothing depends on."""
    build = _BUILDERS.get((reader.group, reader.kind)) or _BUILDERS.get((_ANY, reader.kind))
    if build is not None:
        return build(reader)
    if is_other_policy(reader):
        return other_policy(reader)
    return None if reader.kind in _HARMLESS else workload(reader)


def _unreadable(reader: ManifestReader, *, is_encrypted: bool) -> UnknownManifest:
    """An object whose kind no one can read."""
    return UnknownManifest(
        "encrypted" if is_encrypted else "template",
        name=reader.name,
        namespace=reader.namespace,
        is_namespace_unknown=reader.is_namespace_unknown or is_encrypted,
        origin=reader.origin,
    )


def _namespace(reader: ManifestReader) -> NamespaceFacts | UnknownManifest:
    if reader.name is None:
        return UnknownManifest(
            "template", "Namespace", may_be_policy=False, may_be_workload=False, origin=reader.origin
        )
    labels, places, has_unknown = reader.labels(reader.get("metadata", "labels"), "metadata.labels")
    labels[METADATA_NAME] = reader.name
    return NamespaceFacts(reader.name, labels, has_unknown, places, reader.origin)


def _node(reader: ManifestReader) -> NodeFacts | None:
    if reader.name is None:
        return None
    labels, _, _ = reader.labels(reader.get("metadata", "labels"), "metadata.labels")
    single = reader.string("spec", "podCIDR")
    ranges = texts(reader.get("spec", "podCIDRs")) or ((single,) if single else ())
    addresses = (text(find(item, "address")) for _, item in mappings(reader.get("status", "addresses")))
    known = tuple(address for address in addresses if address)
    return NodeFacts(reader.name, labels, reader.string("spec", "providerID"), ranges, known, reader.origin)


def _rendered_later(reader: ManifestReader) -> UnknownManifest:
    node = reader.get(*RENDERED_LATER[reader.group, reader.kind])
    written = text(node)
    return UnknownManifest(
        reader.kind,
        reader.kind,
        reader.name,
        written or (None if is_hidden(node) else reader.namespace),
        is_namespace_unknown=is_hidden(node) or (written is None and reader.is_namespace_unknown),
        may_be_policy=False,
        origin=reader.origin,
    )


_ANY = "*"
_BUILDERS: dict[tuple[str, str], Callable[[ManifestReader], AnyFacts | None]] = {
    ("", "Namespace"): _namespace,
    ("project.openshift.io", "Project"): _namespace,
    ("", "Node"): _node,
    ("", "Service"): service,
    ("", "Endpoints"): endpoints,
    ("discovery.k8s.io", "EndpointSlice"): endpoints,
    ("monitoring.coreos.com", "ServiceMonitor"): monitor,
    ("monitoring.coreos.com", "PodMonitor"): monitor,
    **dict.fromkeys(((_ANY, kind) for kind in ("Ingress", "Route", *GATEWAY_ROUTES)), ingress),
    **dict.fromkeys(((_ANY, kind) for kind in WEBHOOK_KINDS), webhook),
    **dict.fromkeys(RENDERED_LATER, _rendered_later),
}
_FIELDS: dict[type, str] = {
    WorkloadFacts: "workloads",
    NamespaceFacts: "namespaces",
    ServiceFacts: "services",
    EndpointSliceFacts: "endpoint_slices",
    IngressFacts: "ingresses",
    MonitorFacts: "monitors",
    WebhookFacts: "webhooks",
    NodeFacts: "nodes",
    OtherPolicyFacts: "other_policies",
    UnknownManifest: "unknown",
    DeliveryFacts: "deliveries",
}


def _grouped(found: list[AnyFacts]) -> ResourceFacts:
    if not found:
        return NO_RESOURCES
    groups: dict[str, list[Any]] = {}
    for fact in found:
        groups.setdefault(_FIELDS[type(fact)], []).append(fact)
    return ResourceFacts(**{name: tuple(facts) for name, facts in groups.items()})

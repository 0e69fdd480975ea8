"""What manifests of every kind say that policies depend on: plain facts, without nodes.

The values are made from the nodes of a document (`netpol_lsp.workspace.extract`), can be compared, kept
beside a file and sent to another process. Origins count from the start of their YAML document, so that an edit above does
not change them: `WorkspaceSnapshot.file_span` turns them into places of the file. What a template, a placeholder or a kustomize transformer decides is
marked as unknown and never guessed. `is_context` marks what came from a snapshot of the cluster
(`--context`) rather than from a file that is linted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector
from netpol_lsp.policies.origin import NOWHERE, Origin

BOTH_DIRECTIONS = frozenset({"Ingress", "Egress"})


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A port that a container lists; pods may listen on ports that they do not list."""

    number: int
    name: str | None = None
    protocol: str = "TCP"
    container: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A Service that a variable of a container names. `namespace` None: the workload's own; `port` None: not said."""

    service: str
    namespace: str | None = None
    port: int | None = None
    variable: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class WorkloadFacts:
    """Something that makes pods, or a Pod.

    `labels` are those of its pods, `owner_labels` the object's own. `ports` are those that containers (and sidecar
    init containers) list. `host_network`: None when a template decides it. `pod_ips`: status.podIPs of a
    Pod. `replicas`: None when not said. `owner_kind`, `owner_name`: what made a Pod, ReplicaSet or Job (its controller
    in ownerReferences, but for Nodes). `is_finished`: a Pod that has ended. `pod_annotations`: those of `prometheus.io/`.
    `calls`: the Services that variables of its containers name. `has_unknown_labels`: keys that are not in `labels` may be there. `label_origins`: the place of each key in
    the pod template; `owner_label_origins`: in the object's own metadata. `origin`: the place of the name.
    """

    kind: str
    api_version: str
    namespace: str | None
    name: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    owner_labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[ContainerPort, ...] = ()
    host_network: bool | None = False
    service_account: str | None = None
    pod_ips: tuple[str, ...] = ()
    replicas: int | None = None
    owner_kind: str | None = None
    owner_name: str | None = None
    is_finished: bool = False
    pod_annotations: Mapping[str, str] = field(default_factory=dict)
    has_unknown_labels: bool = False
    has_unknown_ports: bool = False
    is_namespace_unknown: bool = False
    is_name_unknown: bool = False
    label_origins: Mapping[str, Origin] = field(default_factory=dict)
    owner_label_origins: Mapping[str, Origin] = field(default_factory=dict)
    origin: Origin = NOWHERE
    is_context: bool = False
    calls: tuple[ServiceCall, ...] = ()


@dataclass(frozen=True, slots=True)
class NamespaceFacts:
    """A Namespace (or OpenShift Project). The label `kubernetes.io/metadata.name`, which every one has, is in `labels`."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    has_unknown_labels: bool = False
    label_origins: Mapping[str, Origin] = field(default_factory=dict)
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service. `target_port`: a number or a name; None means the same number as `port`."""

    port: int
    target_port: int | str | None = None
    name: str | None = None
    protocol: str = "TCP"
    node_port: int | None = None
    has_unknown_target: bool = False
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A Service. `selector` None: none is written, and someone else keeps its endpoints.

    `cluster_ips` without `None` (headless, see `is_headless`). `has_unknown_type`: a template decides the type.
    """

    namespace: str | None
    name: str | None
    type: str = "ClusterIP"
    selector: Mapping[str, str] | None = None
    ports: tuple[ServicePort, ...] = ()
    cluster_ips: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    external_ips: tuple[str, ...] = ()
    external_name: str | None = None
    external_traffic_policy: str | None = None
    source_ranges: tuple[str, ...] = ()
    is_headless: bool = False
    annotations: Mapping[str, str] = field(default_factory=dict)
    is_namespace_unknown: bool = False
    is_name_unknown: bool = False
    has_unknown_selector: bool = False
    has_unknown_type: bool = False
    has_unknown_ports: bool = False
    has_unknown_labels: bool = False
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class EndpointSliceFacts:
    """Addresses behind a Service: an EndpointSlice, or the older Endpoints. `pods`: names of target pods."""

    kind: str
    namespace: str | None
    name: str | None
    service: str | None = None
    addresses: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    ports: tuple[ServicePort, ...] = ()
    is_namespace_unknown: bool = False
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class IngressBackend:
    """A Service that someone sends traffic to. `service_namespace` None: the referrer's own. `port`: number, name, or None."""

    service: str
    service_namespace: str | None = None
    port: int | str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class IngressFacts:
    """What lets traffic from outside in: Ingress, HTTPRoute, GRPCRoute, TCPRoute, TLSRoute, UDPRoute, OpenShift Route.

    `class_name`: the class of an Ingress, or the first parent of a route as `namespace/name`. `is_tls`: TLS is configured.
    `has_unknown_backends`: a template may add or change some.
    """

    kind: str
    api_version: str
    namespace: str | None
    name: str | None
    backends: tuple[IngressBackend, ...] = ()
    hosts: tuple[str, ...] = ()
    class_name: str | None = None
    is_tls: bool = False
    is_namespace_unknown: bool = False
    has_unknown_backends: bool = False
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class MonitorFacts:
    """A ServiceMonitor or PodMonitor. `selector` chooses Services or pods.

    `namespaces` None: every namespace; an empty tuple: the monitor's own. `ports`: what is scraped, as numbers of
    containers or names; a ServiceMonitor's names are those of the Service's ports unless `is_target_port`.
    """

    kind: str
    namespace: str | None
    name: str | None
    selector: LabelSelector = EVERYTHING
    namespaces: tuple[str, ...] | None = ()
    ports: tuple[MonitorPort, ...] = ()
    is_namespace_unknown: bool = False
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class MonitorPort:
    """One endpoint of a monitor."""

    port: int | str
    is_target_port: bool = False
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """What the API server calls: webhook configurations, APIServices, conversion webhooks of CustomResourceDefinitions.

    The caller is the control plane, which is no pod of the cluster. `backends` name their namespace.
    """

    kind: str
    name: str | None
    backends: tuple[IngressBackend, ...] = ()
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A Node: what it tells of the cloud, and the ranges of its pods. `provider_id` as `aws:///eu-west-1a/i-1`."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    provider_id: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class OtherPolicyFacts:
    """A policy of a kind that is not modelled: it may allow or deny anything to what it selects.

    Kinds of one name are told apart by `api_version` (a NetworkPolicy of `crd.projectcalico.org/v1`). `pod_selector` None:
    any pod. `namespace_selector` None: the pods of its namespace, or of any where `is_cluster_wide`. `directions`: "Ingress"
    and "Egress", both when no one knows.
    """

    kind: str
    api_version: str
    namespace: str | None
    name: str | None
    is_cluster_wide: bool = False
    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    directions: frozenset[str] = BOTH_DIRECTIONS
    is_namespace_unknown: bool = False
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class UnknownManifest:
    """A document that may hold objects which no one can read here.

    `reason`: "encrypted", "template", "syntax error", or what renders it later, as "HelmRelease". `kind`, `namespace`: as far
    as they are known. `may_be_policy`, `may_be_workload`: whether it can be, or make, one.
    """

    reason: str
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    is_namespace_unknown: bool = True
    may_be_policy: bool = True
    may_be_workload: bool = True
    origin: Origin = NOWHERE
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What one file says of the delivery of others.

    `kind`: "kustomization", "chart", "folder", "values" or "policy". `folder`: where the file is; for the kind "folder" the
    end of the path of a folder in the repository, for the kind "policy" the file itself. `switches`: the values of a chart
    that are false in its values.yaml, or those that have to be true for a policy to be rendered. `members`: the files and folders that a kustomization takes in. `patches`: files
    that change others and are no objects of their own. `changes_objects`: labels or other parts of the objects are changed.
    `selector_labels`: what is added to the labels of pods and to selectors; `template_labels`: to the labels of pods only.
    `is_component`: a kustomization that is only ever a part of others, or what wraps the objects. `has_charts`: it renders charts, with objects that nobody
    sees here.
    """

    kind: str
    folder: str
    namespace: str | None = None
    members: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    changes_objects: bool = False
    selector_labels: tuple[tuple[str, str], ...] = ()
    template_labels: tuple[tuple[str, str], ...] = ()
    switches: tuple[str, ...] = ()
    is_component: bool = False
    has_charts: bool = False


AnyFacts = (
    WorkloadFacts
    | NamespaceFacts
    | ServiceFacts
    | EndpointSliceFacts
    | IngressFacts
    | MonitorFacts
    | WebhookFacts
    | NodeFacts
    | OtherPolicyFacts
    | UnknownManifest
    | DeliveryFacts
)

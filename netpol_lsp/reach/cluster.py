"""What verdicts are about: policies in the intermediate form, and the pods, namespaces and Services beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.ir import PolicySemantics
from netpol_lsp.reach.by_namespace import Groups, groups_of
from netpol_lsp.text.lazy import lazy
from netpol_lsp.workspace.resources import (
    IngressFacts,
    NamespaceFacts,
    OtherPolicyFacts,
    ServiceFacts,
    UnknownManifest,
    WorkloadFacts,
)

NAMELESS = "\0"
"""What the name of a namespace starts with that no one knows: of objects that are applied together and name none."""

SHORT_KINDS = {
    "po": "Pod",
    "pod": "Pod",
    "pods": "Pod",
    "deploy": "Deployment",
    "deployment": "Deployment",
    "deployments": "Deployment",
    "sts": "StatefulSet",
    "statefulset": "StatefulSet",
    "statefulsets": "StatefulSet",
    "ds": "DaemonSet",
    "daemonset": "DaemonSet",
    "daemonsets": "DaemonSet",
    "rs": "ReplicaSet",
    "replicaset": "ReplicaSet",
    "replicasets": "ReplicaSet",
    "rc": "ReplicationController",
    "replicationcontroller": "ReplicationController",
    "job": "Job",
    "jobs": "Job",
    "cj": "CronJob",
    "cronjob": "CronJob",
    "cronjobs": "CronJob",
    "rollout": "Rollout",
    "rollouts": "Rollout",
    "ksvc": "Service",
}
"""What kubectl lets people write for the kinds that make pods."""


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Pods that one manifest makes, or one Pod. `namespace` is None where a template decides it."""

    namespace: str | None
    facts: WorkloadFacts

    @property
    def name(self) -> str:
        """Its name; a Pod's owner has its own."""
        return self.facts.name or "(without a name)"

    @property
    def owner(self) -> tuple[str, str]:
        """Kind and name under which it is listed: those of what made a Pod, else its own."""
        facts = self.facts
        if self.is_pod and facts.owner_name:
            return facts.owner_kind or facts.kind, facts.owner_name
        return facts.kind, self.name

    @property
    def title(self) -> str:
        """As in `shop/web[Deployment]`; without a namespace where that one has no name."""
        kind, name = self.owner
        if self.namespace is not None and self.namespace.startswith(NAMELESS):
            return f"{name}[{kind}]"
        return f"{self.namespace or '(unknown namespace)'}/{name}[{kind}]"

    @property
    def is_pod(self) -> bool:
        """Whether it is a single pod, which may always reach itself."""
        return self.facts.kind == "Pod"


@dataclass(frozen=True, eq=False)
class Cluster:
    """All that is known. `unknown` are documents that no one can read; `others` policies of kinds that are not modelled."""

    policies: Sequence[PolicySemantics] = ()
    workloads: Sequence[Workload] = ()
    namespaces: Mapping[str, NamespaceFacts] = field(default_factory=dict)
    services: tuple[ServiceFacts, ...] = ()
    routes: tuple[IngressFacts, ...] = ()
    others: tuple[OtherPolicyFacts, ...] = ()
    unknown: tuple[UnknownManifest, ...] = ()
    default_namespace: str = "default"

    @lazy
    def policies_by_namespace(self) -> Groups[PolicySemantics]:
        """The policies by the namespace that they are in."""
        return groups_of(self.policies)

    @lazy
    def workloads_by_namespace(self) -> Groups[Workload]:
        """The workloads by their namespace."""
        return groups_of(self.workloads)

    @lazy
    def namespace_names(self) -> tuple[str, ...]:
        """The namespaces that have a manifest, a workload or a policy."""
        found = {*self.namespaces, *self.workloads_by_namespace, *self.policies_by_namespace}
        return tuple(sorted(name for name in found if name is not None))

    def namespace_labels(self, name: str | None) -> tuple[Mapping[str, str], bool]:
        """The labels of a namespace as far as they are known, and whether these are all."""
        if name is None:
            return {}, False
        known = self.namespaces.get(name)
        if known is None:
            return {} if name.startswith(NAMELESS) else {METADATA_NAME: name}, False
        return {**known.labels, METADATA_NAME: name}, not known.has_unknown_labels

    @lazy
    def services_by_name(self) -> Mapping[tuple[str | None, str | None], ServiceFacts]:
        """Services by namespace and name."""
        return {(self.resolve(item.namespace, item.is_namespace_unknown), item.name): item for item in self.services}

    def resolve(self, namespace: str | None, is_unknown: bool = False) -> str | None:  # noqa: FBT001, FBT002 - as the facts say it
        """The namespace of an object: what it names, else the default; None where a template decides."""
        return None if is_unknown else namespace or self.default_namespace

"""Labels that pods get from the cluster: no manifest has them, and policies may ask for them.

Sources: the Kubernetes documentation ("Well-Known Labels, Annotations and Taints"; "Deployment", "StatefulSet", "Job") for
what controllers add; Cilium's documentation ("Identity-Relevant Labels") for what it derives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netpol_lsp.reach.cluster import Workload

_TEMPLATE_HASH = ("pod-template-hash",)
_REVISION = ("controller-revision-hash",)
_JOB_IDENTITY = (
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
)
_JOB_NAME = ("job-name", "batch.kubernetes.io/job-name")
_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "Deployment": _TEMPLATE_HASH,
    "Rollout": ("rollouts-pod-template-hash",),
    "StatefulSet": (*_REVISION, "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"),
    "DaemonSet": (*_REVISION, "pod-template-generation"),
    "Job": _JOB_IDENTITY,
    "CronJob": (*_JOB_IDENTITY, *_JOB_NAME),
    "Service": (  # Knative's, the only one that makes pods
        *_TEMPLATE_HASH,
        "serving.knative.dev/configuration",
        "serving.knative.dev/configurationGeneration",
        "serving.knative.dev/revision",
        "serving.knative.dev/service",
    ),
}
_OF_NODES = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")
"""Copied from the node when a pod is bound, in new versions of Kubernetes."""
_DERIVED = ("io.cilium.",)
"""What a network plugin derives from other facts starts so."""


_ALL = frozenset((*_OF_NODES, *_JOB_NAME, *(key for keys in _BY_KIND.values() for key in keys)))


def is_derived(key: str) -> bool:
    """Whether a network plugin gives this label to pods and namespaces by itself."""
    return key.startswith(_DERIVED)


def may_be_generated(key: str) -> bool:
    """Whether some pods get a label with this key from the cluster."""
    return key in _ALL or is_derived(key)


def generated(workload: Workload) -> dict[str, str]:
    """The labels with known values that a controller adds."""
    facts = workload.facts
    if facts.kind == "Job" and facts.name and not facts.is_name_unknown:
        return dict.fromkeys(_JOB_NAME, facts.name)
    return {}


def open_keys(workload: Workload, keys: Iterable[str]) -> frozenset[str]:
    """Those of `keys` that the pods may have although the manifest does not say so, with values that no one knows."""
    known = workload.facts.labels
    possible = _BY_KIND.get(workload.facts.kind, ())
    return frozenset(
        key for key in keys if key not in known and (key in possible or key in _OF_NODES or is_derived(key))
    )

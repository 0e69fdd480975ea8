"""The resources of a file as they reach the cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netpol_lsp.workspace.delivery import DeliveryScope
from netpol_lsp.workspace.file_resources import NO_RESOURCES, ResourceFacts

NAMESPACED = ("workloads", "services", "endpoint_slices", "ingresses", "monitors", "other_policies", "unknown")
"""The facts of a file that belong to a namespace."""


def delivered(resources: ResourceFacts, scope: DeliveryScope) -> ResourceFacts:
    """The resources of a file as they reach the cluster: the namespace of their delivery filled in, and what it changes unknown."""
    if resources is NO_RESOURCES or not (
        scope.namespaces - {None} or scope.has_changes or scope.pod_labels or scope.is_patch
    ):
        return resources
    if scope.is_patch:
        return replace(resources, **dict.fromkeys(NAMESPACED, ()))
    changed = {name: tuple(_delivered(fact, scope) for fact in getattr(resources, name)) for name in NAMESPACED}
    return replace(resources, **changed)


def _delivered(fact: Any, scope: DeliveryScope) -> Any:
    if getattr(fact, "is_cluster_wide", False):
        return fact
    changes: dict[str, Any] = {}
    if fact.namespace is not None and not scope.is_forced:
        pass
    elif scope.namespace is not None and not fact.is_namespace_unknown:
        changes["namespace"] = scope.namespace
    elif scope.namespaces - {None}:
        changes |= {"namespace": None, "is_namespace_unknown": True}
    from netpol_lsp.workspace.resources import ServiceFacts, WorkloadFacts  # noqa: PLC0415 - most deliveries change nothing

    if scope.pod_labels and isinstance(fact, WorkloadFacts):
        changes["labels"] = {**fact.labels, **scope.pod_labels}
    if scope.has_changes and isinstance(fact, WorkloadFacts):
        changes |= {"has_unknown_labels": True, "has_unknown_ports": True}
    if scope.has_changes and isinstance(fact, ServiceFacts):
        changes |= {"has_unknown_selector": True, "has_unknown_ports": True, "has_unknown_labels": True}
    return replace(fact, **changes) if changes else fact

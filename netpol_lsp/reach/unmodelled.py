"""What makes a verdict unknown although no NetworkPolicy does: policies of other kinds, and documents that no one can read."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.cluster import Cluster
from netpol_lsp.reach.match import selects
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.workspace.resources import OtherPolicyFacts, UnknownManifest
from netpol_lsp.workspace.ternary import Ternary


@dataclass(frozen=True, slots=True)
class Doubt:
    """An object that may change the verdict in a way that is not known, and why."""

    text: str
    origin: Origin


def doubts_about(cluster: Cluster, pods: PodClass, direction: Direction) -> tuple[Doubt, ...]:
    """The doubts about one side of a connection."""
    found = [
        Doubt(f"{_title(other)} may select these pods, and what it allows is not known", other.origin)
        for other in cluster.others
        if _may_select(cluster, other, pods, direction)
    ]
    found += [
        Doubt(f"{_document(item)} and may be a policy for these pods", item.origin)
        for item in cluster.unknown
        if item.may_be_policy and (item.namespace is None or pods.namespace in (None, item.namespace))
    ]
    return tuple(found)


def _may_select(cluster: Cluster, other: OtherPolicyFacts, pods: PodClass, direction: Direction) -> bool:
    if direction.value not in other.directions:
        return False
    if not other.is_cluster_wide and not other.is_namespace_unknown:
        if pods.namespace not in (None, cluster.resolve(other.namespace)):
            return False
    elif other.namespace_selector is not None:
        labels, has_all = cluster.namespace_labels(pods.namespace)
        if selects(other.namespace_selector, labels, has_all=has_all) is Ternary.NO:
            return False
    if other.pod_selector is None:
        return True
    return pods.selected_by(other.pod_selector) is not Ternary.NO


def _title(other: OtherPolicyFacts) -> str:
    name = other.name or "(without a name)"
    return f"{other.kind} {other.namespace}/{name}" if other.namespace is not None else f"{other.kind} {name}"


def _document(item: UnknownManifest) -> str:
    kind = f"a {item.kind} document" if item.kind else "a document"
    return f"{kind} cannot be read ({item.reason})"

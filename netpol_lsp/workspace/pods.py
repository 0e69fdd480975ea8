"""Which pods a selector means, as far as the manifests tell: surely these, perhaps others, or none that anybody knows of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.kube.label_selector import LabelSelector, Operator, includes, matches
from netpol_lsp.kube.well_known import METADATA_NAME, VOLATILE_LABELS
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.endpoint import match_known
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.shelf_keys import UNKNOWN_NAMESPACE
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.workspace.ternary import Ternary

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import ServiceFacts, UnknownManifest, WorkloadFacts

# Labels that controllers and meshes put on pods when these start.
_ADDED_LATER = frozenset(VOLATILE_LABELS) | {
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "job-name",
}
_MESH_DOMAINS = ("istio.io", "linkerd.io", "knative.dev", "kubevirt.io", "cilium.io", "openshift.io", "strimzi.io")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a manifest ends up: its namespace, None where no one says, and the file, whose neighbours are applied with it."""

    namespace: str | None
    uri: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class PodMatches:
    """The pods that a selector means in some place.

    `sure`: they surely match. `perhaps`: others may be there, or may match. `why_perhaps` says why in a word, for people.
    """

    sure: tuple[WorkloadFacts, ...] = ()
    perhaps: bool = False
    why_perhaps: str = ""

    @property
    def is_none(self) -> bool:
        """Whether no known pod matches, and nothing hides one."""
        return not self.sure and not self.perhaps


def place_of(view: WorkspaceSnapshot, located: LocatedPolicy) -> Place:
    """Where a policy ends up, the namespace of its delivery filled in."""
    return place(view, located.policy.namespace, located.uri, is_unknown=located.policy.is_namespace_unknown)


def place(view: WorkspaceSnapshot, namespace: str | None, uri: str, *, is_unknown: bool = False) -> Place:
    """Where a manifest of a file ends up. A namespace that it names is replaced by that of a kustomization only."""
    scope = view.index.delivery.scope_of(uri)
    if not scope.namespaces or (namespace is not None and not scope.is_forced):
        return Place(namespace, uri, is_unknown)
    if scope.namespace is not None and not is_unknown:
        return Place(scope.namespace, uri)
    return Place(namespace, uri, is_unknown or bool(scope.namespaces - {None}))


def find_pods(view: WorkspaceSnapshot, where: Place, selector: LabelSelector) -> PodMatches:
    """The pods that a selector means in the namespace of a place; worked out once, as several rules ask."""
    return remember(_PODS.of(view), (where, selector), lambda: _find_pods(view, where, selector))


_PODS: Memo[WorkspaceSnapshot, tuple[Place, LabelSelector], tuple[PodMatches, frozenset[Read]]] = Memo()


def _find_pods(view: WorkspaceSnapshot, where: Place, selector: LabelSelector) -> PodMatches:
    sure: list[WorkloadFacts] = []
    if where.is_unknown:
        return PodMatches((), True, "the namespace is decided elsewhere")
    if selector.is_partial or asks_for_added_labels(selector):
        sure_ones = [] if selector.is_partial else [one for one in here(view, where) if matches(selector, one.labels)]
        return PodMatches(tuple(sure_ones), True, "not all of the selector, or of what controllers add, is known")
    index = view.index
    shard = index.shard(where.namespace)
    for workload in shard.matching(selector):
        if where.namespace is not None or _is_together(view, where, workload.origin.uri):
            sure.append(workload)
        else:
            return PodMatches((), True, "pods of another folder may be in this namespace")
    if any(_may_match(selector, workload) for workload in shard.partly_known):
        return PodMatches(tuple(sure), True, "not all labels of the pods here are known")
    hidden = _hidden_by(view, where, selector)
    return PodMatches(tuple(sure), bool(hidden), hidden)


def _hidden_by(view: WorkspaceSnapshot, where: Place, selector: LabelSelector) -> str:
    """What may hide pods of a place that a selector means; "" for nothing."""
    index = view.index
    others = [index.shard(UNKNOWN_NAMESPACE)]
    others += (
        [shard for key, shard in index.shards.items() if key != CLUSTER]
        if where.namespace is None
        else [index.shard(None)]
    )
    for other in others:
        if other.matching(selector):
            return "matching pods are in a manifest whose namespace is not known"
        if any(_may_match(selector, one) and is_near(view, where.uri, one.origin.uri) for one in other.partly_known):
            return "not all labels of the pods nearby are known"
    for unknown in _unknown_near(view, where):
        if unknown.may_be_workload:
            return f"{unknown.reason}: a manifest that cannot be read may make such pods"
    return ""


def _unknown_near(view: WorkspaceSnapshot, where: Place) -> Iterator[UnknownManifest]:
    """The manifests that no one can read and that may be about a place."""
    yield from view.index.shard(where.namespace).unknown
    for key in (UNKNOWN_NAMESPACE, None):
        if key != where.namespace:
            yield from (one for one in view.index.shard(key).unknown if is_near(view, where.uri, one.origin.uri))


def may_be_changed(view: WorkspaceSnapshot, where: Place) -> bool:
    """Whether a manifest that no one can read may hold a policy for a place."""
    return any(unknown.may_be_policy for unknown in _unknown_near(view, where))


def here(view: WorkspaceSnapshot, where: Place) -> tuple[WorkloadFacts, ...]:
    """The workloads that are surely in the namespace of a place."""
    return _of_place(view, where, view.index.shard(where.namespace).workloads)


def owned_pods_here(view: WorkspaceSnapshot, where: Place) -> tuple[WorkloadFacts, ...]:
    """The Pods that something made, surely in the namespace of a place."""
    return _of_place(view, where, view.index.shard(where.namespace).owned_pods)


def is_anything_here(view: WorkspaceSnapshot, where: Place) -> bool:
    """Whether something that makes pods is surely in the namespace of a place."""
    if where.namespace is not None:
        return view.index.shard(where.namespace).has_workloads
    return bool(here(view, where))


def _of_place(view: WorkspaceSnapshot, where: Place, found: tuple[WorkloadFacts, ...]) -> tuple[WorkloadFacts, ...]:
    if where.namespace is not None:
        return found
    return tuple(one for one in found if _is_together(view, where, one.origin.uri))


def services_here(view: WorkspaceSnapshot, where: Place) -> tuple[ServiceFacts, ...]:
    """The Services that are surely in the namespace of a place."""
    found = view.index.shard(where.namespace).services
    if where.namespace is not None:
        return found
    return tuple(one for one in found if _is_together(view, where, one.origin.uri))


def _is_together(view: WorkspaceSnapshot, where: Place, uri: str) -> bool:
    """Whether what names no namespace in two files ends up in one."""
    if where.uri == uri:
        return True
    delivery = view.index.delivery
    return bool(delivery.scope_of(where.uri).groups & delivery.scope_of(uri).groups)


def is_near(view: WorkspaceSnapshot, uri: str, other: str) -> bool:
    """Whether two files are applied together, or one's folder holds the other."""
    if _is_together(view, Place(None, uri), other):
        return True
    mine, theirs = f"{uri.rpartition('/')[0]}/", f"{other.rpartition('/')[0]}/"
    return mine.startswith(theirs) or theirs.startswith(mine)


def _may_match(selector: LabelSelector, workload: WorkloadFacts) -> bool:
    return match_known(selector, workload.labels, has_all=False) is not Ternary.NO


def asks_for_added_labels(selector: LabelSelector) -> bool:
    """Whether a selector asks for labels that pods get only when they start."""
    return any(is_added_later(key) for key, _ in selector.allowed)


def is_added_later(key: str) -> bool:
    """Whether controllers or meshes put a label on pods, so that no manifest shows it."""
    domain = key.rpartition("/")[0]
    return key in _ADDED_LATER or (bool(domain) and domain.endswith(_MESH_DOMAINS))


def selected_namespaces(view: WorkspaceSnapshot, selector: LabelSelector) -> tuple[tuple[str, ...], bool]:
    """The namespaces that a selector surely means, and whether others may be meant, too.

    A selector for the label that all namespaces have names its namespaces, whether or not anybody knows them.
    """
    names = exact_names(selector)
    if names is not None:
        return names, False
    return remember(_NAMESPACES.of(view), selector, lambda: _select_namespaces(view, selector))


_NAMESPACES: Memo[WorkspaceSnapshot, LabelSelector, tuple[tuple[tuple[str, ...], bool], frozenset[Read]]] = Memo()


def _select_namespaces(view: WorkspaceSnapshot, selector: LabelSelector) -> tuple[tuple[str, ...], bool]:
    sure: list[str] = []
    perhaps = selector.is_partial or not view.knows_all_namespaces
    for name, facts in view.namespaces.items():
        if view.knows_all_namespaces and not facts.origin.end:
            continue  # a policy names it, and the cluster does not have it
        answer = match_known(selector, facts.labels, has_all=not facts.has_unknown_labels)
        if answer is Ternary.YES:
            sure.append(name)
        elif answer is Ternary.UNKNOWN:
            perhaps = True
    return tuple(sure), perhaps


def exact_names(selector: LabelSelector) -> tuple[str, ...] | None:
    """The namespaces that a selector names by the label that all have, and by nothing else; None for other selectors."""
    if selector.is_partial or not selector.allowed or any(key != METADATA_NAME for key, _ in selector.allowed):
        return None
    values = dict(selector.allowed)[METADATA_NAME]
    if values.is_complement:
        return None
    return tuple(sorted(value for value in values.values if value is not None))


def elsewhere(view: WorkspaceSnapshot, where: Place, selector: LabelSelector) -> dict[str, tuple[WorkloadFacts, ...]]:
    """The pods that a selector means in other namespaces that are known, by namespace."""
    found: dict[str, tuple[WorkloadFacts, ...]] = {}
    if selector.is_partial or not selector.allowed:
        return found
    for namespace, shard in view.index.shards.items():
        if namespace in (None, UNKNOWN_NAMESPACE, CLUSTER, where.namespace):
            continue
        some = tuple(one for one in shard.matching(selector) if not one.is_finished)
        if some and namespace is not None:
            found[namespace] = some
    return found


def has_policy_for(view: WorkspaceSnapshot, namespace: str | None, pods: LabelSelector) -> bool:
    """Whether a policy of a namespace allows certain pods something, these among them: its author counts on such pods there."""
    return any(
        other.policy.pod_selector.allowed
        and (other.policy.ingress or other.policy.egress)
        and includes(other.policy.pod_selector, pods)
        for other in view.policies_with_pods_of(namespace, pods)
    )


def exact_labels(selector: LabelSelector) -> dict[str, str]:
    """The labels that a selector asks for with one value."""
    return {
        one.key: one.values[0] for one in selector.requirements if one.operator is Operator.IN and len(one.values) == 1
    }


def workload_words(workloads: Iterable[WorkloadFacts]) -> str:
    """As in "Deployment `web`"; of several the first two and how many more."""
    some = list(workloads)
    named = [f"{one.kind} `{one.name or '(no name)'}`" for one in some[:2]]
    more = len(some) - len(named)
    text = " and ".join(named) if not more else ", ".join(named)
    return f"{text} and {more} more" if more else text


def is_selected_by_service(view: WorkspaceSnapshot, where: Place, selector: LabelSelector) -> bool:
    """Whether a Service of the place asks for the very labels of a selector: its author knows of such pods."""
    wanted = exact_labels(selector)
    if not wanted or len(wanted) < len(selector.requirements):
        return False
    return any(
        service.selector and service.selector.items() <= wanted.items() for service in services_here(view, where)
    )

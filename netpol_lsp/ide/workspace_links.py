"""What a place in a manifest is linked with: a selector with the pods or namespaces it means, a workload with its policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.kube.label_selector import EVERYTHING, matches
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.pods import Place, find_pods, place, place_of, selected_namespaces
from netpol_lsp.workspace.resources import NamespaceFacts, WorkloadFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.paths import Path

_DIRECTIONS = {"ingress": Direction.INGRESS, "egress": Direction.EGRESS}


@dataclass(frozen=True, slots=True)
class Selected:
    """What a selector means: `workloads` or `namespaces`. `perhaps`: others may be there that no manifest shows.

    `key`: the label key that the place is about, "" for the selector as a whole.
    """

    workloads: tuple[WorkloadFacts, ...] = ()
    namespaces: tuple[NamespaceFacts, ...] = ()
    perhaps: bool = False
    key: str = ""

    def origins(self) -> Iterator[Origin]:
        """Where these are written: the label that the place is about, else the name."""
        for workload in self.workloads:
            yield workload.label_origins.get(self.key, workload.origin)
        for namespace in self.namespaces:
            yield namespace.label_origins.get(self.key, namespace.origin)


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """A policy and what it does with a workload: `selects` its pods, or names them as peers in `directions`."""

    located: LocatedPolicy
    selects: bool
    directions: frozenset[Direction]

    @property
    def origin(self) -> Origin:
        """The place of the policy's name."""
        policy = self.located.policy
        return Origin(self.located.uri, self.located.document, self.located.path, "", policy.start, policy.end)


def selected_at(view: WorkspaceSnapshot, located: LocatedPolicy, path: Path) -> Selected | None:
    """What the selector at a path of a policy means; None where there is no selector."""
    if path[:2] == ("spec", "podSelector"):
        found = find_pods(view, place_of(view, located), located.policy.pod_selector)
        return Selected(found.sure, perhaps=found.perhaps, key=_key(path, 2))
    peer = _peer_at(located, path)
    if peer is None or len(path) < 6 or peer.is_unknown:
        return None
    if path[5] == "namespaceSelector" and peer.namespaces is not None:
        names, perhaps = selected_namespaces(view, peer.namespaces)
        known = tuple(view.namespaces[name] for name in names if name in view.namespaces)
        return Selected(namespaces=known, perhaps=perhaps or len(known) < len(names), key=_key(path, 6))
    if path[5] == "podSelector" and peer.pods is not None:
        return _pods_of(view, located, peer, _key(path, 6))
    return None


def ports_at(view: WorkspaceSnapshot, located: LocatedPolicy, path: Path, name: str) -> Iterator[Origin]:
    """The container ports that a named port of a rule means, at `spec.<direction>[i].ports[j].port`."""
    rule = _rule_at(located, path)
    if rule is None or path[3:4] != ("ports",) or path[5:6] != ("port",):
        return
    if path[1] == "ingress":
        pods = find_pods(view, place_of(view, located), located.policy.pod_selector).sure
    else:
        pods = tuple(one for peer in rule.peers or () for one in _pods_of(view, located, peer, "").workloads)
    for workload in pods:
        yield from (port.origin for port in workload.ports if port.name == name)


def policies_selecting(view: WorkspaceSnapshot, workload: WorkloadFacts) -> tuple[PolicyUse, ...]:
    """The policies that surely select the pods of a workload."""
    near = {id(one): one for name in (workload.namespace, None) for one in view.policies_in(name)}
    return tuple(
        PolicyUse(located, selects=True, directions=frozenset())
        for located in near.values()
        if not located.is_possible and _is_here(place_of(view, located), workload) and _matches(located, workload)
    )


def policies_of(view: WorkspaceSnapshot, workload: WorkloadFacts) -> tuple[PolicyUse, ...]:
    """The policies that surely select the pods of a workload, or name them as peers."""
    found = []
    for located in view:
        if located.is_possible:
            continue
        where = place_of(view, located)
        selects = _is_here(where, workload) and _matches(located, workload)
        directions = frozenset(
            direction
            for direction in DIRECTIONS
            for rule in located.policy.rules(direction)
            for peer in rule.peers or ()
            if means(view, where, peer, workload)
        )
        if selects or directions:
            found.append(PolicyUse(located, selects, directions))
    return tuple(found)


def workloads_in_document(view: WorkspaceSnapshot, uri: str, document: int) -> tuple[WorkloadFacts, ...]:
    """The workloads that a YAML document of a file makes."""
    facts = view.index.files.get(uri)
    every = facts.resources.workloads if facts is not None else ()
    return tuple(one for one in every if one.origin.document == document)


def workload_at(view: WorkspaceSnapshot, uri: str, document: int, offset: int) -> tuple[WorkloadFacts, str] | None:
    """The workload whose name or label is at an offset of its document, and the label's key ("" for the name)."""
    for workload in workloads_in_document(view, uri, document):
        if workload.origin.start <= offset <= workload.origin.end:
            return workload, ""
        for key, origin in workload.label_origins.items():
            if origin.start <= offset <= origin.end:
                return workload, key
    return None


def isolated_directions(uses: tuple[PolicyUse, ...]) -> frozenset[Direction]:
    """The directions in which policies surely isolate the pods that they select."""
    return frozenset(direction for use in uses if use.selects for direction in use.located.policy.types)


def _peer_at(located: LocatedPolicy, path: Path) -> PeerSet | None:
    rule = _rule_at(located, path)
    if rule is None or path[3:4] not in (("from",), ("to",)) or len(path) < 5:
        return None
    return next((peer for peer in rule.peers or () if peer.index == path[4]), None)


def _rule_at(located: LocatedPolicy, path: Path) -> RuleSemantics | None:
    if len(path) < 3 or path[0] != "spec" or path[1] not in _DIRECTIONS:
        return None
    rules = located.policy.rules(_DIRECTIONS[str(path[1])])
    return next((rule for rule in rules if rule.index == path[2]), None)


def _pods_of(view: WorkspaceSnapshot, located: LocatedPolicy, peer: PeerSet, key: str) -> Selected:
    if peer.addresses is not None:
        return Selected(key=key)
    places, perhaps = _places(view, place_of(view, located), peer)
    found = [find_pods(view, where, peer.pods or EVERYTHING) for where in places]
    workloads = tuple(one for matched in found for one in matched.sure)
    return Selected(workloads, perhaps=perhaps or any(matched.perhaps for matched in found), key=key)


def _places(view: WorkspaceSnapshot, own: Place, peer: PeerSet) -> tuple[tuple[Place, ...], bool]:
    if peer.namespaces is None:
        return (own,), False
    names, perhaps = selected_namespaces(view, peer.namespaces)
    return tuple(place(view, name, "") for name in names), perhaps


def means(view: WorkspaceSnapshot, own: Place, peer: PeerSet, workload: WorkloadFacts) -> bool:
    """Whether a peer of a policy, which is in `own`, surely means the pods of a workload."""
    if peer.is_unknown or peer.addresses is not None:
        return False
    pods = peer.pods or EVERYTHING
    if pods.is_partial or not matches(pods, workload.labels):
        return False
    if peer.namespaces is None:
        return _is_here(own, workload)
    return workload.namespace in selected_namespaces(view, peer.namespaces)[0]


def _matches(located: LocatedPolicy, workload: WorkloadFacts) -> bool:
    selector = located.policy.pod_selector
    return not selector.is_partial and matches(selector, workload.labels)


def _is_here(where: Place, workload: WorkloadFacts) -> bool:
    if where.is_unknown or workload.is_namespace_unknown:
        return False
    if where.namespace is None and workload.namespace is None:
        return where.uri.rpartition("/")[0] == workload.origin.uri.rpartition("/")[0]
    return where.namespace == workload.namespace


def _key(path: Path, start: int) -> str:
    """The label key that a path inside a selector leads to."""
    is_label = path[start : start + 1] == ("matchLabels",) and len(path) > start + 1
    return str(path[start + 1]) if is_label else ""

"""What is missing for a connection that is denied: the rules that nearly allow it, and by what they miss it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.kube.label_selector import LabelRequirement
from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.ir import Action, Peer, PodSet, PolicySemantics, Rule
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.match import label_for, missed, selects
from netpol_lsp.reach.query import End
from netpol_lsp.reach.traffic import Traffic, describe, known_traffic, port_traffic
from netpol_lsp.workspace.ternary import Ternary

MOST_MISSES = 3
"""A rule that misses by more is not near."""


class Missing(StrEnum):
    """What is missing."""

    SUBJECT_LABEL = "subject-label"
    """The policy does not select the pod."""
    NAMESPACE = "namespace"
    """The peer means pods of the policy's own namespace only."""
    NAMESPACE_LABEL = "namespace-label"
    POD_LABEL = "pod-label"
    ADDRESS = "address"
    """The address lies outside the block, or in its `except`."""
    PORT = "port"
    NAMED_PORT = "named-port"
    """The destination declares no port of this name."""
    KIND = "kind"
    """A block of addresses where the other end is a pod, or the reverse."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is missing, said in a sentence that goes on after "but"; `requirement` is the label that is asked for."""

    missing: Missing
    text: str
    requirement: LabelRequirement | None = None

    @property
    def label(self) -> str | None:
        """The label that would do, as in `team=a`."""
        return label_for(self.requirement) if self.requirement is not None else None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that would allow the connection on one side but for a few things."""

    policy: PolicySemantics
    rule: Rule
    peer: Peer | None
    misses: tuple[Miss, ...]

    @property
    def distance(self) -> int:
        """How much is missing: labels weigh less than ports, addresses and other pods."""
        return _distance(list(self.misses))

    @property
    def text(self) -> str:
        """As in `NetworkPolicy shop/db would allow it, but namespace `shop` lacks the label `team=a``."""
        return f"{self.policy.title} would allow it, but {' and '.join(miss.text for miss in self.misses)}"


def near_misses(
    engine: Engine, workload: Workload, direction: Direction, other: End, traffic: Traffic
) -> list[NearMiss]:
    """The nearest rules on a workload's side, fewest misses first, then in the order of the policies."""
    found: list[tuple[int, int, NearMiss]] = []
    for policy in engine.cluster.policies:
        semantics = policy.direction(direction)
        if semantics is None or policy.is_partial:
            continue
        subject = list(_subject_misses(engine, policy, workload))
        if len(subject) > 1:
            continue
        for rule in semantics.rules:
            if rule.action is not Action.ALLOW:
                continue
            peer, misses = _nearest_peer(engine, rule, other)
            misses = [
                *subject,
                *misses,
                *_port_misses(rule, workload if direction is Direction.INGRESS else other, traffic),
            ]
            if 0 < len(misses) <= MOST_MISSES:
                found.append((_distance(misses), len(found), NearMiss(policy, rule, peer, tuple(misses))))
    return [miss for _, _, miss in sorted(found, key=lambda item: item[:2])]


def _distance(misses: list[Miss]) -> int:
    """Labels that are missing are nearer than peers of another kind."""
    weights = {Missing.KIND: 4, Missing.SUBJECT_LABEL: 3, Missing.ADDRESS: 3, Missing.PORT: 2}
    return sum(weights.get(miss.missing, 1) for miss in misses)


def _subject_misses(engine: Engine, policy: PolicySemantics, workload: Workload) -> Iterator[Miss]:
    subject = policy.subject
    if subject.namespaces is None:
        if subject.namespace != workload.namespace:
            yield Miss(Missing.SUBJECT_LABEL, f"it is in namespace `{subject.namespace}`")
            yield Miss(Missing.SUBJECT_LABEL, "it selects pods there only")
            return
    elif _selects_namespace(engine, subject, workload.namespace) is not Ternary.YES:
        yield Miss(Missing.SUBJECT_LABEL, f"it does not select namespace `{workload.namespace}`")
    for requirement in missed(subject.pods, workload.facts.labels):
        text = f"it does not select the pods of {workload.title}: {_lacks(workload, requirement)}"
        yield Miss(Missing.SUBJECT_LABEL, text, requirement)


def _nearest_peer(engine: Engine, rule: Rule, other: End) -> tuple[Peer | None, list[Miss]]:
    if rule.peers is None:
        return None, []
    best: tuple[Peer | None, list[Miss]] | None = None
    for peer in rule.peers:
        misses = list(_peer_misses(engine, peer, other))
        if best is None or _distance(misses) < _distance(best[1]):
            best = (peer, misses)
    return best or (None, [Miss(Missing.KIND, "the rule has no peer that is known")] * (MOST_MISSES + 1))


def _peer_misses(engine: Engine, peer: Peer, other: End) -> Iterator[Miss]:
    if isinstance(other, CidrSet):
        yield from _address_misses(peer, other)
    elif peer.pods is None:
        yield Miss(Missing.KIND, "the peer is a block of addresses, which is not for pods")
    else:
        yield from _pod_misses(engine, peer.pods, other)


def _address_misses(peer: Peer, other: CidrSet) -> Iterator[Miss]:
    shown = ", ".join(text.removesuffix("/32").removesuffix("/128") for text in other.cidrs()[:2])
    if peer.addresses is None:
        yield Miss(Missing.KIND, f"the peer means pods, and {shown} is outside the cluster")
    elif not peer.addresses.covers(other):
        yield Miss(Missing.ADDRESS, f"{shown} is not among the addresses of the peer")


def _pod_misses(engine: Engine, pods: PodSet, other: Workload) -> Iterator[Miss]:
    if pods.namespaces is None:
        if pods.namespace != other.namespace:
            text = f"without a namespaceSelector the peer means pods of namespace `{pods.namespace}`, not of `{other.namespace}`"
            if not _is_there(engine, pods):
                text += ", and no such pod is known there"
            yield Miss(Missing.NAMESPACE, text)
    else:
        labels, has_all = engine.cluster.namespace_labels(other.namespace)
        for requirement in missed(pods.namespaces, labels):
            yield Miss(
                Missing.NAMESPACE_LABEL,
                _namespace_lacks(other.namespace, requirement, labels, is_known=has_all),
                requirement,
            )
    for requirement in missed(pods.pods, other.facts.labels):
        yield Miss(Missing.POD_LABEL, _lacks(other, requirement), requirement)


def _is_there(engine: Engine, pods: PodSet) -> bool:
    """Whether a known workload may be among some pods."""
    _, may = engine.classes.pods(pods)
    return any(engine.classes.members[item.index] for item in engine.classes.bits(may))


def _namespace_lacks(namespace: str | None, requirement: LabelRequirement, labels: object, *, is_known: bool) -> str:
    wanted = label_for(requirement)
    has = labels.get(requirement.key) if isinstance(labels, dict) else None
    if wanted is None:
        return f"namespace `{namespace}` does not meet `{requirement}`"
    rest = f" (it has `{requirement.key}={has}`)" if has is not None else ""
    where = "" if is_known else ", as far as the manifests say"
    return f"namespace `{namespace}` lacks the label `{wanted}`{rest}{where}"


def _lacks(workload: Workload, requirement: LabelRequirement) -> str:
    wanted = label_for(requirement)
    has = workload.facts.labels.get(requirement.key)
    pods = workload.title if workload.is_pod else f"the pods of {workload.title}"
    if wanted is None:
        return f"{pods} {'has' if workload.is_pod else 'have'} a label that `{requirement}` leaves out"
    lack = f"{pods} {'lacks' if workload.is_pod else 'lack'} the label `{wanted}`"
    own = workload.facts.owner_labels.get(requirement.key)
    if not workload.is_pod and own is not None and requirement.allowed.contains(own):
        return f"{lack} (only the {workload.facts.kind} itself has it, not its pod template)"
    return (
        f"{lack} ({'it has' if workload.is_pod else 'they have'} `{requirement.key}={has}`)"
        if has is not None
        else lack
    )


def _port_misses(rule: Rule, destination: End, traffic: Traffic) -> Iterator[Miss]:
    if rule.ports is None:
        return
    pods = destination if isinstance(destination, Workload) else None
    allowed: Traffic = ()
    unknown: list[str] = []
    for term in rule.ports:
        allowed = intervals.union(allowed, known_traffic(term.ports))
        for protocol, name in term.ports.names:
            numbers = [
                port.number
                for port in (pods.facts.ports if pods is not None else ())
                if (port.protocol, port.name) == (protocol, name)
            ]
            if numbers:
                allowed = intervals.union(allowed, port_traffic(protocol, numbers[0]))
            else:
                unknown.append(f"{name}/{protocol}")
    if intervals.covers(allowed, traffic):
        return
    if unknown and not allowed:
        where = f"{pods.title} declares no such port" if pods is not None else "an address has no named ports"
        yield Miss(Missing.NAMED_PORT, f"its port is `{unknown[0]}`, and {where}")
    else:
        yield Miss(Missing.PORT, f"only on {describe(allowed)}")


def _selects_namespace(engine: Engine, subject: PodSet, namespace: str | None) -> Ternary:
    labels, has_all = engine.cluster.namespace_labels(namespace)
    assert subject.namespaces is not None
    return selects(subject.namespaces, labels, has_all=has_all)

"""What workloads are open to that no manifest shows: the world, every namespace, and pods that policies describe by labels.

A rule's selector stands for all pods that it describes: a representative peer. What a workload's own side permits with
such a peer is what every rule says that surely takes it in, by proof of inclusion.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from netpol_lsp.kube.label_selector import EVERYTHING as EVERY_LABEL
from netpol_lsp.kube.label_selector import LabelSelector, includes, intersects, is_satisfiable, match_labels
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.ir import Peer, PodSet
from netpol_lsp.reach.compiled import CompiledRule, Possible
from netpol_lsp.reach.connectivity import Connectivity, Group, outside_verdicts
from netpol_lsp.reach.engine import Engine, Selecting
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.tiers import TRAFFIC, PolicyMatch, decide
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic
from netpol_lsp.workspace.ternary import Ternary


@dataclass(frozen=True, slots=True)
class Representative:
    """Pods that need not exist: those that a selector selects, in namespaces that a selector selects."""

    namespaces: LabelSelector
    pods: LabelSelector

    @property
    def is_entire_cluster(self) -> bool:
        """Whether it is every pod of every namespace."""
        return self.namespaces.selects_everything and self.pods.selects_everything

    @property
    def namespace_name(self) -> str | None:
        """The name of the namespace where the selector picks out one by its name alone."""
        if [key for key, _ in self.namespaces.allowed] != [METADATA_NAME]:
            return None
        values = self.namespaces.allowed[0][1]
        return next(iter(values.values)) if len(values.values) == 1 and not values.is_complement else None

    def __str__(self) -> str:
        """As in `pods with app=web in namespace shop`."""
        pods = "every pod" if self.pods.selects_everything else f"pods with {self.pods}"
        name = self.namespace_name
        if name is not None:
            return f"{pods} in namespace {name}"
        return f"{pods} in {'every namespace' if self.namespaces.selects_everything else f'namespaces with {self.namespaces}'}"


ENTIRE_CLUSTER = Representative(EVERY_LABEL, EVERY_LABEL)


@dataclass(frozen=True, slots=True)
class Exposed:
    """What a group's own side permits with someone. `names`: named ports whose numbers the unknown peer decides."""

    group: Group
    direction: Direction
    peer: Representative | CidrSet
    allow: Traffic
    unknown: Traffic = NOTHING
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unprotected:
    """A group that no policy selects in a direction."""

    group: Group
    direction: Direction


class ExposedConnectivity(Connectivity):
    """Connections between groups of workloads that are open to the same peers, too, shown or not."""

    def differences(self, pods: PodClass) -> Hashable:
        """What the pods are open to."""
        return tuple(tuple(_openings(self.engine, pods, direction)) for direction in DIRECTIONS)


def exposure(connectivity: ExposedConnectivity) -> Iterator[Exposed | Unprotected]:
    """What each group is open to, group by group."""
    engine = connectivity.engine
    for group in connectivity.groups:
        for direction in DIRECTIONS:
            if engine.side(group.pods, direction).is_open:
                yield Unprotected(group, direction)
            for found in _openings(engine, group.pods, direction):
                if found is not None:
                    yield Exposed(group, direction, found.peer, found.allow, found.unknown, found.names)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What pods' own side permits with someone."""

    peer: Representative | CidrSet
    allow: Traffic
    unknown: Traffic = NOTHING
    names: tuple[tuple[str, str], ...] = ()


def _openings(engine: Engine, pods: PodClass, direction: Direction) -> Iterator[_Opening | None]:
    """What pods are open to in a direction; None first where no policy selects them."""
    side = engine.side(pods, direction)
    if side.is_open:
        yield None
    for verdict, part in outside_verdicts(engine, pods, direction):
        if verdict.allow or verdict.unknown:
            yield _Opening(part, verdict.allow, verdict.unknown)
    entire = _permits(engine, pods, direction, ENTIRE_CLUSTER)
    names = _names(engine, pods, direction, ENTIRE_CLUSTER)
    if entire[1] or names:
        yield _opening(ENTIRE_CLUSTER, entire, names)
    if side.is_open or side.doubts:
        return
    for peer in representatives(engine, pods, direction):
        if peer.is_entire_cluster or _is_shown(engine, peer):
            continue
        found, own = _permits(engine, pods, direction, peer), _names(engine, pods, direction, peer)
        if (found != entire or own != names) and (found[1] or own):
            yield _opening(peer, found, own)


def permits_everybody(engine: Engine, pods: PodClass, direction: Direction) -> Possible:
    """What one side surely permits with an arbitrary pod of the cluster, and what it may."""
    sure, _ = _permits(engine, pods, direction, ENTIRE_CLUSTER)
    side = engine.side(pods, direction)
    has_doubts = bool(side.doubts) or any(not found.is_sure for found in side.policies)
    return sure, EVERYTHING if has_doubts else sure


def representatives(engine: Engine, pods: PodClass, direction: Direction) -> tuple[Representative, ...]:
    """The peers that the rules on one side describe by labels, each once."""
    found: dict[Representative, None] = {}
    for selecting in engine.side(pods, direction).policies:
        for rule in selecting.compiled.rules:
            for peer in rule.rule.peers or ():
                described = _described(peer)
                if described is not None:
                    found[described] = None
    return tuple(found)


def _opening(peer: Representative, possible: Possible, names: tuple[tuple[str, str], ...]) -> _Opening:
    sure, may = possible
    return _Opening(peer, sure, TRAFFIC.difference(may, sure), names)


def _described(peer: Peer) -> Representative | None:
    if peer.pods is None or peer.is_unknown:
        return None
    found = _as_representative(peer.pods)
    if found is None or not (is_satisfiable(found.pods) and is_satisfiable(found.namespaces)):
        return None
    return found if not (found.pods.is_partial or found.namespaces.is_partial) else None


def _as_representative(pods: PodSet) -> Representative | None:
    if not isinstance(pods.pods, LabelSelector):
        return None
    if pods.namespaces is None:
        return (
            None if pods.namespace is None else Representative(match_labels({METADATA_NAME: pods.namespace}), pods.pods)
        )
    return Representative(pods.namespaces, pods.pods) if isinstance(pods.namespaces, LabelSelector) else None


def _is_shown(engine: Engine, peer: Representative) -> bool:
    """Whether a representative peer means certain pods, by their labels alone, and such a workload is known.

    Selectors that are wider always take in pods that no manifest shows.
    """
    written = (peer.pods.requirements, peer.namespaces.requirements)
    if not all(written) or any(item.is_expression for part in written for item in part):
        return False
    sure, _ = engine.classes.pods(PodSet(peer.pods, peer.namespaces))
    return any(engine.classes.members[item.index] for item in engine.classes.bits(sure))


def _permits(engine: Engine, pods: PodClass, direction: Direction, other: Representative) -> Possible:
    side = engine.side(pods, direction)
    if side.is_open:
        return EVERYTHING, EVERYTHING
    if side.doubts:
        return NOTHING, EVERYTHING
    tiers = [[_match(found, pods, direction, other) for found in tier] for tier in side.tiers]
    sure, _ = decide(TRAFFIC, tiers)
    # What only some of these pods get is said at their own representative.
    return sure, sure


def _match(found: Selecting, pods: PodClass, direction: Direction, other: Representative) -> PolicyMatch[Traffic]:
    rules = []
    for rule in found.compiled.rules:
        takes_in = _takes_in(rule, other)
        if takes_in is not Ternary.NO:
            sure, may = rule.traffic_to(pods if direction is Direction.INGRESS else None)
            rules.append((rule.action, sure if takes_in is Ternary.YES else NOTHING, may))
    return PolicyMatch(found.is_sure, found.compiled.semantics.default, rules, found.policy.is_partial)


def _names(engine: Engine, pods: PodClass, direction: Direction, other: Representative) -> tuple[tuple[str, str], ...]:
    """The named ports towards peers that need not exist: only they know the numbers."""
    if direction is Direction.INGRESS:
        return ()
    names = {
        name
        for found in engine.side(pods, direction).policies
        for rule in found.compiled.rules
        if rule.names and _takes_in(rule, other) is Ternary.YES
        for name in rule.names
    }
    return tuple(sorted(names))


def _takes_in(rule: CompiledRule, other: Representative) -> Ternary:
    """Whether a rule takes in all (YES) or none (NO) of the pods that a representative stands for."""
    if rule.is_everyone:
        return Ternary.YES
    touches = rule.rule.has_unknown_peers
    for peer in rule.rule.peers or ():
        if peer.pods is None:
            touches = touches or peer.is_unknown
            continue
        mine = _as_representative(peer.pods)
        if mine is None:
            touches = True
        elif includes(mine.pods, other.pods) and includes(mine.namespaces, other.namespaces):
            return Ternary.YES
        elif intersects(mine.pods, other.pods) and intersects(mine.namespaces, other.namespaces):
            touches = True
    return Ternary.UNKNOWN if touches else Ternary.NO

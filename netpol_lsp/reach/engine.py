"""Who may talk to whom: one engine for the command line, the server and the rules.

A connection is allowed when the source's egress side and the destination's ingress side both allow it. Questions are
answered in traffic: what is allowed, denied and unknown, exactly. The engine keeps what it worked out; `updated` is the
engine of the next state of the cluster, which gives up only what the change touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.ir import Action, PolicySemantics, SelectorTree
from netpol_lsp.reach.by_namespace import difference
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.compiled import CompiledDirection, CompiledRule, Compiler, Possible
from netpol_lsp.reach.enforcement import SPECIFICATION, Enforcement
from netpol_lsp.reach.match import keys_of
from netpol_lsp.reach.pod_classes import Bits, PodClass, PodClasses
from netpol_lsp.reach.tiers import TRAFFIC, PolicyMatch, decide
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic, complement
from netpol_lsp.reach.unmodelled import Doubt, doubts_about
from netpol_lsp.workspace.ternary import Ternary

Target = PodClass | CidrSet
"""The other end of a connection: pods, or addresses outside the cluster."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the traffic of a connection: the three parts are disjoint and make up everything."""

    allow: Traffic
    deny: Traffic
    unknown: Traffic = NOTHING

    @staticmethod
    def of(possible: Possible) -> Verdict:
        """From what is surely allowed and what may be."""
        sure, may = possible
        return Verdict(sure, complement(may), intervals.difference(may, sure))

    def answer(self, traffic: Traffic) -> Ternary:
        """Whether all of this traffic is allowed: NO when none of it is allowed, UNKNOWN in between."""
        if intervals.covers(self.allow, traffic):
            return Ternary.YES
        return Ternary.NO if intervals.covers(self.deny, traffic) else Ternary.UNKNOWN


EVERYTHING_ALLOWED = Verdict(EVERYTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class Selecting:
    """A policy that selects a pod in a direction, surely or perhaps."""

    compiled: CompiledDirection
    is_sure: bool

    @property
    def policy(self) -> PolicySemantics:
        """The policy."""
        return self.compiled.policy


@dataclass(frozen=True, slots=True)
class Side:
    """The policies that select the pods of a class in a direction, by tier.

    `doubts` are objects that make everything uncertain. `is_enforced`: False when the network plugin enforces nothing
    in this direction. `rules`: those of all policies where these surely isolate and only allow, else None.
    """

    tiers: tuple[tuple[Selecting, ...], ...]
    doubts: tuple[Doubt, ...] = ()
    is_enforced: bool = True
    rules: tuple[CompiledRule, ...] | None = None

    @property
    def is_open(self) -> bool:
        """Whether surely no policy is about these pods."""
        return not self.is_enforced or not (self.tiers or self.doubts)

    @property
    def policies(self) -> Iterator[Selecting]:
        """The policies, by tier and order."""
        for tier in self.tiers:
            yield from tier


class Engine:
    """Answers questions about a cluster. Not to be used by two threads at a time."""

    def __init__(
        self, cluster: Cluster, enforcement: Enforcement = SPECIFICATION, *, sorts_pods_in: bool = True
    ) -> None:
        """Without `sorts_pods_in` the steps of the classes sort the pods in, before anything is asked."""
        keys, boundaries = set[str](), _boundaries(cluster.policies, enforcement)
        for tree in (*_selectors(cluster.policies), *_other_selectors(cluster)):
            keys.update(keys_of(tree))
        self.enforcement = enforcement
        self.cluster = cluster
        self.classes = PodClasses(cluster, keys, boundaries)
        self.compiler = Compiler(self.classes, enforcement)
        self._sides: dict[tuple[int, Direction], Side] = {}
        self._directions: dict[tuple[int, Direction], CompiledDirection | None] = {}
        self._subjects: dict[int, Bits] = {}
        self._everywhere = _about_several_namespaces(cluster.policies)
        if sorts_pods_in:
            self.classes.add(cluster.workloads)

    # Questions

    def class_of(self, workload: Workload) -> PodClass:
        """The class of a workload's pods."""
        return self.classes.class_of[workload]

    def verdict(self, source: Workload, destination: Workload) -> Verdict:
        """What one workload's pods may send to another's. A Pod may always reach itself; replicas are different pods."""
        if source is destination and source.is_pod:
            return EVERYTHING_ALLOWED
        return self.between(self.class_of(source), self.class_of(destination))

    def between(self, source: PodClass, destination: PodClass) -> Verdict:
        """What pods of one class may send to other pods of another."""
        egress = self.permits(source, Direction.EGRESS, destination)
        if egress[1]:
            ingress = self.permits(destination, Direction.INGRESS, source)
            if ingress[0] == EVERYTHING:
                return Verdict.of(egress)
            egress = (
                intervals.intersection(egress[0], ingress[0]),
                intervals.intersection(egress[1], ingress[1]),
            )
        return Verdict.of(egress)

    def outside(self, pods: PodClass, direction: Direction, addresses: CidrSet) -> Verdict:
        """What pods may send to (egress) or get from (ingress) addresses, all of which policies treat alike."""
        return Verdict.of(self.permits(pods, direction, addresses))

    def permits(self, pods: PodClass, direction: Direction, other: Target) -> Possible:
        """What the pods' own side, its policies in a direction, permits with another end."""
        side = self.side(pods, direction)
        if side.is_open:
            return EVERYTHING, EVERYTHING
        if side.doubts:
            return NOTHING, EVERYTHING
        destination = other if direction is Direction.EGRESS else pods
        is_host = isinstance(other, PodClass) and other.host_network is not False
        if side.rules is not None and not is_host:
            return self._additive(side.rules, other, destination)
        sure, may = decide(TRAFFIC, [[self._match(found, other, destination) for found in tier] for tier in side.tiers])
        if is_host and direction is Direction.INGRESS:
            return sure, EVERYTHING  # it may run on the same node, which may always reach its own pods
        return sure, may

    def side(self, pods: PodClass, direction: Direction) -> Side:
        """The policies that select pods in a direction."""
        key = (pods.index, direction)
        found = self._sides.get(key)
        if found is None:
            found = self._sides[key] = self._find_side(pods, direction)
        return found

    def address_parts(self, pods: PodClass, direction: Direction, addresses: CidrSet) -> list[CidrSet]:
        """Addresses cut into parts that the policies on the pods' side treat alike."""
        parts = [addresses]
        for found in self.side(pods, direction).policies:
            for rule in found.compiled.rules:
                for block in rule.blocks:
                    parts = list(_cut(parts, block))
        return parts

    # Changes

    def updated(self, cluster: Cluster) -> Engine:
        """The engine of the next state of the cluster; this one stays as it is.

        Policies and workloads that are the same objects count as unchanged, and what was worked out of them is kept.
        """
        before = self.cluster
        removed, added = difference(before.policies_by_namespace, cluster.policies_by_namespace)
        gone: list[Workload] = []
        fresh: list[Workload] = []
        if before.workloads is not cluster.workloads:
            gone, fresh = difference(before.workloads_by_namespace, cluster.workloads_by_namespace)
        has_other_doubts = before.others != cluster.others or before.unknown != cluster.unknown
        trees = [*_selectors(added), *(_other_selectors(cluster) if has_other_doubts else ())]
        moved = self.classes.told_apart({key for tree in trees for key in keys_of(tree)})
        if self.classes.is_worn or moved is None or self._are_addresses_cut(added):
            return Engine(cluster, self.enforcement)
        new = copy(self)
        new.cluster = cluster
        left = set(gone)
        staying = [item for item in moved if item not in left]
        has_other_namespaces = before.namespaces != cluster.namespaces
        is_same = not (gone or fresh or moved or has_other_namespaces)
        new._sides, new._subjects = dict(self._sides), dict(self._subjects)  # noqa: SLF001 - it is one of us
        new._directions = dict(self._directions)  # noqa: SLF001
        if is_same:
            self.classes.learn(trees)
        else:
            new.classes = self.classes.updated(cluster, trees, [*gone, *staying], [*fresh, *staying])
            new.compiler = Compiler(new.classes, self.enforcement)
            new._subjects.clear()  # noqa: SLF001
        if has_other_namespaces or has_other_doubts:
            new._sides.clear()  # noqa: SLF001
        for policy in (*removed, *added):
            new._forget(policy)  # noqa: SLF001
        if self._everywhere or any(policy.subject.namespaces is not None for policy in added):
            new._everywhere = _about_several_namespaces(cluster.policies)  # noqa: SLF001
        return new

    def _are_addresses_cut(self, added: Sequence[PolicySemantics]) -> bool:
        """Whether address blocks of these policies tell pods apart that were alike; if not, they are known from now on."""
        boundaries = _boundaries(added, self.enforcement)
        known = self.classes.boundaries
        if all(set(found) <= set(known.get(family, ())) for family, found in boundaries.items()):
            return False
        if self.classes.has_addresses:
            return True
        families = {*known, *boundaries}
        self.classes.boundaries = {
            family: sorted({*known.get(family, ()), *boundaries.get(family, ())}) for family in families
        }
        return False

    def _forget(self, policy: PolicySemantics) -> None:
        _, may = self._subject(policy)
        self._subjects.pop(id(policy))
        for item in self.classes.bits(may):
            for direction in DIRECTIONS:
                self._sides.pop((item.index, direction), None)
        for direction in DIRECTIONS:
            self._directions.pop((id(policy), direction), None)

    # Parts

    def _find_side(self, pods: PodClass, direction: Direction) -> Side:
        enforced = self.enforcement.ingress if direction is Direction.INGRESS else self.enforcement.egress
        if enforced is Ternary.NO:
            return Side((), (), is_enforced=False)
        bit = 1 << pods.index
        found: dict[tuple[float, str], list[Selecting]] = {}
        for policy in self._candidates(pods.namespace):
            sure, may = self._subject(policy)
            if not may & bit:
                continue
            compiled = self._direction(policy, direction)
            if compiled is None:
                continue
            is_sure = bool(sure & bit) and compiled.semantics.applies is True and not policy.is_partial
            found.setdefault((policy.tier.order, policy.tier.name), []).append(Selecting(compiled, is_sure))
        tiers = tuple(tuple(sorted(found[key], key=lambda selecting: selecting.policy.order)) for key in sorted(found))
        return Side(tiers, doubts_about(self.cluster, pods, direction), rules=_additive_rules(tiers))

    def _subject(self, policy: PolicySemantics) -> Bits:
        """The classes that a policy selects."""
        found = self._subjects.get(id(policy))
        if found is None:
            found = self._subjects[id(policy)] = self.classes.pods(policy.subject)
        return found

    def _candidates(self, namespace: str | None) -> Iterable[PolicySemantics]:
        if namespace is None:
            return self.cluster.policies
        groups = self.cluster.policies_by_namespace
        return (*groups.get(namespace, ()), *groups.get(None, ()), *self._everywhere)

    def _direction(self, policy: PolicySemantics, direction: Direction) -> CompiledDirection | None:
        key = (id(policy), direction)
        if key not in self._directions:
            self._directions[key] = self.compiler.direction(policy, direction)
        return self._directions[key]

    def _additive(self, rules: Sequence[CompiledRule], other: Target, destination: Target) -> Possible:
        """The usual case, quickly: policies that surely isolate and only allow."""
        sure: list[Traffic] = []
        may: list[Traffic] = []
        for rule in rules:
            traffic = self.rule_traffic(rule, other, destination)
            if traffic is not None:
                if traffic[0] == EVERYTHING:
                    return traffic
                sure.append(traffic[0])
                may.append(traffic[1])
        known = _union(sure)
        return known, known if may == sure else _union(may)

    def _match(self, found: Selecting, other: Target, destination: Target) -> PolicyMatch[Traffic]:
        rules = [
            (rule.action, *traffic)
            for rule in found.compiled.rules
            if (traffic := self.rule_traffic(rule, other, destination)) is not None
        ]
        return PolicyMatch(found.is_sure, found.compiled.semantics.default, rules, found.policy.is_partial)

    def rule_traffic(self, rule: CompiledRule, other: Target, destination: Target) -> Possible | None:
        """What a rule means of the traffic with another end; None for nothing at all."""
        peers = self.rule_matches(rule, other)
        if peers is Ternary.NO:
            return None
        sure, may = rule.traffic_to(destination if isinstance(destination, PodClass) else None)
        return (sure if peers is Ternary.YES else NOTHING), may

    def rule_matches(self, rule: CompiledRule, other: Target) -> Ternary:
        """Whether the peers of a rule take in another end.

        Pods on the host's network are nodes for others, which no peer is known to mean or to leave out.
        """
        if rule.is_everyone:
            return Ternary.YES
        if not isinstance(other, PodClass):
            return rule.to_addresses(other)
        if other.host_network is not False:
            return Ternary.UNKNOWN
        if rule.version != self.compiler.version:
            self.compiler.refresh(rule)
        if rule.sure >> other.index & 1:
            return Ternary.YES
        return Ternary.UNKNOWN if rule.may >> other.index & 1 else Ternary.NO


def _additive_rules(tiers: Sequence[Sequence[Selecting]]) -> tuple[CompiledRule, ...] | None:
    if len(tiers) != 1:
        return None
    rules: list[CompiledRule] = []
    for found in tiers[0]:
        if not found.is_sure or found.compiled.semantics.default is not Action.DENY:
            return None
        rules += found.compiled.rules
    return tuple(rules) if all(rule.action is Action.ALLOW for rule in rules) else None


def _union(sets: list[Traffic]) -> Traffic:
    if len(sets) < 2:
        return sets[0] if sets else NOTHING
    return _union_of(tuple(sets))


@lru_cache(maxsize=65536)
def _union_of(sets: tuple[Traffic, ...]) -> Traffic:
    return intervals.normalise(piece for found in sets for piece in found)


def _cut(parts: Iterable[CidrSet], block: CidrSet) -> Iterator[CidrSet]:
    for part in parts:
        inside = part.intersection(block)
        if inside.is_empty or inside == part:
            yield part
        else:
            yield inside
            yield part.difference(block)


def _selectors(policies: Sequence[PolicySemantics]) -> Iterator[SelectorTree]:
    """Every selector of pods."""
    for policy in policies:
        yield policy.subject.pods
        for semantics in (policy.ingress, policy.egress):
            for rule in semantics.rules if semantics is not None else ():
                for peer in rule.peers or ():
                    if peer.pods is not None:
                        yield peer.pods.pods


def _other_selectors(cluster: Cluster) -> Iterator[SelectorTree]:
    """The selectors of pods of policies that are not modelled."""
    return (other.pod_selector for other in cluster.others if other.pod_selector is not None)


def _about_several_namespaces(policies: Iterable[PolicySemantics]) -> tuple[PolicySemantics, ...]:
    """The policies of namespaces that select pods of others, too."""
    return tuple(one for one in policies if one.subject.namespaces is not None and one.namespace is not None)


def _boundaries(policies: Sequence[PolicySemantics], enforcement: Enforcement) -> dict[int, list[int]]:
    """Where the address blocks of policies begin and end, by family, when blocks may mean pods."""
    if enforcement.ip_block_matches_pods is Ternary.NO:
        return {}
    found: dict[int, set[int]] = {4: set(), 6: set()}
    for policy in policies:
        for semantics in (policy.ingress, policy.egress):
            for rule in semantics.rules if semantics is not None else ():
                for peer in rule.peers or ():
                    if peer.addresses is not None:
                        for family, ranges in ((4, peer.addresses.v4), (6, peer.addresses.v6)):
                            for first, last in ranges:
                                found[family].update((first, last + 1))
    return {family: sorted(numbers) for family, numbers in found.items()} if any(found.values()) else {}

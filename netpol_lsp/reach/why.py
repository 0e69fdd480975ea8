"""Why a connection is allowed, denied or unknown: on each side the policies that select the pod, and what each one does.

The ports that are asked about are cut into segments in which all of this is the same. What is said here rests on the
same questions that the engine's verdict rests on: whether a rule matches the other end, and which traffic it means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.capabilities.fact import Fact
from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.ir import Action, Peer, PolicySemantics, PortTerm, Rule
from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.compiled import CompiledRule, resolve_names
from netpol_lsp.reach.engine import Engine, Selecting, Side, Target
from netpol_lsp.reach.plugin_facts import open_side_facts, side_facts
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.query import End, Pair
from netpol_lsp.reach.traffic import NOTHING, Traffic, known_traffic
from netpol_lsp.reach.unmodelled import Doubt
from netpol_lsp.workspace.ternary import Ternary


class Effect(StrEnum):
    """What a policy does to a connection on one side."""

    ALLOWS = "allows"
    DENIES = "denies"
    PASSES = "passes"
    PEER_NOT_SELECTED = "peer-not-selected"
    """It isolates the pod, and no rule matches the other end."""
    NO_RULES = "no-rules"
    """It isolates the pod and has no rule in this direction."""
    PORTS_DIFFER = "ports-differ"
    """A rule matches the other end, but for other ports."""
    NAMED_PORT_UNKNOWN = "named-port-unknown"
    """A rule matches the other end, but the destination declares no port of its name."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one policy does. `peer` and `port` are the items that match, where there are any.

    `is_certain`: False when a part of it is not known: whether the policy selects the pod, or the rule the other end.
    """

    policy: PolicySemantics
    effect: Effect
    rule: Rule | None = None
    peer: Peer | None = None
    port: PortTerm | None = None
    is_certain: bool = True

    @property
    def origin(self) -> Origin:
        """Where the deciding part is written: the port, peer or rule, else the policy's name."""
        part = self.peer or self.rule
        return self.policy.origin if part is None or part.end == part.start == 0 else self.policy.origin_of(part)


@dataclass(frozen=True, slots=True)
class SideReasons:
    """One side of a connection. `is_default`: no policy selects the pod. `is_enforced`: see `Side`.

    `facts`: what is known of the network plugin and counts here.
    """

    direction: Direction
    workload: Workload
    answer: Ternary
    reasons: tuple[Reason, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    is_default: bool = False
    is_enforced: bool = True
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """Traffic for which all reasons are the same; a side is None where an address is at that end."""

    traffic: Traffic
    answer: Ternary
    egress: SideReasons | None
    ingress: SideReasons | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a connection is as it is. `is_loopback`: a Pod to itself."""

    source: End
    destination: End
    traffic: Traffic
    answer: Ternary
    segments: tuple[Segment, ...] = ()
    is_loopback: bool = False


def explain(engine: Engine, pair: Pair) -> Explanation:
    """The reasons for the verdict of a pair."""
    source, destination = pair.source, pair.destination
    if isinstance(source, Workload) and source is destination and source.is_pod:
        return Explanation(source, destination, pair.traffic, Ternary.YES, is_loopback=True)
    segments = tuple(_segments(engine, source, destination, pair.traffic))
    return Explanation(source, destination, pair.traffic, pair.answer, segments)


def _segments(engine: Engine, source: End, destination: End, traffic: Traffic) -> Iterator[Segment]:
    sides = [side for side in _sides(engine, source, destination) if side is not None]
    found: dict[object, list[Traffic]] = {}
    first: dict[object, Segment] = {}
    for atom in _atoms(traffic, sides):
        reasons = {side.direction: side.reasons(atom) for side in sides}
        egress, ingress = reasons.get(Direction.EGRESS), reasons.get(Direction.INGRESS)
        answers = [item.answer for item in (egress, ingress) if item is not None]
        segment = Segment(atom, _both(answers), egress, ingress)
        key: object = (segment.answer, *(_key(item) for item in (egress, ingress)))
        first.setdefault(key, segment)
        found.setdefault(key, []).append(atom)
    for key, segment in first.items():
        together = intervals.normalise(piece for atom in found[key] for piece in atom)
        yield Segment(together, segment.answer, segment.egress, segment.ingress)


def _both(answers: Iterable[Ternary]) -> Ternary:
    known = set(answers)
    if Ternary.NO in known:
        return Ternary.NO
    return Ternary.UNKNOWN if Ternary.UNKNOWN in known else Ternary.YES


def _key(side: SideReasons | None) -> object:
    if side is None:
        return None
    parts = [
        (id(item.policy), item.effect, item.rule.index if item.rule else None, item.is_certain) for item in side.reasons
    ]
    return (side.answer, tuple(parts), side.doubts, side.facts)


def _sides(engine: Engine, source: End, destination: End) -> Iterator[_Side | None]:
    start = engine.class_of(source) if isinstance(source, Workload) else source
    end = engine.class_of(destination) if isinstance(destination, Workload) else destination
    if isinstance(source, Workload) and isinstance(start, PodClass):
        far = destination if isinstance(destination, Workload) else None
        yield _Side(engine, source, start, Direction.EGRESS, end, end, far)
    if isinstance(destination, Workload) and isinstance(end, PodClass):
        far = source if isinstance(source, Workload) else None
        yield _Side(engine, destination, end, Direction.INGRESS, start, end, far)


def _atoms(traffic: Traffic, sides: list[_Side]) -> Iterator[Traffic]:
    """The traffic cut where some rule begins or ends to match; parts that all rules treat alike are together."""
    sets = list(dict.fromkeys(found for side in sides for found in side.traffic_sets()))
    parts: list[Traffic] = [traffic] if traffic else []
    for cut in sets:
        more: list[Traffic] = []
        for part in parts:
            inside = intervals.intersection(part, cut)
            if not inside or inside == part:
                more.append(part)
            else:
                more += [inside, intervals.difference(part, inside)]
        parts = more
    yield from sorted(parts)


class _Side:
    """One side of a connection while it is explained."""

    def __init__(
        self,
        engine: Engine,
        workload: Workload,
        pods: PodClass,
        direction: Direction,
        other: Target,
        destination: Target,
        other_workload: Workload | None,
    ) -> None:
        self.engine = engine
        self.other_workload = other_workload
        self.workload = workload
        self.pods = pods
        self.direction = direction
        self.other = other
        self.destination = destination
        self.side: Side = engine.side(pods, direction)

    def traffic_sets(self) -> Iterator[Traffic]:
        """All sets of traffic that rules mean here."""
        for found in self.side.policies:
            for rule in found.compiled.rules:
                possible = self.engine.rule_traffic(rule, self.other, self.destination)
                yield from possible or ()

    def reasons(self, atom: Traffic) -> SideReasons:
        """Why an atom of traffic is as it is on this side."""
        enforcement = self.engine.enforcement
        if self.side.is_open:
            is_enforced = self.side.is_enforced
            facts = () if is_enforced else open_side_facts(enforcement, self.direction)
            return SideReasons(
                self.direction, self.workload, Ternary.YES, is_default=True, is_enforced=is_enforced, facts=facts
            )
        answer = self._answer(atom)
        doubts = self.side.doubts
        if answer is Ternary.UNKNOWN:
            doubts = (*doubts, *self._uncertainties())
        found = [reason for selecting in self.side.policies for reason in self._of_policy(selecting, atom)]
        deciding = [reason for reason in found if reason.effect in _DECIDING]
        if answer is Ternary.YES:
            found = deciding
        elif answer is Ternary.UNKNOWN:
            found = [reason for reason in found if not reason.is_certain or reason.effect in _DECIDING] or found
        policies = (selecting.compiled for selecting in self.side.policies)
        facts = side_facts(enforcement, policies, self.other, atom)
        return SideReasons(self.direction, self.workload, answer, tuple(found), doubts, facts=facts)

    def _uncertainties(self) -> Iterator[Doubt]:
        """What is not known about the pods, the other end or the policies, in the order in which it is asked."""
        if self.pods.host_network is not False:
            yield Doubt(_ON_NODE.format(self.workload.title), self.workload.facts.origin)
        other = self.other
        if isinstance(other, PodClass):
            cluster = self.engine.cluster
            if other.host_network is not False and self.other_workload is not None:
                yield Doubt(_ON_NODE.format(self.other_workload.title), self.other_workload.facts.origin)
            asks_labels, asks_addresses = self._asked()
            _, has_all = cluster.namespace_labels(other.namespace)
            if asks_labels and not has_all:
                yield Doubt(
                    f"not all labels of namespace `{other.namespace or '?'}` are known: no manifest says them", NOWHERE
                )
            if asks_addresses and self.engine.enforcement.ip_block_matches_pods is not Ternary.NO:
                yield Doubt(
                    "whether an ipBlock means this pod is not known: it depends on the network plugin (--cni) and on the pod's address",
                    NOWHERE,
                )
        if not self.pods.has_all_labels or (isinstance(other, PodClass) and not other.has_all_labels):
            yield Doubt("a template decides labels of the pods", NOWHERE)
        for found in self.side.policies:
            if found.policy.is_partial:
                yield Doubt(f"a template or a mistake hides a part of {found.policy.title}", found.policy.origin)

    def _asked(self) -> tuple[bool, bool]:
        """Whether peers ask for labels of namespaces, and for addresses."""
        peers = [
            peer for found in self.side.policies for rule in found.compiled.rules for peer in rule.rule.peers or ()
        ]
        labels = any(peer.pods is not None and peer.pods.namespaces is not None for peer in peers)
        return labels, any(peer.addresses is not None for peer in peers)

    def _answer(self, atom: Traffic) -> Ternary:
        sure, may = self.engine.permits(self.pods, self.direction, self.other)
        if intervals.covers(sure, atom):
            return Ternary.YES
        return Ternary.UNKNOWN if intervals.covers(may, atom) else Ternary.NO

    def _of_policy(self, found: Selecting, atom: Traffic) -> Iterator[Reason]:
        policy, is_sure = found.policy, found.is_sure
        reasons: list[Reason] = []
        misses: list[Reason] = []
        for rule in found.compiled.rules:
            matches = self.engine.rule_matches(rule, self.other)
            if matches is Ternary.NO:
                continue
            sure, may = self.engine.rule_traffic(rule, self.other, self.destination) or (NOTHING, NOTHING)
            peer = matching_peer(self.engine, rule, self.other)
            if intervals.covers(may, atom):
                is_certain = is_sure and matches is Ternary.YES and intervals.covers(sure, atom)
                port = matching_port(rule, atom, self.destination)
                effect = _EFFECTS[rule.action]
                reasons.append(Reason(policy, effect, rule.rule, peer, port, is_certain))
                if rule.rule.ports is None and is_certain:  # nothing is left for the rules below
                    break
            elif rule.action is Action.ALLOW:
                effect = _miss(rule, self.destination)
                misses.append(Reason(policy, effect, rule.rule, peer, is_certain=is_sure and matches is Ternary.YES))
        if reasons or misses:
            yield from reasons or misses
        elif found.compiled.semantics.default is Action.DENY:
            effect = Effect.PEER_NOT_SELECTED if found.compiled.rules else Effect.NO_RULES
            yield Reason(policy, effect, is_certain=is_sure)


_ON_NODE = "{} uses the network of its node: whether policies apply to it is not defined"
_DECIDING = (Effect.ALLOWS, Effect.DENIES, Effect.PASSES)
_EFFECTS = {Action.ALLOW: Effect.ALLOWS, Action.DENY: Effect.DENIES, Action.PASS: Effect.PASSES}


def matching_peer(engine: Engine, rule: CompiledRule, other: Target) -> Peer | None:
    """The first peer of a rule that matches the other end, a sure one before one that may; None for everyone."""
    maybe: Peer | None = None
    for peer in rule.rule.peers or ():
        answer = peer_matches(engine, peer, other)
        if answer is Ternary.YES:
            return peer
        if answer is Ternary.UNKNOWN and maybe is None:
            maybe = peer
    return maybe


def peer_matches(engine: Engine, peer: Peer, other: Target) -> Ternary:
    """Whether one peer matches the other end."""
    if isinstance(other, CidrSet):
        if peer.is_unknown:
            return Ternary.UNKNOWN
        if peer.addresses is None or not peer.addresses.intersects(other):
            return Ternary.NO
        return Ternary.YES if peer.addresses.covers(other) else Ternary.UNKNOWN
    sure, may = engine.compiler.peer(peer)
    if other.host_network is not False:
        return Ternary.UNKNOWN
    if sure >> other.index & 1:
        return Ternary.YES
    return Ternary.UNKNOWN if may >> other.index & 1 else Ternary.NO


def matching_port(rule: CompiledRule, atom: Traffic, destination: Target) -> PortTerm | None:
    """The first port item of a rule that means the traffic; None for every port."""
    pods = destination if isinstance(destination, PodClass) else None
    for term in rule.rule.ports or ():
        known = known_traffic(term.ports)
        _, may = resolve_names(known, known, tuple(term.ports.names), pods)
        if intervals.covers(may, atom):
            return term
    return None


def _miss(rule: CompiledRule, destination: Target) -> Effect:
    """Why the ports of a rule do not match."""
    if not rule.names or rule.traffic:
        return Effect.PORTS_DIFFER
    if isinstance(destination, PodClass) and any(destination.named_ports.get(name) for name in rule.names):
        return Effect.PORTS_DIFFER
    return Effect.NAMED_PORT_UNKNOWN

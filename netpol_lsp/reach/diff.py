"""What a change does: connections that it opens and closes, each with the lines that did it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, NO_ADDRESSES, CidrSet
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.query import End, Pair
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic
from netpol_lsp.reach.why import Effect, Reason, SideReasons, explain
from netpol_lsp.workspace.ternary import Ternary


class ChangeClass(StrEnum):
    """How far a change reaches, the widest first."""

    OPENED_WORLD = "opened-world"
    """To or from addresses outside the cluster."""
    OPENED_CROSS = "opened-cross"
    """Between namespaces."""
    OPENED_INSIDE = "opened-inside"
    """Inside one namespace."""
    CLOSED = "closed"
    UNCERTAIN = "uncertain"
    """Something changes that is not known on one side of the change at least."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A line that did it: `text` says what, `reason` where. `is_before`: it is a line of the state before.

    `kind` is OPENED_INSIDE for whatever opens, however far; CLOSED or UNCERTAIN.
    """

    kind: ChangeClass
    text: str
    reason: Reason
    is_before: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One connection that changes.

    `before` and `after` are the verdicts, None where one of the workloads is not there. `opened` and `closed` are
    certain; `uncertain` changes to or from what is not known. `source` and `destination` are ends of the state after, or
    of the one before for a workload that is gone.
    """

    source: End
    destination: End
    before: Verdict | None
    after: Verdict | None
    opened: Traffic
    closed: Traffic
    uncertain: Traffic
    causes: tuple[Cause, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether anything changes."""
        return bool(self.opened or self.closed or self.uncertain)

    @property
    def classes(self) -> tuple[ChangeClass, ...]:
        """What the change is, the widest first."""
        found: list[ChangeClass] = []
        if self.opened:
            found.append(self._opened_class())
        if self.closed:
            found.append(ChangeClass.CLOSED)
        if self.uncertain:
            found.append(ChangeClass.UNCERTAIN)
        return tuple(found)

    def causes_of(self, kind: ChangeClass) -> tuple[Cause, ...]:
        """The lines that did what one of its classes says."""
        wanted = kind if kind in (ChangeClass.CLOSED, ChangeClass.UNCERTAIN) else ChangeClass.OPENED_INSIDE
        return tuple(cause for cause in self.causes if cause.kind is wanted)

    def _opened_class(self) -> ChangeClass:
        if not isinstance(self.source, Workload) or not isinstance(self.destination, Workload):
            return ChangeClass.OPENED_WORLD
        is_inside = self.source.namespace is not None and self.source.namespace == self.destination.namespace
        return ChangeClass.OPENED_INSIDE if is_inside else ChangeClass.OPENED_CROSS


@dataclass(frozen=True, slots=True)
class BothStates:
    """A workload before and after the change, by its title."""

    title: str
    before: Workload | None
    after: Workload | None

    @property
    def known(self) -> Workload:
        """The workload after the change, or before it where it is gone."""
        known = self.after or self.before
        assert known is not None
        return known

    @property
    def is_pod(self) -> bool:
        """Whether it is a single Pod, which may always reach itself."""
        return self.known.is_pod


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes, and the workloads that are only on one side."""

    changes: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def difference(before: Engine, after: Engine) -> Difference:
    """What changes from one state of a cluster to another, in the order of the names."""
    comparison = Comparison(before, after)
    both = comparison.workloads()
    changes = [change for change in comparison.changes(both) if change.is_one]
    added = tuple(item.title for item in both if item.before is None)
    removed = tuple(item.title for item in both if item.after is None)
    return Difference(tuple(changes), added, removed)


def _by_title(engine: Engine) -> dict[str, Workload]:
    found: dict[str, Workload] = {}
    seen: set[tuple[str, int]] = set()
    for item in sorted(engine.classes.class_of, key=lambda one: (one.title, one.name)):
        key = (item.title, engine.class_of(item).index)
        if key not in seen:
            seen.add(key)
            title = item.title if item.title not in found else f"{item.title} {item.name}"
            found[title] = item
    return found


class Comparison:
    """Compares pair by pair; what policies treat alike before and after is compared once."""

    def __init__(self, before: Engine, after: Engine) -> None:
        self.before = before
        self.after = after
        self._verdicts: dict[tuple[int, PodClass, PodClass], Verdict] = {}

    def workloads(self) -> list[BothStates]:
        """Workloads by title; of several with one title (pods of one owner) those that policies tell apart have a number."""
        old, new = _by_title(self.before), _by_title(self.after)
        return [BothStates(title, old.get(title), new.get(title)) for title in sorted({*old, *new})]

    def changes(self, both: list[BothStates]) -> Iterator[Change]:
        """All pairs, changed or not."""
        for source in both:
            for destination in both:
                if source is not destination or not source.is_pod:
                    yield self.between(source, destination)
        for item in both:
            for direction in DIRECTIONS:
                yield from self.outside(item, direction)

    def between(self, source: BothStates, destination: BothStates) -> Change:
        """What becomes of the connection of two workloads."""
        before = self._verdict(0, self.before, source.before, destination.before)
        after = self._verdict(1, self.after, source.after, destination.after)
        return self._change(source.known, destination.known, before, after, (source, destination))

    def _verdict(
        self, side: int, engine: Engine, source: Workload | None, destination: Workload | None
    ) -> Verdict | None:
        if source is None or destination is None:
            return None
        key = (side, engine.class_of(source), engine.class_of(destination))
        found = self._verdicts.get(key)
        if found is None:
            found = self._verdicts[key] = engine.between(key[1], key[2])
        return found

    def outside(self, item: BothStates, direction: Direction) -> Iterator[Change]:
        """What becomes of the connections of a workload with addresses, by those that are treated alike."""
        parts = [EVERY_ADDRESS]
        ends = [(self.before, item.before), (self.after, item.after)]
        for engine, workload in ends:
            if workload is not None:
                pods = engine.class_of(workload)
                parts = [piece for part in parts for piece in engine.address_parts(pods, direction, part)]
        found: dict[tuple[Verdict | None, Verdict | None], CidrSet] = {}
        for part in parts:
            verdicts = [
                None if workload is None else engine.outside(engine.class_of(workload), direction, part)
                for engine, workload in ends
            ]
            key = (verdicts[0], verdicts[1])
            found[key] = found.get(key, NO_ADDRESSES).union(part)
        for (before, after), addresses in found.items():
            one = (item.known, addresses) if direction is Direction.EGRESS else (addresses, item.known)
            pair = (item, None) if direction is Direction.EGRESS else (None, item)
            yield self._change(one[0], one[1], before, after, pair)

    def _change(
        self,
        source: End,
        destination: End,
        before: Verdict | None,
        after: Verdict | None,
        ends: tuple[BothStates | None, BothStates | None],
    ) -> Change:
        old, new = before or _NOTHING, after or _NOTHING
        if old == new:
            return Change(source, destination, before, after, NOTHING, NOTHING, NOTHING)
        opened = intervals.intersection(new.allow, old.deny)
        closed = intervals.intersection(new.deny, old.allow)
        sure = intervals.union(opened, closed)
        same = intervals.union(
            intervals.intersection(new.allow, old.allow),
            intervals.union(
                intervals.intersection(new.deny, old.deny), intervals.intersection(new.unknown, old.unknown)
            ),
        )
        uncertain = intervals.difference(EVERYTHING, intervals.union(sure, same))
        change = Change(source, destination, before, after, opened, closed, uncertain)
        causes = tuple(self._causes(change, ends))
        return Change(source, destination, before, after, opened, closed, uncertain, causes)

    def _causes(self, change: Change, ends: tuple[BothStates | None, BothStates | None]) -> Iterator[Cause]:
        if change.before is None or change.after is None:
            return
        parts = (
            (ChangeClass.OPENED_INSIDE, change.opened),
            (ChangeClass.CLOSED, change.closed),
            (ChangeClass.UNCERTAIN, change.uncertain),
        )
        for kind, traffic in parts:
            if not traffic:
                continue
            old = self._reasons(
                self.before, change, change.before, traffic, [end.before if end else None for end in ends]
            )
            new = self._reasons(self.after, change, change.after, traffic, [end.after if end else None for end in ends])
            for direction in DIRECTIONS:
                yield from _compare(kind, old.get(direction, []), new.get(direction, []))

    @staticmethod
    def _reasons(
        engine: Engine, change: Change, verdict: Verdict, traffic: Traffic, ends: list[Workload | None]
    ) -> dict[Direction, list[SideReasons]]:
        source: End = ends[0] or change.source
        destination: End = ends[1] or change.destination
        if isinstance(source, CidrSet):
            assert isinstance(destination, Workload)
            source = engine.address_parts(engine.class_of(destination), Direction.INGRESS, source)[0]
        elif isinstance(destination, CidrSet):
            destination = engine.address_parts(engine.class_of(source), Direction.EGRESS, destination)[0]
        found: dict[Direction, list[SideReasons]] = {}
        for segment in explain(engine, Pair(source, destination, traffic, verdict)).segments:
            for side in (segment.egress, segment.ingress):
                if side is not None:
                    found.setdefault(side.direction, []).append(side)
        return found


_NOTHING = Verdict(NOTHING, EVERYTHING)


def _compare(kind: ChangeClass, before: list[SideReasons], after: list[SideReasons]) -> Iterator[Cause]:
    """What one side says before and after, where its answer changes."""
    if {side.answer for side in before} == {side.answer for side in after} != {Ternary.UNKNOWN}:
        return
    old, new = _said(before), _said(after)
    for key, reason in new.items():
        if key not in old:
            yield Cause(kind, f"{_who(reason)} {_EFFECTS[reason.effect]}", reason, is_before=False)
    is_gone = kind is ChangeClass.OPENED_INSIDE and not new
    for key, reason in old.items():
        if key not in new and (kind is not ChangeClass.OPENED_INSIDE or is_gone):
            text = "isolated it and is gone" if is_gone else _PAST[reason.effect]
            yield Cause(kind, f"{_who(reason)} {text}", reason, is_before=True)


_EFFECTS = {
    Effect.ALLOWS: "allows it",
    Effect.DENIES: "denies it",
    Effect.PASSES: "leaves it to the next tier",
    Effect.PEER_NOT_SELECTED: "isolates, and no rule matches the other end",
    Effect.NO_RULES: "isolates without a rule",
    Effect.PORTS_DIFFER: "allows other ports only",
    Effect.NAMED_PORT_UNKNOWN: "allows a named port that is not declared",
}
_PAST = {
    Effect.ALLOWS: "allowed it",
    Effect.DENIES: "denied it",
    Effect.PASSES: "left it to the next tier",
    Effect.PEER_NOT_SELECTED: "isolated, and no rule matched the other end",
    Effect.NO_RULES: "isolated without a rule",
    Effect.PORTS_DIFFER: "allowed other ports only",
    Effect.NAMED_PORT_UNKNOWN: "allowed a named port that was not declared",
}


def _who(reason: Reason) -> str:
    return reason.policy.title + (f" (rule {reason.rule.index + 1})" if reason.rule is not None else "")


def _said(sides: Iterable[SideReasons]) -> dict[object, Reason]:
    found: dict[object, Reason] = {}
    for side in sides:
        for reason in side.reasons:
            policy = reason.policy
            key = (policy.kind, policy.namespace, policy.name, reason.effect, _written(reason), side.direction)
            found.setdefault(key, reason)
    return found


def _written(reason: Reason) -> object:
    """What a rule says, whatever its place."""
    rule = reason.rule
    if rule is None:
        return None
    peers = tuple((peer.pods, peer.addresses) for peer in rule.peers) if rule.peers is not None else None
    ports = tuple(term.ports for term in rule.ports) if rule.ports is not None else None
    return (rule.action, peers, ports)

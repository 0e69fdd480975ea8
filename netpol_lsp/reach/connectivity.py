"""Who may talk to whom in a whole cluster: connections between groups of workloads that all policies treat alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, NO_ADDRESSES, CidrSet
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.matrix import Matrix, connectivity_matrix
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic
from netpol_lsp.text.lazy import lazy


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Workloads of one namespace that have the same connections; `title` names them, `pods` is one of their classes."""

    namespace: str | None
    workloads: tuple[Workload, ...]
    pods: PodClass

    @property
    def titles(self) -> tuple[str, ...]:
        """The workloads by their titles, each once."""
        return tuple(sorted({item.title for item in self.workloads}))

    @property
    def is_single_pod(self) -> bool:
        """Whether it is one Pod, which has no one of its own group to talk to."""
        return len(self.workloads) == 1 and self.workloads[0].is_pod


Node = Group | CidrSet
"""An end of a connection: a group, or addresses outside the cluster."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What one end may send to another. `unknown` may be allowed or not."""

    source: Node
    destination: Node
    allow: Traffic
    unknown: Traffic = NOTHING


@dataclass(frozen=True, slots=True)
class Isolation:
    """How many workloads of a namespace a policy isolates, by direction. `unknown_*`: no one can tell."""

    namespace: str
    workloads: int
    ingress: int
    egress: int
    unknown_ingress: int = 0
    unknown_egress: int = 0


class Connectivity:
    """The connections of a cluster. Groups and connections are in the order of their names."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.matrix: Matrix = connectivity_matrix(engine)

    @lazy
    def groups(self) -> tuple[Group, ...]:
        """The groups of workloads."""
        found: dict[object, list[PodClass]] = {}
        columns = self._columns()
        for item in self.engine.classes.classes:
            if self.engine.classes.members[item.index]:
                row = tuple(row[item.index] for rows in (self.matrix.sure, self.matrix.may) for row in rows)
                outside = tuple(tuple(outside_verdicts(self.engine, item, direction)) for direction in DIRECTIONS)
                key = (item.namespace, row, columns[item.index], outside, self.differences(item))
                found.setdefault(key, []).append(item)
        groups = []
        for classes in found.values():
            members = [member for item in classes for member in self.engine.classes.members[item.index]]
            members.sort(key=lambda member: (member.title, member.name))
            groups.append(Group(classes[0].namespace, tuple(members), classes[0]))
        return tuple(sorted(groups, key=lambda group: (group.namespace or "", group.titles)))

    def _columns(self) -> list[int]:
        """For each class which rows it is in: equal numbers for classes that may send the same."""
        found = [0] * len(self.engine.classes.classes)
        distinct = {bits: None for rows in (self.matrix.sure, self.matrix.may) for row in rows for bits in row}
        positions: dict[int, int] = {bits: number for number, bits in enumerate(distinct)}
        everything = self.engine.classes.everything
        for bits, number in positions.items():
            if bits in (0, everything):
                continue
            mark, rest = 1 << number, bits
            while rest:
                lowest = rest & -rest
                found[lowest.bit_length() - 1] |= mark
                rest ^= lowest
        return found

    def differences(self, _pods: PodClass) -> Hashable:
        """What else tells pods apart."""
        return None

    def between_groups(self, keep: Callable[[Group, Group], bool] | None = None) -> Iterator[Connection]:
        """The connections between groups, and between the workloads of one group, that are not surely denied."""
        for source, destinations in zip(self.groups, self._reached(), strict=True):
            for destination in destinations:
                if (source is destination and source.is_single_pod) or (keep and not keep(source, destination)):
                    continue
                sure, may = self.matrix.between(source.pods, destination.pods)
                if may:
                    yield Connection(source, destination, sure, intervals.difference(may, sure))

    def _reached(self) -> list[list[Group]]:
        """For each group those that it may send anything to."""
        number_of = {group.pods.index: number for number, group in enumerate(self.groups)}
        of_groups = sum(1 << index for index in number_of)
        reached: list[list[Group]] = [[] for _ in self.groups]
        for group in self.groups:
            for pods in self.engine.classes.bits(self.matrix.senders(group.pods) & of_groups):
                reached[number_of[pods.index]].append(group)
        return reached

    def with_outside(
        self, direction: Direction, addresses: CidrSet = EVERY_ADDRESS, keep: Callable[[Group], bool] | None = None
    ) -> Iterator[Connection]:
        """The connections of groups with addresses outside the cluster."""
        for group in self.groups:
            if keep and not keep(group):
                continue
            for verdict, part in outside_verdicts(self.engine, group.pods, direction, addresses):
                if verdict.allow or verdict.unknown:
                    is_egress = direction is Direction.EGRESS
                    source, destination = (group, part) if is_egress else (part, group)
                    yield Connection(source, destination, verdict.allow, verdict.unknown)

    def isolation(self) -> tuple[Isolation, ...]:
        """By namespace, how many workloads are isolated."""
        found: dict[str, list[tuple[bool | None, bool | None]]] = {}
        for workload, pods in self.engine.classes.class_of.items():
            found.setdefault(workload.namespace or "", []).append(
                (is_isolated(self.engine, pods, Direction.INGRESS), is_isolated(self.engine, pods, Direction.EGRESS))
            )
        return tuple(
            Isolation(
                namespace,
                len(answers),
                sum(ingress is True for ingress, _ in answers),
                sum(egress is True for _, egress in answers),
                sum(ingress is None for ingress, _ in answers),
                sum(egress is None for _, egress in answers),
            )
            for namespace, answers in sorted(found.items())
        )


def outside_verdicts(
    engine: Engine, pods: PodClass, direction: Direction, addresses: CidrSet = EVERY_ADDRESS
) -> list[tuple[Verdict, CidrSet]]:
    """The verdicts between pods and addresses, each with all addresses that it holds for, in the order of the addresses."""
    found: dict[Verdict, CidrSet] = {}
    for part in engine.address_parts(pods, direction, addresses):
        verdict = engine.outside(pods, direction, part)
        found[verdict] = found.get(verdict, NO_ADDRESSES).union(part)
    return sorted(found.items(), key=lambda item: (item[1].v4, item[1].v6))


def is_isolated(engine: Engine, pods: PodClass, direction: Direction) -> bool | None:
    """Whether some policy surely restricts pods in a direction; None when no one can tell."""
    side = engine.side(pods, direction)
    if side.is_open:
        return False
    return True if any(found.is_sure for found in side.policies) else None


def restrict(connections: Iterable[Connection], traffic: Traffic) -> Iterator[Connection]:
    """The connections cut down to some traffic."""
    for item in connections:
        allow, unknown = intervals.intersection(item.allow, traffic), intervals.intersection(item.unknown, traffic)
        if allow or unknown:
            yield Connection(item.source, item.destination, allow, unknown)


def is_everything(traffic: Traffic) -> bool:
    """Whether it is all traffic of all protocols."""
    return traffic == EVERYTHING

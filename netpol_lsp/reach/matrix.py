"""All pairs at once: for each class of pods and each part of the traffic, the classes that may send it.

Traffic is cut into atoms that all rules treat alike. A set of (atom, class) is one whole number with a bit for each, so
that the steps of `netpol_lsp.reach.tiers` decide all peers of a pod together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from netpol_lsp.kube.net import intervals
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.reach.compiled import CompiledRule, Possible
from netpol_lsp.reach.engine import Engine, Selecting, Side
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.tiers import BitsAlgebra, PolicyMatch, decide
from netpol_lsp.reach.traffic import EVERYTHING, Traffic, port_traffic, whole_protocol

Row = tuple[int, int]
"""Bits (atom, class) that are surely allowed, and that may be."""


class Atoms:
    """The parts of all traffic that a number of sets treat alike."""

    def __init__(self, sets: Iterable[Traffic]) -> None:
        known = list(dict.fromkeys(sets))
        events: dict[int, int] = {0: 0, EVERYTHING[0][1] + 1: 0}
        for index, traffic in enumerate(known):
            for first, last in traffic:
                events[first] = events.get(first, 0) ^ 1 << index
                events[last + 1] = events.get(last + 1, 0) ^ 1 << index
        starts = sorted(events)
        parts: dict[int, list[tuple[int, int]]] = {}
        inside = 0
        for start, end in pairwise(starts):
            inside ^= events[start]
            parts.setdefault(inside, []).append((start, end - 1))
        self.parts: list[Traffic] = [intervals.normalise(pieces) for pieces in parts.values()]
        self._masks: dict[Traffic, int] = {EVERYTHING: (1 << len(self.parts)) - 1, (): 0}
        for index, traffic in enumerate(known):
            self._masks[traffic] = sum(1 << number for number, key in enumerate(parts) if key >> index & 1)

    def mask(self, traffic: Traffic) -> int:
        """The atoms of a set that was there from the start, or of what such sets make up."""
        found = self._masks.get(traffic)
        if found is None:
            found = sum(1 << number for number, part in enumerate(self.parts) if intervals.covers(traffic, part))
            self._masks[traffic] = found
        return found

    def traffic(self, numbers: Iterable[int]) -> Traffic:
        """The traffic of some atoms."""
        return intervals.normalise(piece for number in numbers for piece in self.parts[number])


@dataclass(frozen=True, slots=True)
class Matrix:
    """`sure[atom][class]` and `may[atom][class]`: the classes that may send an atom of traffic to a class, as bits."""

    atoms: Atoms
    sure: list[list[int]]
    may: list[list[int]]

    def between(self, source: PodClass, destination: PodClass) -> Possible:
        """What one class may surely send to another, and what it may perhaps."""
        one, other = source.index, destination.index
        sure = [number for number, row in enumerate(self.sure) if row[other] >> one & 1]
        may = [number for number, row in enumerate(self.may) if row[other] >> one & 1]
        known = self.atoms.traffic(sure)
        return known, known if may == sure else self.atoms.traffic(may)

    def senders(self, destination: PodClass) -> int:
        """The classes that may send anything to a class, surely or perhaps."""
        found = 0
        for row in self.may:
            found |= row[destination.index]
        return found


def connectivity_matrix(engine: Engine) -> Matrix:
    """The verdicts between all classes of a cluster."""
    return _Builder(engine).build()


class _Builder:
    """What is kept while a matrix is made."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.classes = engine.classes
        self.size = len(engine.classes.classes)
        self.full = (1 << self.size) - 1
        sides = [engine.side(item, direction) for item in self.classes.classes for direction in DIRECTIONS]
        self.rules = list(_rules_of(sides))
        self.named: dict[tuple[str, str], dict[int, tuple[int, int]]] = {}
        self._collect_named_ports()
        self.atoms = Atoms(self._sets())
        self.count = len(self.atoms.parts)
        self.everything = (1 << self.size * self.count) - 1
        self.algebra = BitsAlgebra(self.everything)
        self._shifts: dict[int, list[int]] = {}
        self._matches: dict[object, PolicyMatch[int]] = {}

    def build(self) -> Matrix:
        """The matrix."""
        sure_in, may_in = self._empty(), self._empty()
        rows: dict[object, tuple[Row, int]] = {}
        for item in self.classes.classes:
            sure, may = self._ingress(item)
            for atom, (one, other) in enumerate(zip(self._slices(sure), self._slices(may), strict=True)):
                sure_in[atom][item.index] = one
                may_in[atom][item.index] = other
            key = self._side_key(self.engine.side(item, Direction.EGRESS))
            known = rows.get(key)
            if known is None:
                rows[key] = (self._row(self.engine.side(item, Direction.EGRESS), None), 1 << item.index)
            else:
                rows[key] = (known[0], known[1] | 1 << item.index)
        self._meet(sure_in, [(row[0], members) for row, members in rows.values()])
        self._meet(may_in, [(row[1], members) for row, members in rows.values()])
        return Matrix(self.atoms, sure_in, may_in)

    def _empty(self) -> list[list[int]]:
        return [[0] * self.size for _ in range(self.count)]

    def _meet(self, ingress: list[list[int]], egress: list[tuple[int, int]]) -> None:
        """Keep what the egress side of the senders allows, too."""
        for atom, row in enumerate(ingress):
            shift = atom * self.size
            open_to_all = 0
            allowed: dict[int, int] = {}
            for bits, members in egress:
                receivers = bits >> shift & self.full
                if receivers == self.full:
                    open_to_all |= members
                elif receivers:
                    allowed[receivers] = allowed.get(receivers, 0) | members
            senders = [open_to_all] * self.size
            for receivers, members in allowed.items():
                rest = receivers
                while rest:
                    lowest = rest & -rest
                    senders[lowest.bit_length() - 1] |= members
                    rest ^= lowest
            for index, found in enumerate(senders):
                row[index] &= found

    def _ingress(self, item: PodClass) -> Row:
        side = self.engine.side(item, Direction.INGRESS)
        sure, may = self._row(side, item)
        if not side.is_open and self.classes.maybe_hosts:
            may |= self._at(self.classes.maybe_hosts, (1 << self.count) - 1)
        return sure, may

    def _row(self, side: Side, destination: PodClass | None) -> Row:
        """What a side allows; `destination` for ingress, where named ports are those of the pod itself."""
        if side.is_open:
            return self.everything, self.everything
        if side.doubts:
            return 0, self.everything
        tiers = [[self._match(found, destination) for found in tier] for tier in side.tiers]
        return decide(self.algebra, tiers)

    def _match(self, found: Selecting, destination: PodClass | None) -> PolicyMatch[int]:
        names = () if destination is None else tuple(sorted(destination.named_ports.items()))
        has_names = any(rule.names for rule in found.compiled.rules)
        key = (
            id(found.compiled),
            found.is_sure,
            (names, destination and destination.has_all_ports) if has_names else None,
        )
        known = self._matches.get(key)
        if known is None:
            rules = [(rule.action, *self._rule(rule, destination)) for rule in found.compiled.rules]
            default = found.compiled.semantics.default
            known = self._matches[key] = PolicyMatch(found.is_sure, default, rules, found.policy.is_partial)
        return known

    def _rule(self, rule: CompiledRule, destination: PodClass | None) -> Row:
        sure, may = rule.sure, rule.may
        if rule.version != self.engine.compiler.version:
            self.engine.compiler.refresh(rule)
            sure, may = rule.sure, rule.may
        if not rule.is_everyone:
            may |= self.classes.maybe_hosts
        if not rule.names or destination is not None:
            known, doubtful = rule.traffic_to(destination)
            return self._at(sure, self.atoms.mask(known)), self._at(may, self.atoms.mask(doubtful))
        one = self._at(sure, self.atoms.mask(rule.traffic))
        other = self._at(may, self.atoms.mask(rule.doubtful))
        for name in rule.names:
            for number, (first, any_) in self.named[name].items():
                mask = self.atoms.mask(port_traffic(name[0], number))
                one |= self._at(sure & first, mask)
                other |= self._at(may & any_, mask)
            hidden = self._with_hidden_ports()
            if hidden:
                other |= self._at(may & hidden, self.atoms.mask(whole_protocol(name[0])))
        return one, other

    def _at(self, classes: int, mask: int) -> int:
        """Classes at each atom of a mask."""
        if not classes or not mask:
            return 0
        shifts = self._shifts.get(mask)
        if shifts is None:
            shifts = self._shifts[mask] = [number * self.size for number in range(self.count) if mask >> number & 1]
        found = 0
        for shift in shifts:
            found |= classes << shift
        return found

    def _slices(self, bits: int) -> Iterator[int]:
        for atom in range(self.count):
            yield bits >> atom * self.size & self.full

    def _with_hidden_ports(self) -> int:
        return sum(1 << item.index for item in self.classes.classes if not item.has_all_ports)

    def _collect_named_ports(self) -> None:
        for rule in self.rules:
            for name in rule.names:
                if name in self.named:
                    continue
                found: dict[int, tuple[int, int]] = {}
                for item in self.classes.classes:
                    for place, number in enumerate(item.named_ports.get(name, ())):
                        first, any_ = found.get(number, (0, 0))
                        bit = 1 << item.index
                        found[number] = (first | bit if place == 0 else first, any_ | bit)
                self.named[name] = found

    def _sets(self) -> Iterator[Traffic]:
        for rule in self.rules:
            yield rule.traffic
            yield rule.doubtful
        for (protocol, _), numbers in self.named.items():
            yield whole_protocol(protocol)
            for number in numbers:
                yield port_traffic(protocol, number)

    @staticmethod
    def _side_key(side: Side) -> object:
        return (
            side.is_enforced,
            side.doubts,
            tuple((id(found.compiled), found.is_sure) for tier in side.tiers for found in tier),
        )


def _rules_of(sides: Iterable[Side]) -> Iterator[CompiledRule]:
    seen: set[int] = set()
    for side in sides:
        for found in side.policies:
            if id(found.compiled) not in seen:
                seen.add(id(found.compiled))
                yield from found.compiled.rules

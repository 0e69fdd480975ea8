"""Exact sets of ports: numbers by protocol, and names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.intervals import Intervals

EVERY_PORT: Intervals = ((1, 65535),)
"""All port numbers of one protocol."""

_MANY = 8
PROTOCOLS = ("TCP", "UDP", "SCTP")
"""What a NetworkPolicy can name."""


@dataclass(frozen=True, slots=True)
class PortSet:
    """What the `ports` of a rule allow.

    `everything`: all ports of all protocols, those that a policy cannot name (ICMP) among them. Else
    `tcp`, `udp` and `sctp` are intervals of 1-65535, and `names` holds (protocol, name) of named ports,
    whose numbers only the pods know. In normal form: names that a full protocol covers are left out.
    """

    everything: bool = False
    tcp: Intervals = ()
    udp: Intervals = ()
    sctp: Intervals = ()
    names: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no port is in it."""
        return not (self.everything or self.tcp or self.udp or self.sctp or self.names)

    def numbers(self, protocol: str) -> Intervals:
        """The port numbers of a protocol, names left aside."""
        if self.everything:
            return EVERY_PORT
        if protocol == "TCP":
            return self.tcp
        return self.udp if protocol == "UDP" else self.sctp if protocol == "SCTP" else ()

    def covers(self, other: PortSet) -> bool:
        """Whether `other` is proven to lie inside: a named port only inside the same name or a full protocol."""
        if self.everything or other.everything or self is other:
            return self.everything or self is other
        return (
            (not other.tcp or intervals.covers(self.tcp, other.tcp))
            and (not other.udp or intervals.covers(self.udp, other.udp))
            and (not other.sctp or intervals.covers(self.sctp, other.sctp))
            and (not other.names or all(name in self.names or self._is_full(name[0]) for name in other.names))
        )

    def intersects(self, other: PortSet) -> bool:
        """Whether they surely share a port: names count against the same name or a full protocol."""
        if self.everything or other.everything:
            return not self.is_empty and not other.is_empty
        return (
            intervals.intersects(self.tcp, other.tcp)
            or intervals.intersects(self.udp, other.udp)
            or intervals.intersects(self.sctp, other.sctp)
            or (bool(self.names) and any(name in other.names or other._is_full(name[0]) for name in self.names))
            or (bool(other.names) and any(self._is_full(name[0]) for name in other.names))
        )

    def may_intersect(self, other: PortSet) -> bool:
        """Whether they could share a port: a name may stand for any number of its protocol, or for another name."""
        if self.intersects(other):
            return True
        if not self.names and not other.names:
            return False
        mine = {protocol for protocol, _ in self.names}
        others = {protocol for protocol, _ in other.names}
        return bool(mine & others) or any(other.numbers(p) for p in mine) or any(self.numbers(p) for p in others)

    def union(self, other: PortSet) -> PortSet:
        """Ports of either."""
        if self.everything or other.everything:
            return ALL_PORTS
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return _normal(
            intervals.union(self.tcp, other.tcp),
            intervals.union(self.udp, other.udp),
            intervals.union(self.sctp, other.sctp),
            self.names | other.names,
        )

    def difference(self, other: PortSet) -> PortSet:
        """At least the ports of this set that are not in `other`: a name goes only when it is covered.

        ALL_PORTS minus anything but itself stays ALL_PORTS, because it has protocols without numbers.
        """
        if other.everything:
            return NO_PORTS
        if self.everything:
            return self
        return PortSet(
            tcp=intervals.difference(self.tcp, other.tcp),
            udp=intervals.difference(self.udp, other.udp),
            sctp=intervals.difference(self.sctp, other.sctp),
            names=frozenset(name for name in self.names if name not in other.names and not other._is_full(name[0])),
        )

    def without_names(self) -> PortSet:
        """The numbers alone."""
        return replace(self, names=frozenset()) if self.names else self

    def __str__(self) -> str:
        """As in `TCP 80, TCP 8000-8080, UDP 53, TCP http`; `all ports` for everything."""
        if self.everything:
            return "all ports"
        parts = [
            f"all {protocol} ports" if numbers == EVERY_PORT else f"{protocol} {_render(first, last)}"
            for protocol in PROTOCOLS
            for numbers in (self.numbers(protocol),)
            for first, last in numbers
        ]
        parts += [f"{protocol} {name}" for protocol, name in sorted(self.names)]
        return ", ".join(parts) or "no ports"

    def _is_full(self, protocol: str) -> bool:
        return self.numbers(protocol) == EVERY_PORT


NO_PORTS = PortSet()


ALL_PORTS = PortSet(everything=True)


@lru_cache(maxsize=4096)
def port_range(protocol: str, first: int, last: int) -> PortSet:
    """The ports from `first` to `last`; those out of 1-65535 are left out. Raises ValueError for other protocols."""
    return _one_protocol(protocol, intervals.intersection(intervals.normalise([(first, last)]), EVERY_PORT))


@lru_cache(maxsize=8)
def every_port_of(protocol: str) -> PortSet:
    """All ports of one protocol, named ones too. Raises ValueError for other protocols."""
    return _one_protocol(protocol, EVERY_PORT)


@lru_cache(maxsize=4096)
def named_port(protocol: str, name: str) -> PortSet:
    """The port that pods call `name`. Raises ValueError for other protocols."""
    if protocol not in PROTOCOLS:
        raise ValueError(protocol)
    return PortSet(names=frozenset({(protocol, name)}))


def union_of(sets: Iterable[PortSet]) -> PortSet:
    """Ports of any of the sets."""
    parts = tuple(sets)
    if len(parts) < _MANY:
        result = NO_PORTS
        for ports in parts:
            result = result.union(ports)
        return result
    if any(ports.everything for ports in parts):
        return ALL_PORTS
    # All at once: one after the other, each would be sorted again with each that follows.
    return _normal(
        intervals.normalise(pair for ports in parts for pair in ports.tcp),
        intervals.normalise(pair for ports in parts for pair in ports.udp),
        intervals.normalise(pair for ports in parts for pair in ports.sctp),
        frozenset(name for ports in parts for name in ports.names),
    )


def _one_protocol(protocol: str, numbers: Intervals) -> PortSet:
    if protocol == "TCP":
        return PortSet(tcp=numbers)
    if protocol == "UDP":
        return PortSet(udp=numbers)
    if protocol == "SCTP":
        return PortSet(sctp=numbers)
    raise ValueError(protocol)


def _normal(tcp: Intervals, udp: Intervals, sctp: Intervals, names: frozenset[tuple[str, str]]) -> PortSet:
    ports = PortSet(tcp=tcp, udp=udp, sctp=sctp, names=names)
    if names and any(ports._is_full(name[0]) for name in names):  # noqa: SLF001 - its own class
        return replace(ports, names=frozenset(name for name in names if not ports._is_full(name[0])))  # noqa: SLF001
    return ports


def _render(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"

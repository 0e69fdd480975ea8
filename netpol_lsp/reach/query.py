"""A question about many connections at once: every pair that two names mean, each with its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.names import Named
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.ports import EVERY_PORT, AskedPort
from netpol_lsp.reach.traffic import NOTHING, Traffic, port_traffic
from netpol_lsp.workspace.resources import ServiceFacts, ServicePort
from netpol_lsp.workspace.ternary import Ternary

End = Workload | CidrSet
"""One end of a connection: a workload, or addresses that all policies treat alike."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A connection, what was asked about it, and its verdict. `is_unresolved`: the port's name means nothing there."""

    source: End
    destination: End
    traffic: Traffic
    verdict: Verdict
    is_unresolved: bool = False

    @property
    def answer(self) -> Ternary:
        """Whether all that was asked about is allowed (YES) or denied (NO)."""
        return Ternary.UNKNOWN if self.is_unresolved else self.verdict.answer(self.traffic)

    @property
    def is_mixed(self) -> bool:
        """Whether a part of it is surely allowed and another part surely denied."""
        return intervals.intersects(self.verdict.allow, self.traffic) and intervals.intersects(
            self.verdict.deny, self.traffic
        )


def ask(engine: Engine, source: Named, destination: Named, port: AskedPort = EVERY_PORT) -> Iterator[Pair]:
    """The pairs that two names mean, one of each kind: pods that policies cannot tell apart are asked about once.

    A pod to itself is left out unless it is the only pair: it is always allowed, and no one asks for it.
    """
    if source.addresses is not None and destination.addresses is not None:
        return
    if source.addresses is not None:
        yield from _from_addresses(engine, source.addresses, destination, port)
    elif destination.addresses is not None:
        yield from _to_addresses(engine, source, destination.addresses, port)
    else:
        yield from _between(engine, source, destination, port)


def _between(engine: Engine, source: Named, destination: Named, port: AskedPort) -> Iterator[Pair]:
    is_loopback = len(source.workloads) == 1 and source.workloads == destination.workloads
    for starts in _by_class(engine, source.workloads).values():
        for (_, traffic), ends in _by_class_and_traffic(engine, destination, port).items():
            pair = _distinct(starts, ends, is_loopback=is_loopback)
            if pair is not None:
                yield _pair(pair[0], pair[1], traffic, engine.verdict(*pair))


def _by_class_and_traffic(
    engine: Engine, destination: Named, port: AskedPort
) -> dict[tuple[PodClass, Traffic], list[Workload]]:
    found: dict[tuple[PodClass, Traffic], list[Workload]] = {}
    for item in destination.workloads:
        found.setdefault((engine.class_of(item), traffic_to(destination, item, port)), []).append(item)
    return found


def _distinct(starts: list[Workload], ends: list[Workload], *, is_loopback: bool) -> tuple[Workload, Workload] | None:
    """One pair of different pods; None when there is none."""
    if is_loopback:
        return starts[0], ends[0]
    for start in starts[:2]:
        for end in ends[:2]:
            if start is not end or not start.is_pod:
                return start, end
    return None


def _from_addresses(engine: Engine, addresses: CidrSet, destination: Named, port: AskedPort) -> Iterator[Pair]:
    for end in destination.workloads:
        pods = engine.class_of(end)
        for part in engine.address_parts(pods, Direction.INGRESS, addresses):
            verdict = engine.outside(pods, Direction.INGRESS, part)
            yield _pair(part, end, traffic_to(destination, end, port), verdict)


def _to_addresses(engine: Engine, source: Named, addresses: CidrSet, port: AskedPort) -> Iterator[Pair]:
    for pods, starts in _by_class(engine, source.workloads).items():
        for part in engine.address_parts(pods, Direction.EGRESS, addresses):
            verdict = engine.outside(pods, Direction.EGRESS, part)
            known = port.traffic()
            yield Pair(starts[0], part, known or NOTHING, verdict, is_unresolved=known is None)


def _pair(source: End, destination: End, traffic: Traffic, verdict: Verdict) -> Pair:
    return Pair(source, destination, traffic, verdict, is_unresolved=not traffic)


def traffic_to(named: Named, workload: Workload, port: AskedPort) -> Traffic:
    """The traffic that a question means towards a workload: a Service's ports lead to the ports of its pods."""
    if named.service is None:
        wanted = port
        if named.container is not None:
            wanted = AskedPort(port.protocol, port.first, port.last, port.name, named.container)
        return wanted.traffic_to(workload)
    return service_traffic(named.service, workload, port)


def service_traffic(service: ServiceFacts, workload: Workload, port: AskedPort) -> Traffic:
    """The traffic that reaches a workload through the ports of a Service."""
    found: Traffic = NOTHING
    for item in service.ports:
        if _is_asked(item, port):
            found = intervals.union(found, target_traffic(item, workload))
    return found


def target_traffic(port: ServicePort, workload: Workload) -> Traffic:
    """The traffic that a port of a Service becomes at a workload."""
    target = port.port if port.target_port is None else port.target_port
    if isinstance(target, int):
        return port_traffic(port.protocol, target)
    return AskedPort(port.protocol, name=target).traffic_to(workload)


def _is_asked(item: ServicePort, port: AskedPort) -> bool:
    if port.protocol is None:
        return True
    if item.protocol != port.protocol:
        return False
    if port.name is not None:
        return item.name == port.name
    return port.first is None or port.first <= item.port <= (port.last or port.first)


def _by_class(engine: Engine, workloads: Iterable[Workload]) -> dict[PodClass, list[Workload]]:
    found: dict[PodClass, list[Workload]] = {}
    for item in workloads:
        found.setdefault(engine.class_of(item), []).append(item)
    return found

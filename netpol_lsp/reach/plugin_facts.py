"""Which facts about the network plugin one side of a connection rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netpol_lsp.capabilities.fact import Capability, Fact, Support
from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.port_set import EVERY_PORT, PROTOCOLS, PortSet, every_port_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.compiled import CompiledDirection, CompiledRule
from netpol_lsp.reach.enforcement import Enforcement
from netpol_lsp.reach.engine import Target
from netpol_lsp.reach.traffic import Traffic, known_traffic


def open_side_facts(enforcement: Enforcement, direction: Direction) -> tuple[Fact, ...]:
    """The fact that a direction is not enforced."""
    fact = enforcement.fact(Capability(direction.value.lower()))
    return (fact,) if fact is not None and fact.support is Support.NO else ()


def side_facts(
    enforcement: Enforcement, policies: Iterable[CompiledDirection], other: Target, traffic: Traffic
) -> tuple[Fact, ...]:
    """The facts by which these policies mean something else than the specification says, or something that it leaves open.

    `other` is what is at the other end, `traffic` what is asked about.
    """
    if not enforcement.facts:
        return ()
    found: dict[Capability, None] = {}
    for compiled in policies:
        if not compiled.semantics.is_listed:
            found[Capability.POLICY_TYPES] = None
        for rule in compiled.rules:
            found.update(dict.fromkeys(_used(rule, other, traffic)))
    facts = ((one, enforcement.fact(one)) for one in Capability if one in found)
    return tuple(
        fact
        for one, fact in facts
        if fact is not None and (fact.support is Support.NO or one is Capability.IP_BLOCK_MATCHES_PODS)
    )


def _used(rule: CompiledRule, other: Target, traffic: Traffic) -> Iterator[Capability]:
    """What a rule uses that plugins differ in, as far as it concerns this connection."""
    if not isinstance(other, CidrSet) and rule.blocks:
        yield Capability.IP_BLOCK_MATCHES_PODS
    for term in rule.rule.ports or ():
        yield from _used_by(term.ports, traffic)


def _used_by(ports: PortSet, traffic: Traffic) -> Iterator[Capability]:
    if ports.everything:
        return
    if any(intervals.intersects(known_traffic(every_port_of(protocol)), traffic) for protocol, _ in ports.names):
        yield Capability.NAMED_PORTS
    concerned = intervals.intersects(known_traffic(ports), traffic)
    if concerned and any(_has_range(ports, protocol) for protocol in PROTOCOLS):
        yield Capability.END_PORT
    if concerned and ports.sctp:
        yield Capability.SCTP


def _has_range(ports: PortSet, protocol: str) -> bool:
    numbers = ports.numbers(protocol)
    return numbers != EVERY_PORT and any(first != last for first, last in numbers)

"""Policies made ready for many questions: their peers as sets of pod classes, their ports as traffic."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.port_set import PROTOCOLS, PortSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.ir import Action, DirectionSemantics, Peer, PolicySemantics, Rule
from netpol_lsp.reach.enforcement import Enforcement
from netpol_lsp.reach.pod_classes import Bits, PodClass, PodClasses
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic, known_traffic, port_traffic, whole_protocol
from netpol_lsp.workspace.ternary import Ternary

Possible = tuple[Traffic, Traffic]
"""Traffic that is surely meant, and traffic that may be, the sure one inside."""


@dataclass(slots=True)
class CompiledRule:
    """A rule; `blocks` are the addresses of its peers, `has_unknown_addresses` when there may be more.

    `traffic` is sure, `doubtful` perhaps; `names` are the named ports, which the destination decides.
    """

    rule: Rule
    action: Action
    is_everyone: bool
    sure: int
    may: int
    blocks: tuple[CidrSet, ...]
    has_unknown_addresses: bool
    traffic: Traffic
    doubtful: Traffic
    names: tuple[tuple[str, str], ...]
    version: int

    def traffic_to(self, destination: PodClass | None) -> Possible:
        """The traffic it means towards pods, or towards addresses (None), which have no named ports."""
        if not self.names:
            return self.traffic, self.doubtful
        return resolve_names(self.traffic, self.doubtful, self.names, destination)

    def to_addresses(self, addresses: CidrSet) -> Ternary:
        """Whether its peers take in addresses outside the cluster, all of them."""
        if self.is_everyone:
            return Ternary.YES
        touches = False
        for block in self.blocks:
            if block.covers(addresses):
                return Ternary.YES
            touches = touches or block.intersects(addresses)
        return Ternary.UNKNOWN if touches or self.has_unknown_addresses else Ternary.NO


@dataclass(slots=True)
class CompiledDirection:
    """What a policy says about a direction, ready for questions."""

    policy: PolicySemantics
    semantics: DirectionSemantics
    rules: list[CompiledRule]


def resolve_names(
    traffic: Traffic, doubtful: Traffic, names: tuple[tuple[str, str], ...], destination: PodClass | None
) -> Possible:
    """The traffic with the numbers of named ports on the destination.

    Where containers share a name, the first one's number is meant, as a Service has it; the others may be.
    """
    if destination is None:
        return traffic, doubtful
    for name in names:
        numbers = destination.named_ports.get(name)
        if numbers:
            traffic = intervals.union(traffic, port_traffic(name[0], numbers[0]))
            for number in numbers:
                doubtful = intervals.union(doubtful, port_traffic(name[0], number))
        if not destination.has_all_ports:
            doubtful = intervals.union(doubtful, whole_protocol(name[0]))
    return traffic, doubtful


_VERSIONS = count()


class Compiler:
    """Compiles the rules of policies against the classes of a cluster."""

    def __init__(self, classes: PodClasses, enforcement: Enforcement) -> None:
        self.classes = classes
        self.enforcement = enforcement
        # Rules that another compiler has made are brought up to date when they are used.
        self.version = next(_VERSIONS)
        self._blocks: dict[CidrSet, Bits] = {}

    def direction(self, policy: PolicySemantics, direction: Direction) -> CompiledDirection | None:
        """What a policy says about a direction; None when that is nothing."""
        semantics = policy.direction(direction)
        if semantics is None or semantics.applies is False:
            return None
        return CompiledDirection(policy, semantics, [self.rule(rule) for rule in semantics.rules])

    def rule(self, rule: Rule) -> CompiledRule:
        """One rule."""
        sure, may = self.peers(rule)
        traffic, doubtful, names = self.ports(rule)
        blocks = tuple(
            peer.addresses for peer in rule.peers or () if peer.addresses is not None and not peer.is_unknown
        )
        unknown = rule.has_unknown_peers or any(peer.is_unknown for peer in rule.peers or ())
        return CompiledRule(
            rule, rule.action, rule.peers is None, sure, may, blocks, unknown, traffic, doubtful, names, self.version
        )

    def refresh(self, compiled: CompiledRule) -> None:
        """Bring the peers of a compiled rule up to date."""
        compiled.sure, compiled.may = self.peers(compiled.rule)
        compiled.version = self.version

    def peers(self, rule: Rule) -> Bits:
        """The classes that the peers of a rule take in."""
        everything = self.classes.everything
        if rule.peers is None:
            return everything, everything
        sure, may = 0, everything if rule.has_unknown_peers else 0
        for peer in rule.peers:
            one, other = self.peer(peer)
            sure |= one
            may |= other
        return sure, may

    def peer(self, peer: Peer) -> Bits:
        """The classes that one peer takes in."""
        if peer.is_unknown:
            return 0, self.classes.everything
        if peer.addresses is not None:
            return self._block(peer.addresses)
        return self.classes.pods(peer.pods) if peer.pods is not None else (0, 0)

    def ports(self, rule: Rule) -> tuple[Traffic, Traffic, tuple[tuple[str, str], ...]]:
        """The traffic that the ports of a rule surely and perhaps mean, and the named ones."""
        if rule.ports is None:
            return EVERYTHING, EVERYTHING, ()
        traffic: Traffic = NOTHING
        doubtful: Traffic = EVERYTHING if rule.has_unknown_ports else NOTHING
        names: list[tuple[str, str]] = []
        for term in rule.ports:
            ports = self.enforcement.as_enforced(term.ports)
            known = known_traffic(ports)
            unsure = self._doubts(ports)
            if unsure:
                for protocol in unsure:
                    doubtful = intervals.union(doubtful, whole_protocol(protocol))
                continue
            traffic = intervals.union(traffic, known)
            names += [name for name in ports.names if name not in names]
        return traffic, intervals.union(traffic, doubtful), tuple(sorted(names))

    def _doubts(self, ports: PortSet) -> list[str]:
        """The protocols of ports that the network plugin treats in a way of its own, which no one knows."""
        known = self.enforcement
        if ports.everything:
            return []
        found = []
        if known.named_ports is Ternary.NO:
            found += [protocol for protocol, _ in ports.names]
        if known.port_ranges is Ternary.NO:
            found += [protocol for protocol in PROTOCOLS if _has_range(ports, protocol)]
        if known.sctp is Ternary.NO and ports.numbers("SCTP"):
            found.append("SCTP")
        return found

    def _block(self, block: CidrSet) -> Bits:
        """A block against pods: up to the network plugin; a pod on the host's network has a node's address."""
        found = self._blocks.get(block)
        if found is None:
            classes = self.classes
            hosts = classes.maybe_hosts if not block.is_empty else 0
            if block.is_empty or self.enforcement.ip_block_matches_pods is Ternary.NO:
                found = (0, hosts)
            else:
                sure, may = classes.addresses(block)
                is_sure = self.enforcement.ip_block_matches_pods is Ternary.YES
                found = (sure & ~classes.maybe_hosts if is_sure else 0, may | hosts)
            self._blocks[block] = found
        return found


def _has_range(ports: PortSet, protocol: str) -> bool:
    return any(first != last and (first, last) != (1, 65535) for first, last in ports.numbers(protocol))

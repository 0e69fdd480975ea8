"""What a cluster's network plugin makes of a policy, as far as verdicts depend on it."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Effect, Fact
from netpol_lsp.kube.net.intervals import Intervals
from netpol_lsp.kube.net.port_set import EVERY_PORT, PROTOCOLS, PortSet, every_port_of
from netpol_lsp.workspace.ternary import Ternary


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Yes, no or unknown for what network plugins differ in.

    `ip_block_matches_pods`: the specification leaves it open whether an ipBlock means addresses of pods. For the
    others unknown is as good as yes, which is the specification; no makes verdicts unknown where a rule uses the
    feature, unless it is known what happens instead (`range_effect`, `name_effect`), and a direction that is not enforced
    is open. `policy_types` no: rules of a direction that policyTypes does not list are enforced all the same.
    `facts` are those that the answers rest on, to be named beside a verdict.
    """

    ip_block_matches_pods: Ternary = Ternary.UNKNOWN
    ingress: Ternary = Ternary.UNKNOWN
    egress: Ternary = Ternary.UNKNOWN
    named_ports: Ternary = Ternary.UNKNOWN
    port_ranges: Ternary = Ternary.UNKNOWN
    sctp: Ternary = Ternary.UNKNOWN
    policy_types: Ternary = Ternary.UNKNOWN
    profile: str | None = None
    range_effect: Effect | None = None
    name_effect: Effect | None = None
    facts: tuple[Fact, ...] = ()

    def fact(self, capability: Capability) -> Fact | None:
        """The fact that an answer rests on; None where no one knows."""
        return next((fact for fact in self.facts if fact.capability is capability), None)

    def as_enforced(self, ports: PortSet) -> PortSet:
        """What the network plugin makes of the ports of one entry, as far as that is known.

        The first port of a range where it ignores `endPort`; every port of the protocol where a name means that.
        """
        if ports.everything:
            return ports
        if self.name_effect is Effect.WHOLE_PROTOCOL and ports.names:
            named = [every_port_of(protocol) for protocol, _ in sorted(ports.names)]
            ports = ports.without_names()
            for one in named:
                ports = ports.union(one)
        elif self.range_effect is Effect.FIRST_PORT_ONLY:
            tcp, udp, sctp = (_first_ports(ports.numbers(protocol)) for protocol in PROTOCOLS)
            ports = PortSet(tcp=tcp, udp=udp, sctp=sctp, names=ports.names)
        return ports


def _first_ports(numbers: Intervals) -> Intervals:
    """Ranges without what comes after their first port; every port of a protocol is no range."""
    return numbers if numbers == EVERY_PORT else tuple((first, first) for first, _ in numbers)


SPECIFICATION = Enforcement()
"""No network plugin is known: the specification alone decides."""

STANDARD = Enforcement(
    ip_block_matches_pods=Ternary.YES,
    ingress=Ternary.YES,
    egress=Ternary.YES,
    named_ports=Ternary.YES,
    port_ranges=Ternary.YES,
    sctp=Ternary.YES,
    policy_types=Ternary.YES,
    profile="standard",
)
"""The reading of Kubernetes' own end-to-end tests, where an ipBlock matches the addresses of pods."""


def enforcement_of(capabilities: Capabilities) -> Enforcement:
    """What a network plugin's profile says."""

    def answer(fact: Fact) -> Ternary:
        return Ternary.UNKNOWN if fact.is_supported is None else Ternary.of(fact.is_supported)

    facts = (capabilities.fact(capability) for capability in _ASKED)
    return Enforcement(
        ip_block_matches_pods=answer(capabilities.ip_block_matches_pods),
        ingress=answer(capabilities.enforces("Ingress")),
        egress=answer(capabilities.enforces("Egress")),
        named_ports=answer(capabilities.named_ports),
        port_ranges=answer(capabilities.end_port),
        sctp=answer(capabilities.sctp),
        policy_types=answer(capabilities.policy_types),
        profile=capabilities.label or None,
        range_effect=capabilities.end_port.effect,
        name_effect=capabilities.named_ports.effect,
        facts=tuple(fact for fact in facts if fact.is_supported is not None),
    )


_ASKED = (
    Capability.INGRESS,
    Capability.EGRESS,
    Capability.IP_BLOCK_MATCHES_PODS,
    Capability.NAMED_PORTS,
    Capability.END_PORT,
    Capability.SCTP,
    Capability.POLICY_TYPES,
)
"""The capabilities that verdicts depend on."""

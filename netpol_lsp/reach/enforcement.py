"""What a cluster's network plugin makes of a policy, as far as verdicts depend on it."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Fact
from netpol_lsp.workspace.ternary import Ternary


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Yes, no or unknown for what network plugins differ in.

    `ip_block_matches_pods`: the specification leaves it open whether an ipBlock means addresses of pods. For the
    others unknown is as good as yes, which is the specification; no makes verdicts unknown where a rule uses the
    feature, and a direction that is not enforced is open.
    """

    ip_block_matches_pods: Ternary = Ternary.UNKNOWN
    ingress: Ternary = Ternary.UNKNOWN
    egress: Ternary = Ternary.UNKNOWN
    named_ports: Ternary = Ternary.UNKNOWN
    port_ranges: Ternary = Ternary.UNKNOWN
    sctp: Ternary = Ternary.UNKNOWN
    profile: str | None = None


SPECIFICATION = Enforcement()
"""No network plugin is known: the specification alone decides."""

STANDARD = Enforcement(
    ip_block_matches_pods=Ternary.YES,
    ingress=Ternary.YES,
    egress=Ternary.YES,
    named_ports=Ternary.YES,
    port_ranges=Ternary.YES,
    sctp=Ternary.YES,
    profile="standard",
)
"""The reading of Kubernetes' own end-to-end tests, where an ipBlock matches the addresses of pods."""


def enforcement_of(capabilities: Capabilities) -> Enforcement:
    """What a network plugin's profile says."""

    def answer(fact: Fact) -> Ternary:
        return Ternary.UNKNOWN if fact.is_supported is None else Ternary.of(fact.is_supported)

    return Enforcement(
        ip_block_matches_pods=answer(capabilities.ip_block_matches_pods),
        ingress=answer(capabilities.enforces("Ingress")),
        egress=answer(capabilities.enforces("Egress")),
        named_ports=answer(capabilities.named_ports),
        port_ranges=answer(capabilities.end_port),
        sctp=answer(capabilities.sctp),
        profile=capabilities.label or None,
    )

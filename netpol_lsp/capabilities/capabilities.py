"""What the cluster enforces: the facts of one network plugin in one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from netpol_lsp.capabilities.fact import Capability, Fact, Limit, LimitKind, Note, Support

ALIVE = "alive"


@dataclass(frozen=True)
class Capabilities:
    """The facts of a network plugin, resolved for its version; what is not in `facts` is unknown.

    `name`: as in the configuration, `cilium`; "" when no plugin is known. `title`: as its makers write it, `Cilium`.
    `version`: as configured, `1.15`; None when it is not known. `status`: whether the plugin is kept up, `alive` or
    another word of its profile. `precondition`: what must be switched on before anything is enforced.
    """

    name: str = ""
    title: str = ""
    version: str | None = None
    facts: Mapping[Capability, Fact] = field(default_factory=dict, hash=False)
    status: str = ALIVE
    status_text: str = ""
    precondition: Note | None = None
    limits: tuple[Limit, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether a plugin is named at all."""
        return bool(self.name)

    @property
    def is_kept_up(self) -> bool:
        """Whether its makers still work on it."""
        return self.status == ALIVE

    @property
    def label(self) -> str:
        """As in messages: `Cilium 1.15`, `Flannel`; empty when no plugin is known."""
        return f"{self.title} {self.version}" if self.version else self.title

    def fact(self, capability: Capability) -> Fact:
        """What is known of a capability; UNKNOWN when nothing is."""
        return self.facts.get(capability) or _unknown(capability)

    def support(self, capability: Capability) -> Support:
        """The support of a capability alone."""
        return self.fact(capability).support

    def has(self, capability: Capability) -> bool | None:
        """True: it is there. False: it is not. None: partly, or no one knows."""
        return self.fact(capability).is_supported

    def switched_on(self) -> Capabilities:
        """The same where it is known that the precondition is met."""
        return replace(self, precondition=None)

    def limit(self, kind: LimitKind) -> Limit | None:
        """The limit of a kind, if there is one."""
        return next((limit for limit in self.limits if limit.kind is kind), None)

    @property
    def enforces_nothing(self) -> bool:
        """Whether it is known that policies have no effect at all."""
        return self.has(Capability.INGRESS) is False and self.has(Capability.EGRESS) is False

    @property
    def concerns_all(self) -> bool:
        """Whether there is something to say that concerns every policy: nothing is enforced, or only under a condition, ..."""
        has_limit = self.limit(LimitKind.POLICIES) is not None
        return self.enforces_nothing or not self.is_kept_up or self.precondition is not None or has_limit

    def enforces(self, direction: str) -> Fact:
        """Whether policies of a direction (`Ingress` or `Egress`, in any case) are enforced at all."""
        return self.fact(Capability(direction.lower()))

    def ip_block(self, direction: str) -> Fact:
        """Whether an `ipBlock` counts in a direction (`Ingress` or `Egress`, in any case)."""
        return self.fact(Capability(f"{direction.lower()}-ip-block"))

    @property
    def ip_block_matches_pods(self) -> Fact:
        """Whether an `ipBlock` around a pod's address matches the pod."""
        return self.fact(Capability.IP_BLOCK_MATCHES_PODS)

    @property
    def ip_block_matches_nodes(self) -> Fact:
        """Whether an `ipBlock` around a node's address matches the node."""
        return self.fact(Capability.IP_BLOCK_MATCHES_NODES)

    @property
    def ip_block_except(self) -> Fact:
        """Whether `except` takes addresses out of an `ipBlock`."""
        return self.fact(Capability.IP_BLOCK_EXCEPT)

    @property
    def named_ports(self) -> Fact:
        """Whether a port given by name opens that port of the pod; `effect` says what happens otherwise."""
        return self.fact(Capability.NAMED_PORTS)

    @property
    def end_port(self) -> Fact:
        """Whether `endPort` opens a range."""
        return self.fact(Capability.END_PORT)

    @property
    def sctp(self) -> Fact:
        """Whether `protocol: SCTP` is enforced."""
        return self.fact(Capability.SCTP)

    @property
    def ipv6(self) -> Fact:
        """Whether policies are enforced for IPv6 traffic."""
        return self.fact(Capability.IPV6)

    @property
    def policy_types(self) -> Fact:
        """Whether rules of a direction that `policyTypes` does not list have no effect, as the API says."""
        return self.fact(Capability.POLICY_TYPES)

    @property
    def host_network_pods(self) -> Fact:
        """Whether policies select pods with `hostNetwork: true`."""
        return self.fact(Capability.HOST_NETWORK_PODS)

    @property
    def probes(self) -> Fact:
        """Whether a node reaches its own pods whatever the policies say."""
        return self.fact(Capability.PROBES)


UNKNOWN_CNI = Capabilities()
"""Where no one says which network plugin the cluster has: every answer is unknown."""


@cache
def _unknown(capability: Capability) -> Fact:
    """What stands for a fact that no one has told."""
    return Fact(capability)

"""A capability of a network plugin, and what is known of it: yes, no, partly or unknown, with where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Support(StrEnum):
    """Whether a network plugin has a capability."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    """In some cases, which the fact's text names: no verdict follows from it."""
    UNKNOWN = "unknown"
    """No source says it, or it depends on a version or a switch that is not known: no finding follows from it."""


class Capability(StrEnum):
    """The questions; the keys of `capabilities` in a profile. schemas/cni-profile.schema.json says what YES means for each."""

    INGRESS = "ingress"
    EGRESS = "egress"
    INGRESS_IP_BLOCK = "ingress-ip-block"
    EGRESS_IP_BLOCK = "egress-ip-block"
    IP_BLOCK_EXCEPT = "ip-block-except"
    IP_BLOCK_MATCHES_PODS = "ip-block-matches-pods"
    IP_BLOCK_MATCHES_NODES = "ip-block-matches-nodes"
    NAMESPACE_SELECTOR = "namespace-selector"
    COMBINED_SELECTORS = "combined-selectors"
    MATCH_EXPRESSIONS = "match-expressions"
    NAMED_PORTS = "named-ports"
    END_PORT = "end-port"
    SCTP = "sctp"
    IPV6 = "ipv6"
    POLICY_TYPES = "policy-types"
    ESTABLISHED_CONNECTIONS = "established-connections"
    PROBES = "probes"
    HOST_NETWORK_PODS = "host-network-pods"
    STANDALONE_PODS = "standalone-pods"
    PORTS_AFTER_TRANSLATION = "ports-after-translation"
    CLIENT_ADDRESS = "client-address"
    POD_START = "pod-start"
    ADMIN_NETWORK_POLICY = "admin-network-policy"
    CLUSTER_NETWORK_POLICY = "cluster-network-policy"


class Effect(StrEnum):
    """What happens to a policy that uses a capability which is not there."""

    NOT_ENFORCED = "not-enforced"
    """The direction stays open: no packet is dropped because of a policy."""
    MATCHES_NOTHING = "matches-nothing"
    """The peer or port that uses it allows nothing."""
    IGNORED = "ignored"
    """The field is read as though it were not written."""
    FIRST_PORT_ONLY = "first-port-only"
    """Of a range of ports only the first is open."""
    WHOLE_PROTOCOL = "whole-protocol"
    """Every port of the protocol is open to the rule's peers."""
    DENIES_ALL = "denies-all"
    """The policy allows nothing any more."""
    CRASHES = "crashes"
    """The part that enforces policies stops: what holds then no one can tell."""
    REFUSED = "refused"
    """The policy is reported as faulty and none of it is put into force."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one capability of a network plugin, for one version.

    `text`: a sentence for readers, lower case at its start unless a name is there, no final full stop; "" when
    unknown and nothing is to say. `sources`: where it is written, as web addresses or names of pages and files.
    `effect`: what happens where the support is NO, or in the cases that PARTIAL leaves out; None when that is not known.
    """

    capability: Capability
    support: Support = Support.UNKNOWN
    text: str = ""
    sources: tuple[str, ...] = ()
    effect: Effect | None = None

    @property
    def is_supported(self) -> bool | None:
        """True for YES, False for NO, None for everything that no verdict may rest on."""
        return {Support.YES: True, Support.NO: False}.get(self.support)

    def __str__(self) -> str:
        """As `why` prints it: the sentence, then its sources in brackets."""
        return f"{self.text} ({', '.join(self.sources)})" if self.sources else self.text


class Note(NamedTuple):
    """Something to know, and where it is written."""

    text: str
    sources: tuple[str, ...] = ()


class LimitKind(StrEnum):
    """What a limit counts; schemas/cni-profile.schema.json says what each means."""

    MATCH_LABELS = "match-labels"
    SELECTORS_PER_RULE = "selectors-per-rule"
    PORTS_PER_PEER = "ports-per-peer"
    POLICIES = "policies"
    ADMIN_POLICY_PRIORITY = "admin-policy-priority"


class Limit(NamedTuple):
    """A number that must not be exceeded (`is_hard`), or is better not."""

    kind: LimitKind
    value: int
    is_hard: bool
    text: str
    sources: tuple[str, ...] = ()

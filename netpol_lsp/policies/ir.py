"""What any policy means, whatever its kind: the form that verdicts and proofs work on.

A policy has a subject (the pods it is about), a tier and an order, and for each direction rules with an action and a
default. Tiers are asked one after the other, and within a tier the policies by their order, then their rules from
first to last: the first rule that matches decides, `pass` hands over to the next tier, and where no rule
matches the default of a policy that selects the pod decides. A connection that no tier decides is allowed.

A NetworkPolicy lowers to the tier `network-policy` with the action allow and the default deny; as all its actions are
the same, the order makes no difference and its rules add up. Each part knows where it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.port_set import PortSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.origin import NOWHERE, Origin

__all__ = [
    "ADMIN_TIER",
    "BASELINE_TIER",
    "NETWORK_POLICY_TIER",
    "NOWHERE",
    "Action",
    "AllOf",
    "AnyOf",
    "Direction",
    "DirectionSemantics",
    "Not",
    "Origin",
    "Peer",
    "PodSet",
    "PolicySemantics",
    "PortTerm",
    "Rule",
    "SelectorTree",
    "Tier",
]


class Action(StrEnum):
    """What a rule does with a connection that it matches; `pass` leaves it to the next tier."""

    ALLOW = "allow"
    DENY = "deny"
    PASS = "pass"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Tier:
    """A level of policies; lower orders are asked first."""

    name: str
    order: float


ADMIN_TIER = Tier("admin", 0)
NETWORK_POLICY_TIER = Tier("network-policy", 1000)
BASELINE_TIER = Tier("baseline", 2000)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Selects what every part selects."""

    parts: tuple[SelectorTree, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Selects what at least one part selects."""

    parts: tuple[SelectorTree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Selects what the part does not select."""

    part: SelectorTree


SelectorTree = LabelSelector | AllOf | AnyOf | Not
"""A boolean form over label requirements; the plain conjunction is a LabelSelector. Proofs of inclusion exist for that one only."""


@dataclass(frozen=True, slots=True)
class PodSet:
    """Pods by namespace and labels.

    `namespaces` selects namespaces by their labels; None means the one namespace called `namespace`, which is None
    itself when no one knows it.
    """

    pods: SelectorTree = EVERYTHING
    namespaces: SelectorTree | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """One item of a rule's peers: pods, or addresses.

    `is_unknown`: it means something else, or more, than is known. `field`, `start` and `end` say where it is written.
    """

    index: int = 0
    pods: PodSet | None = None
    addresses: CidrSet | None = None
    is_unknown: bool = False
    field: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class PortTerm:
    """One item of a rule's ports, and where it is written."""

    ports: PortSet
    field: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a direction.

    `index` counts from 0 in its list, -1 for rules that cannot be read. `peers` None is everyone, `ports` None every
    port. `has_unknown_peers`, `has_unknown_ports`: further items are there that could not be read.
    """

    index: int
    action: Action = Action.ALLOW
    peers: tuple[Peer, ...] | None = None
    ports: tuple[PortTerm, ...] | None = None
    has_unknown_peers: bool = False
    has_unknown_ports: bool = False
    name: str | None = None
    field: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class DirectionSemantics:
    """What a policy says about a direction.

    `applies` None: no one knows whether the policy is about this direction. `default` is for what no rule matches:
    deny (the policy isolates) or pass. `is_listed`: False where the policy does not name the direction, and only the
    network plugin puts its rules into force.
    """

    rules: tuple[Rule, ...] = ()
    default: Action = Action.DENY
    applies: bool | None = True
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class PolicySemantics:
    """What a policy means.

    `namespace` is None for a cluster-wide kind, and where no one knows it. `is_partial`: lines of a template may add
    to, or leave out, any part of it, so that nothing is certain. `origin` is the place of its name.
    """

    kind: str
    namespace: str | None
    name: str | None
    subject: PodSet
    tier: Tier = NETWORK_POLICY_TIER
    order: float = 0
    ingress: DirectionSemantics | None = None
    egress: DirectionSemantics | None = None
    origin: Origin = NOWHERE
    is_partial: bool = False
    is_context: bool = False

    def direction(self, direction: Direction) -> DirectionSemantics | None:
        """What it says about a direction; None when it says nothing."""
        return self.ingress if direction is Direction.INGRESS else self.egress

    def with_direction(self, direction: Direction, semantics: DirectionSemantics) -> PolicySemantics:
        """The policy that says something else about a direction."""
        if direction is Direction.INGRESS:
            return replace(self, ingress=semantics)
        return replace(self, egress=semantics)

    def origin_of(self, part: Rule | Peer | PortTerm) -> Origin:
        """Where a rule, peer or port of this policy is written."""
        return self.origin.at(part.field, part.start, part.end)

    @property
    def title(self) -> str:
        """As in `NetworkPolicy shop/web`."""
        name = self.name or "(without a name)"
        return f"{self.kind} {self.namespace}/{name}" if self.namespace is not None else f"{self.kind} {name}"

"""What a NetworkPolicy means, as facts: whom it selects, which directions it isolates, what its rules allow.

These values hold no nodes, so that they can be kept, compared and written to a cache. Their positions are offsets in
the document, which do not count when they are compared.
Semantics: the Kubernetes documentation, "Network Policies". What a template or a mistake hides is
marked as unknown and never guessed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.port_set import ALL_PORTS, NO_PORTS, PortSet
from netpol_lsp.policies.direction import Direction


@dataclass(frozen=True, slots=True)
class PeerSet:
    """Whom one item of `from` or `to` means: addresses, or pods.

    `index` is the item's place in the list. Pods: `namespaces` None is the policy's own namespace; `pods`
    None is every pod of those namespaces. `is_unknown`: the item allows something else or more than is
    known; selectors that are only partly known say so themselves. `start`, `end`: its place in the document.
    """

    index: int
    pods: LabelSelector | None = None
    namespaces: LabelSelector | None = None
    addresses: CidrSet | None = None
    is_unknown: bool = False
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)


class PortItem(NamedTuple):
    """One item of `ports`; `place` is its place in the list, `start` and `end` that in the document."""

    place: int
    ports: PortSet
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class RuleSemantics:
    """One item of `ingress` or `egress`; `index` is its place in the list.

    `peers` None means everyone. `has_unknown_peers`, `has_unknown_ports`: further items are there that
    could not be read; `ports` and `peers` hold what is known. `port_items` are the items that make up `ports`, none where
    every port is meant. `start`, `end`: its place in the document.
    """

    index: int
    peers: tuple[PeerSet, ...] | None = None
    ports: PortSet = ALL_PORTS
    has_unknown_peers: bool = False
    has_unknown_ports: bool = False
    port_items: tuple[PortItem, ...] = dataclasses.field(default=(), compare=False)
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)

    @property
    def allows_everything(self) -> bool:
        """Whether it is known to allow everyone on every port."""
        return self.peers is None and self.ports.everything


@dataclass(frozen=True, slots=True, weakref_slot=True)
class NetworkPolicySemantics:
    """A NetworkPolicy after the API server's defaults.

    `namespace` is None when neither the manifest nor the configuration names one. `types` are the
    directions it isolates. `is_namespace_unknown`, `has_unknown_types`: a template decides these.
    `is_partial`: lines of a template may add to, or leave out, any part of it, so that nothing is certain.
    `start`, `end`: the place of its name in the document.
    """

    namespace: str | None
    name: str | None
    pod_selector: LabelSelector
    types: frozenset[Direction]
    ingress: tuple[RuleSemantics, ...] = ()
    egress: tuple[RuleSemantics, ...] = ()
    is_namespace_unknown: bool = False
    has_unknown_types: bool = False
    is_partial: bool = False
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)

    def rules(self, direction: Direction) -> tuple[RuleSemantics, ...]:
        """The rules of a direction, whether or not it is isolated."""
        return self.ingress if direction is Direction.INGRESS else self.egress

    @property
    def unknown(self) -> bool:
        """Whether a template, placeholder or mistake hides any part of it."""
        return (
            self.is_partial
            or self.is_namespace_unknown
            or self.has_unknown_types
            or self.pod_selector.is_partial
            or any(_is_unknown_rule(rule) for rule in (*self.ingress, *self.egress))
        )


def _is_unknown_rule(rule: RuleSemantics) -> bool:
    if rule.has_unknown_peers or rule.has_unknown_ports:
        return True
    return any(
        peer.is_unknown
        or (peer.pods is not None and peer.pods.is_partial)
        or (peer.namespaces is not None and peer.namespaces.is_partial)
        for peer in rule.peers or ()
    )


UNKNOWN_RULE = RuleSemantics(-1, (), NO_PORTS, has_unknown_peers=True, has_unknown_ports=True)
"""Stands for rules that cannot be read."""

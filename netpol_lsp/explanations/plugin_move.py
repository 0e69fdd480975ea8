"""What changes in a move from one network plugin to another, in general and for policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Fact, Support
from netpol_lsp.kube.net.address_set import address_set, addresses_of
from netpol_lsp.kube.well_known import PRIVATE_RANGES
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.feature_uses import FeatureUse, feature_uses
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy

_DIRECTIONS = (Capability.INGRESS, Capability.EGRESS)


@dataclass(frozen=True, slots=True)
class FactChange:
    """A capability that differs between two plugins. `is_known`: both sides are known."""

    capability: Capability
    before: Fact
    after: Fact

    @property
    def is_known(self) -> bool:
        """Whether something is known of both."""
        return Support.UNKNOWN not in (self.before.support, self.after.support)


@dataclass(frozen=True, slots=True)
class UseChange:
    """A place of a policy that means something else after the move. `is_sure`: yes on one side and no on the other."""

    use: FeatureUse
    before: Fact
    after: Fact

    @property
    def is_sure(self) -> bool:
        """Whether it surely changes; else it may, under a condition that a fact names."""
        return {self.before.support, self.after.support} <= {Support.YES, Support.NO}


def fact_changes(before: Capabilities, after: Capabilities) -> list[FactChange]:
    """The capabilities that differ, or that only one side is known of; where a side enforces nothing, only that."""
    is_moot = before.enforces_nothing or after.enforces_nothing
    pairs = ((one, before.fact(one), after.fact(one)) for one in (_DIRECTIONS if is_moot else tuple(Capability)))
    return [FactChange(one, old, new) for one, old, new in pairs if not _is_equal(old, new)]


def use_changes(
    policy: NetworkPolicy, before: Capabilities, after: Capabilities, pod_cidrs: tuple[str, ...] = ()
) -> list[UseChange]:
    """The places of a policy that mean something else; nothing follows from what is unknown on one side.

    Where a direction begins or ceases to be enforced, that stands for all that is in it.
    """
    changes: list[UseChange] = []
    moved: set[Direction | None] = set()
    for use in (*feature_uses(policy), *_pod_blocks(policy, pod_cidrs)):
        old, new = before.fact(use.capability), after.fact(use.capability)
        if Support.UNKNOWN in (old.support, new.support) or _is_equal(old, new):
            continue
        if use.capability in _DIRECTIONS:
            moved.add(use.direction)
        elif use.direction in moved or _is_open(before, after, use.direction):
            continue
        changes.append(UseChange(use, old, new))
    return changes


def _is_equal(old: Fact, new: Fact) -> bool:
    if old.support is not new.support:
        return False
    return old.support is Support.YES or (old.effect is new.effect and old.support is not Support.PARTIAL)


def _is_open(before: Capabilities, after: Capabilities, direction: Direction | None) -> bool:
    """Whether a direction is enforced on neither side."""
    if direction is None:
        return False
    return all(side.enforces(direction.value).support is Support.NO for side in (before, after))


def _pod_blocks(policy: NetworkPolicy, pod_cidrs: tuple[str, ...]) -> Iterator[FeatureUse]:
    """The ipBlocks that hold addresses of pods, or may: where the ranges of pods are not known, private addresses."""
    pods = addresses_of(pod_cidrs or PRIVATE_RANGES)
    for direction in DIRECTIONS:
        if direction not in policy.effective_types:
            continue
        for rule in policy.rules(direction):
            for peer in rule.peers:
                cidr = peer.ip_block.cidr if peer.ip_block is not None else None
                block = address_set(cidr.value) if cidr is not None and cidr.value else None
                if cidr is not None and block is not None and block.intersects(pods):
                    subject = f"`ipBlock` `{cidr.value}`, for pods in it"
                    yield FeatureUse(Capability.IP_BLOCK_MATCHES_PODS, cidr.span, subject, direction)

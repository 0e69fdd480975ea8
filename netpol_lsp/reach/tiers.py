"""What the policies of all tiers make of a connection on one side, three-valued.

Of each port (or each port of each peer) it is asked what may become of it: allowed, denied, or left to the next tier.
What may only be allowed is allowed, what may only be denied is denied, the rest is unknown. The same steps work on any
kind of set: on traffic for one pair of pods, and on bits for all pairs at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from netpol_lsp.kube.net import intervals
from netpol_lsp.policies.ir import Action
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic

S = TypeVar("S")


class Algebra(Protocol[S]):
    """Sets of some kind."""

    @property
    def everything(self) -> S:
        """The full set."""

    @property
    def nothing(self) -> S:
        """The empty set."""

    def union(self, left: S, right: S, /) -> S:
        """What is in either."""

    def intersection(self, left: S, right: S, /) -> S:
        """What is in both."""

    def difference(self, left: S, right: S, /) -> S:
        """What is in the first alone."""


class TrafficAlgebra:
    """Sets of traffic."""

    everything: Traffic = EVERYTHING
    nothing: Traffic = NOTHING
    union = staticmethod(intervals.union)
    intersection = staticmethod(intervals.intersection)
    difference = staticmethod(intervals.difference)


@dataclass(frozen=True, slots=True)
class BitsAlgebra:
    """Sets as the bits of integers."""

    everything: int
    nothing: int = 0

    def union(self, left: int, right: int, /) -> int:
        """What is in either."""
        return left | right

    def intersection(self, left: int, right: int, /) -> int:
        """What is in both."""
        return left & right

    def difference(self, left: int, right: int, /) -> int:
        """What is in the first alone."""
        return left & ~right


TRAFFIC = TrafficAlgebra()


@dataclass(frozen=True, slots=True)
class PolicyMatch(Generic[S]):
    """A policy that selects the pod, surely or perhaps, and what its rules match.

    `rules` are (action, what is surely matched, what may be matched) from first to last. `is_opaque`: any rule may be
    missing or added.
    """

    is_sure: bool
    default: Action
    rules: Sequence[tuple[Action, S, S]]
    is_opaque: bool = False


@dataclass(frozen=True, slots=True)
class Outcome(Generic[S]):
    """What may become of everything in a tier."""

    allow: S
    deny: S
    passed: S


def decide(algebra: Algebra[S], tiers: Iterable[Sequence[PolicyMatch[S]]]) -> tuple[S, S]:
    """What is surely allowed, and what may be, by tiers from first to last."""
    union, intersection = algebra.union, algebra.intersection
    may = may_not = algebra.nothing
    open_ = algebra.everything
    for matches in tiers:
        outcome = in_tier(algebra, matches)
        may = union(may, intersection(open_, outcome.allow))
        may_not = union(may_not, intersection(open_, outcome.deny))
        open_ = intersection(open_, outcome.passed)
        if not open_:
            break
    may = union(may, open_)
    return algebra.difference(may, may_not), may


def in_tier(algebra: Algebra[S], matches: Sequence[PolicyMatch[S]]) -> Outcome[S]:
    """What one tier does."""
    if not matches:
        return Outcome(algebra.nothing, algebra.nothing, algebra.everything)
    if all(match.default is Action.DENY and _only_allows(match) for match in matches):
        return _additive(algebra, matches)
    return _ordered(algebra, matches)


def _only_allows(match: PolicyMatch[S]) -> bool:
    return all(action is Action.ALLOW for action, _, _ in match.rules)


def _additive(algebra: Algebra[S], matches: Sequence[PolicyMatch[S]]) -> Outcome[S]:
    """Policies that isolate and allow: their order makes no difference.

    While none surely isolates, each one that may do so has to allow by itself.
    """
    sure = may = algebra.nothing
    each = algebra.everything
    is_isolated = False
    for match in matches:
        own_sure, own_may = _union(algebra, match)
        may = algebra.union(may, own_may)
        if match.is_sure:
            is_isolated = True
            sure = algebra.union(sure, own_sure)
        else:
            each = algebra.intersection(each, own_sure)
    everything = algebra.everything
    if is_isolated:
        return Outcome(may, algebra.difference(everything, sure), algebra.nothing)
    return Outcome(may, algebra.difference(everything, each), everything)


def _union(algebra: Algebra[S], match: PolicyMatch[S]) -> tuple[S, S]:
    sure = may = algebra.nothing
    if match.is_opaque:
        return sure, algebra.everything
    for _, one, other in match.rules:
        sure = algebra.union(sure, one)
        may = algebra.union(may, other)
    return sure, may


def _ordered(algebra: Algebra[S], matches: Sequence[PolicyMatch[S]]) -> Outcome[S]:
    """The first rule that matches decides."""
    union, nothing, everything = algebra.union, algebra.nothing, algebra.everything
    found: dict[Action, S] = dict.fromkeys(Action, nothing)
    open_ = everything
    for match in matches:
        if match.is_opaque:
            return Outcome(everything, everything, everything)
        for action, sure, may in match.rules:
            found[action] = union(found[action], algebra.intersection(open_, may))
            if match.is_sure:
                open_ = algebra.difference(open_, sure)
    for match in matches:
        if match.default is not Action.PASS:
            found[match.default] = union(found[match.default], open_)
            if match.is_sure:
                open_ = nothing
    return Outcome(found[Action.ALLOW], found[Action.DENY], union(found[Action.PASS], open_))

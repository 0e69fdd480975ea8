"""What the policies of all tiers make of a connection on one side, in the three values of traffic.

Of each port it is asked what may become of it: allowed, denied, or left to the next tier. What may only be allowed is
allowed, what may only be denied is denied, the rest is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netpol_lsp.kube.net import intervals
from netpol_lsp.policies.ir import Action
from netpol_lsp.reach.compiled import Possible
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, Traffic, complement


@dataclass(frozen=True, slots=True)
class PolicyMatch:
    """A policy that selects the pod, surely or perhaps, and what its rules match of the connection.

    `rules` are (action, traffic) from first to last. `is_opaque`: any rule may be missing or added.
    """

    is_sure: bool
    default: Action
    rules: Sequence[tuple[Action, Possible]]
    is_opaque: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What may become of the traffic in a tier."""

    allow: Traffic = NOTHING
    deny: Traffic = NOTHING
    passed: Traffic = EVERYTHING


def decide(tiers: Iterable[Sequence[PolicyMatch]]) -> Possible:
    """The traffic that is surely allowed and that may be, by tiers from first to last."""
    may: Traffic = NOTHING
    may_not: Traffic = NOTHING
    open_: Traffic = EVERYTHING
    for matches in tiers:
        outcome = in_tier(matches)
        may = intervals.union(may, intervals.intersection(open_, outcome.allow))
        may_not = intervals.union(may_not, intervals.intersection(open_, outcome.deny))
        open_ = intervals.intersection(open_, outcome.passed)
        if not open_:
            break
    may = intervals.union(may, open_)
    return intervals.difference(may, may_not), may


def in_tier(matches: Sequence[PolicyMatch]) -> Outcome:
    """What one tier does."""
    if not matches:
        return Outcome()
    if all(match.default is Action.DENY and _only_allows(match) for match in matches):
        return _additive(matches)
    return _ordered(matches)


def _only_allows(match: PolicyMatch) -> bool:
    return all(action is Action.ALLOW for action, _ in match.rules)


def _additive(matches: Sequence[PolicyMatch]) -> Outcome:
    """Policies that isolate and allow: their order makes no difference.

    While none surely isolates, each one that may do so has to allow the traffic by itself.
    """
    sure: Traffic = NOTHING
    may: Traffic = NOTHING
    each: Traffic = EVERYTHING
    is_isolated = False
    for match in matches:
        own_sure, own_may = _union(match)
        may = intervals.union(may, own_may)
        if match.is_sure:
            is_isolated = True
            sure = intervals.union(sure, own_sure)
        else:
            each = intervals.intersection(each, own_sure)
    if is_isolated:
        return Outcome(may, complement(sure), NOTHING)
    return Outcome(may, complement(each), EVERYTHING)


def _union(match: PolicyMatch) -> Possible:
    if match.is_opaque:
        return NOTHING, EVERYTHING
    sure: Traffic = NOTHING
    may: Traffic = NOTHING
    for _, (one, other) in match.rules:
        sure = intervals.union(sure, one)
        may = intervals.union(may, other)
    return sure, may


def _ordered(matches: Sequence[PolicyMatch]) -> Outcome:
    """The first rule that matches decides."""
    found: dict[Action, Traffic] = dict.fromkeys(Action, NOTHING)
    open_: Traffic = EVERYTHING
    for match in matches:
        if match.is_opaque:
            return Outcome(EVERYTHING, EVERYTHING, EVERYTHING)
        for action, (sure, may) in match.rules:
            found[action] = intervals.union(found[action], intervals.intersection(open_, may))
            if match.is_sure:
                open_ = intervals.difference(open_, sure)
    for match in matches:
        if match.default is not Action.PASS:
            found[match.default] = intervals.union(found[match.default], open_)
            if match.is_sure:
                open_ = NOTHING
    return Outcome(found[Action.ALLOW], found[Action.DENY], intervals.union(found[Action.PASS], open_))

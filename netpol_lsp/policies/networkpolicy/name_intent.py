"""What a policy's name or description claims: that it allows, or that it denies, and in which direction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[a-z0-9]+")
_ALLOW = _set("allow allows allowed permit permits permitted accept accepts")
_DENY = _set(
    "deny denies denied block blocks blocked reject rejects forbid forbids prohibit disallow disallows disallowed "
    "isolate isolates isolated isolation lockdown quarantine drop"
)
# With one of these, a name says more than a glance at its words can tell.
_UNCLEAR = _set("no not non none nothing never except unless but only without")
_DIRECTIONS = {
    "ingress": Direction.INGRESS,
    "inbound": Direction.INGRESS,
    "incoming": Direction.INGRESS,
    "egress": Direction.EGRESS,
    "outbound": Direction.EGRESS,
    "outgoing": Direction.EGRESS,
}
_EVERYTHING = _set("all any everything everyone")
# A policy without rules that is called so does what it says, whether or not the word "deny" is in its name.
_RESTRICTIVE = _set("restrict restricts restricted restrictive strict")
_BASELINE = _set("default baseline") | _RESTRICTIVE
_NAMESPACE = frozenset({"namespace", "namespaces", "ns"})
# Written by tools, and full of names of other things.
_NO_DESCRIPTION = ("last-applied-configuration", "checksum", "hash")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a text claims. `allows` and `denies` are both False where it says neither, or both, or something unclear.

    `directions` are those it names; `is_total`: it says "all"; `is_baseline`: it is a default or the like;
    `is_restrictive`: it says that it restricts; `is_namespaced`: it speaks of a namespace.
    """

    allows: bool = False
    denies: bool = False
    directions: frozenset[Direction] = frozenset()
    is_total: bool = False
    is_baseline: bool = False
    is_namespaced: bool = False
    is_restrictive: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it speaks of everything in a namespace rather than of some pods."""
        return self.is_total or self.is_baseline or self.is_namespaced

    def concerns(self, direction: Direction) -> bool:
        """Whether it speaks of a direction: it names this one, or none."""
        return not self.directions or direction in self.directions


@lru_cache(maxsize=1024)
def claim_of(text: str) -> Claim:
    """The claim of a name or description."""
    words = set(_WORD.findall(text.lower()))
    is_clear = not words & _UNCLEAR
    allows, denies = bool(words & _ALLOW), bool(words & _DENY)
    return Claim(
        allows=is_clear and allows and not denies,
        denies=is_clear and denies and not allows,
        directions=frozenset(_DIRECTIONS[word] for word in words & _DIRECTIONS.keys()),
        is_total=bool(words & _EVERYTHING),
        is_baseline=bool(words & _BASELINE),
        is_namespaced=bool(words & _NAMESPACE),
        is_restrictive=is_clear and not allows and bool(words & _RESTRICTIVE),
    )


def intent_of_name(kube_object: KubeObject) -> Claim:
    """The claim of an object's name."""
    return claim_of(kube_object.name or "")


def is_denied(policy: NetworkPolicy, direction: Direction) -> bool:
    """Whether a policy isolates a direction and surely has no rule for it."""
    rules = policy.rules_field(direction)
    return direction in policy.effective_types and (
        rules is None or rules.is_null or (rules.value is not None and not rules.value)
    )


def is_named_denial(policy: NetworkPolicy) -> bool:
    """Whether a policy denies everything in its directions, and is called so: a default deny that is meant."""
    claim = intent_of_name(policy.object)
    return (claim.denies or claim.is_baseline) and all(is_denied(policy, one) for one in policy.effective_types)


def is_silent_claim(policy: NetworkPolicy) -> bool:
    """Whether the name says allow (not "all"), and no rule is written in any direction that is isolated."""
    claim = intent_of_name(policy.object)
    return (
        claim.allows and not claim.is_total and all(policy.rules_field(one) is None for one in policy.effective_types)
    )


def annotation_that_allows(kube_object: KubeObject, direction: Direction) -> str | None:
    """The key of an annotation whose text says that traffic of this very direction is allowed, or None."""
    for key, field in kube_object.annotations.items():
        if field.value is None or any(part in key for part in _NO_DESCRIPTION):
            continue
        claim = claim_of(field.value)
        if claim.allows and direction in claim.directions:
            return key
    return None

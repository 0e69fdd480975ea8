"""Signs of the cluster's network plugin and platform in manifests, and what they say together.

One hint is no proof: `decide` weighs all of a workspace and says nothing where they contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class HintKind(StrEnum):
    """What a hint is about."""

    CNI = "cni"
    PLATFORM = "platform"
    SWITCHED_ON = "switched-on"
    """The network plugin of this name, which enforces only when someone says so, is told to."""


@dataclass(frozen=True, slots=True)
class PlatformHint:
    """A sign of a network plugin (`value` is a profile's name, with a version where one is written) or of a platform.

    `what` names the object for people; `uri` and `line` (from 1) are its place.
    """

    kind: HintKind
    value: str
    what: str
    uri: str = ""
    line: int = 1

    @property
    def name(self) -> str:
        """The name without the version."""
        return self.value.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Detected:
    """What all hints together say, each with the hint to show for it; None where they say nothing or contradict each other."""

    cni: PlatformHint | None = None
    platform: PlatformHint | None = None
    switched_on: frozenset[str] = frozenset()


NOTHING = Detected()
_ENFORCE_NOTHING = frozenset({"flannel", "aws-vpc-cni", "eks-auto", "kindnet"})
"""What only moves packets, or need not do more: another plugin beside it enforces the policies."""


def decide(hints: Iterable[PlatformHint]) -> Detected:
    """What all hints together say.

    A plugin that enforces wins over one that only moves packets; Flannel beside Calico is Canal. Two plugins that both
    enforce, or two platforms, are a contradiction, as in a repository for several clusters.
    """
    known = sorted(set(hints), key=lambda hint: (hint.uri, hint.line, hint.value))
    switched_on = frozenset(hint.name for hint in known if hint.kind is HintKind.SWITCHED_ON)
    plugins = [hint for hint in known if hint.kind is HintKind.CNI]
    platforms = [hint for hint in known if hint.kind is HintKind.PLATFORM]
    is_one_platform = len({hint.value for hint in platforms}) == 1
    return Detected(_decide_cni(plugins), platforms[0] if is_one_platform else None, switched_on)


def _decide_cni(hints: list[PlatformHint]) -> PlatformHint | None:
    names = {hint.name for hint in hints}
    if names == {"flannel", "calico"}:
        first = next(hint for hint in hints if hint.name == "calico")
        return PlatformHint(HintKind.CNI, "canal", f"{first.what} beside Flannel", first.uri, first.line)
    if names == {"aws-vpc-cni", "eks-auto"}:
        # The switch is called after the plugin on both.
        names, hints = {"eks-auto"}, [hint for hint in hints if hint.name == "eks-auto"]
    if names == {"flannel", "kube-network-policies"}:
        names, hints = {"flannel-netpol"}, [_renamed(hints[0], "flannel-netpol")]
    enforcing = names - _ENFORCE_NOTHING
    chosen = enforcing or names
    if len(chosen) != 1:
        return None
    mine = [hint for hint in hints if hint.name in chosen]
    versions = {hint.value for hint in mine if "@" in hint.value}
    first = mine[0]
    if len(versions) == 1:
        return next(hint for hint in mine if hint.value in versions)
    return _renamed(first, first.name)


def _renamed(hint: PlatformHint, value: str) -> PlatformHint:
    return PlatformHint(hint.kind, value, hint.what, hint.uri, hint.line)

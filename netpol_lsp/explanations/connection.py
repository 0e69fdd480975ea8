"""A verdict and its reasons in plain English."""

from __future__ import annotations

from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.query import End
from netpol_lsp.reach.traffic import describe
from netpol_lsp.reach.why import Effect, Explanation, Reason, Segment, SideReasons
from netpol_lsp.workspace.ternary import Ternary

VERDICTS = {Ternary.YES: "allow", Ternary.NO: "deny", Ternary.UNKNOWN: "unknown"}
_ENDS = {Direction.EGRESS: "send", Direction.INGRESS: "receive"}
_MANY = 3


def end_title(end: End) -> str:
    """As in `shop/web[Deployment]`, `203.0.113.9`, `10.0.0.0/8 and 2 more ranges`, `the world`."""
    return end.title if isinstance(end, Workload) else addresses_title(end)


def addresses_title(addresses: CidrSet) -> str:
    """A set of addresses in a few words."""
    if addresses == EVERY_ADDRESS:
        return "every address"
    ranges = [item.removesuffix("/32") if ":" not in item else item.removesuffix("/128") for item in addresses.cidrs()]
    if len(ranges) <= _MANY:
        return ", ".join(ranges)
    missing = EVERY_ADDRESS.difference(addresses).cidrs()
    if len(missing) <= _MANY:
        return f"every address but {', '.join(missing)}"
    return f"{', '.join(ranges[:2])} and {len(ranges) - 2} more ranges"


def side_sentence(side: SideReasons) -> str:
    """What one side says, without its reasons."""
    who = side.workload.title
    direction = side.direction.value.lower()
    if side.is_default and not side.is_enforced:
        return f"the network plugin enforces no {direction} rules"
    if side.is_default:
        return f"no policy restricts the {direction} of {who}"
    every = {id(reason.policy) for reason in side.reasons}
    surely = {id(reason.policy) for reason in side.reasons if reason.is_certain}
    if side.answer is Ternary.YES:
        count, more = len(surely) or len(every), len(every - surely) if surely else 0
        return f"{_policies(count)} of {who} allow{'s' if count == 1 else ''} it" + (
            f", and perhaps {more} more" if more else ""
        )
    count = len(every)
    policies = _policies(count)
    if side.answer is Ternary.NO:
        return f"{policies} restrict{'s' if count == 1 else ''} the {direction} of {who}, and none allows it"
    return f"whether {who} may {_ENDS[side.direction]} it is not known"


def _policies(count: int) -> str:
    return f"{count} polic{'y' if count == 1 else 'ies'}"


def reason_sentence(reason: Reason) -> str:
    """What one policy does, as a sentence."""
    rule = f"rule {reason.rule.name or reason.rule.index + 1}" if reason.rule is not None else "a rule"
    text = {
        Effect.ALLOWS: f"{rule} allows it",
        Effect.DENIES: f"{rule} denies it",
        Effect.PASSES: f"{rule} leaves it to the next tier",
        Effect.PEER_NOT_SELECTED: "no rule matches the other end",
        Effect.NO_RULES: "it has no rule in this direction",
        Effect.PORTS_DIFFER: f"{rule} matches the other end, but not this port",
        Effect.NAMED_PORT_UNKNOWN: f"{rule} matches the other end, but only on a named port that the destination does not declare",
    }[reason.effect]
    return f"{reason.policy.title}: {text}" + ("" if reason.is_certain else ", perhaps")


def segment_title(explanation: Explanation, segment: Segment) -> str:
    """As in `deny: shop/web[Deployment] -> shop/db[Deployment], TCP 5432`."""
    ends = f"{end_title(explanation.source)} -> {end_title(explanation.destination)}"
    return f"{VERDICTS[segment.answer]}: {ends}, {describe(segment.traffic)}"

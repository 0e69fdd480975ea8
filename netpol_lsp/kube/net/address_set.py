"""Sets of addresses, with exact arithmetic and proofs of inclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, summarize_address_range

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.cidr import CidrProblem, parse_cidr
from netpol_lsp.kube.net.intervals import Intervals


@dataclass(frozen=True, slots=True)
class CidrSet:
    """A set of IP addresses: disjoint intervals of numbers, IPv4 and IPv6 apart. Equal sets are equal values."""

    v4: Intervals = ()
    v6: Intervals = ()

    @property
    def is_empty(self) -> bool:
        """Whether no address is in it."""
        return not self.v4 and not self.v6

    def covers(self, other: CidrSet) -> bool:
        """Whether every address of `other` is in this set."""
        return intervals.covers(self.v4, other.v4) and intervals.covers(self.v6, other.v6)

    def intersects(self, other: CidrSet) -> bool:
        """Whether some address is in both."""
        return intervals.intersects(self.v4, other.v4) or intervals.intersects(self.v6, other.v6)

    def union(self, other: CidrSet) -> CidrSet:
        """Addresses of either."""
        return CidrSet(intervals.union(self.v4, other.v4), intervals.union(self.v6, other.v6))

    def intersection(self, other: CidrSet) -> CidrSet:
        """Addresses of both."""
        return CidrSet(intervals.intersection(self.v4, other.v4), intervals.intersection(self.v6, other.v6))

    def difference(self, other: CidrSet) -> CidrSet:
        """Addresses of this set that are not in `other`."""
        return CidrSet(intervals.difference(self.v4, other.v4), intervals.difference(self.v6, other.v6))

    def cidrs(self) -> tuple[str, ...]:
        """The fewest canonical CIDR blocks that make up the set, IPv4 first."""
        blocks4 = (str(n) for a, b in self.v4 for n in summarize_address_range(IPv4Address(a), IPv4Address(b)))
        blocks6 = (str(n) for a, b in self.v6 for n in summarize_address_range(IPv6Address(a), IPv6Address(b)))
        return (*blocks4, *blocks6)


NO_ADDRESSES = CidrSet()
EVERY_ADDRESS = CidrSet(v4=((0, 2**32 - 1),), v6=((0, 2**128 - 1),))


@lru_cache(maxsize=4096)
def address_set(cidr: str, excepts: tuple[str, ...] = ()) -> CidrSet | None:
    """The addresses of an ipBlock; None when one of the texts is no CIDR block."""
    block = _one_block(cidr)
    for text in excepts:
        hole = _one_block(text)
        if block is None or hole is None:
            return None
        block = block.difference(hole)
    return block


def addresses_of(cidrs: Iterable[str]) -> CidrSet:
    """The addresses of all these blocks; a text that is not one adds none."""
    result = NO_ADDRESSES
    for cidr in cidrs:
        result = result.union(address_set(cidr) or NO_ADDRESSES)
    return result


def _one_block(text: str) -> CidrSet | None:
    parsed = parse_cidr(text)
    if isinstance(parsed, CidrProblem):
        return None
    block = ((parsed.first, parsed.last),)
    return CidrSet(v4=block) if parsed.family == 4 else CidrSet(v6=block)

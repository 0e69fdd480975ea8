"""Reads CIDR blocks as Kubernetes does, in the old forgiving form and with what the strict form minds.

Follows ParseCIDRSloppy of k8s.io/utils/net (a fork of Go's net.ParseCIDR that still takes leading zeros)
and, for the strict form, IsValidCIDRForLegacyField and GetWarningsForCIDR of
k8s.io/apimachinery/pkg/util/validation/ip.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

_DECIMAL = re.compile(r"[0-9]+\Z")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+\Z")
_NETMASK = re.compile(r"[0-9]+(?:\.[0-9]+){3}\Z")
_LEADING_ZERO = re.compile(r"(?<![0-9])0[0-9]")
_MAPPED_PREFIX = 0xFFFF << 32
_LARGEST_GO_NUMBER = 0xFFFFFF
"""Go's parser gives up on larger numbers, however many zeros stand before them."""


class CidrReason(StrEnum):
    """Why a text is no CIDR block, in words that follow "`x` "."""

    EMPTY = "is empty"
    NO_PREFIX = "has no prefix length"
    NETMASK = "has a netmask where the prefix length belongs"
    PREFIX_TOO_LONG = "has a prefix length above that of a single address"
    BAD_PREFIX = "has a prefix length that is not a plain number"
    BLANK = "has a blank in it"
    ZONE = "has an IPv6 zone, which no CIDR block may have"
    TOO_FEW_OCTETS = "has fewer than four octets"
    BAD_ADDRESS = "does not start with an IP address"


@dataclass(frozen=True, slots=True)
class CidrProblem:
    """A text that no version of Kubernetes takes. `suggestion` is the CIDR block that was surely meant, or None."""

    text: str
    reason: CidrReason
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Cidr:
    """A CIDR block that Kubernetes took before version 1.36.

    `family` is 4 or 6, `network` and `prefix` the block as Go understands it: an IPv4-mapped block with a
    prefix length from 96 on is an IPv4 block. `address` is the address as written, host bits included;
    `written_prefix` the number behind the slash. `canonical` is the block in the form that every version
    takes without a warning; `single` is the one address in that form.
    `host_bits`, `leading_zeros` and `ipv4_mapped` are refused from 1.36 on; `non_canonical_ipv6` only warns.
    """

    text: str
    family: int
    network: int
    prefix: int
    address: int
    written_prefix: int
    canonical: str
    single: str
    host_bits: bool
    leading_zeros: bool
    ipv4_mapped: bool
    non_canonical_ipv6: bool

    @property
    def is_strict(self) -> bool:
        """Whether Kubernetes takes it from 1.36 on."""
        return not (self.host_bits or self.leading_zeros or self.ipv4_mapped)

    @property
    def first(self) -> int:
        """The lowest address of the block."""
        return self.network

    @property
    def last(self) -> int:
        """The highest address of the block."""
        return self.network | ((1 << (address_bits(self.family) - self.prefix)) - 1)

    @property
    def is_any(self) -> bool:
        """Whether it is every address of its family."""
        return self.prefix == 0


def address_bits(family: int) -> int:
    """How long an address of the family is: 32 or 128."""
    return 32 if family == 4 else 128


@lru_cache(maxsize=4096)
def parse_cidr(text: str) -> Cidr | CidrProblem:
    """Read a CIDR block; a problem when every version of Kubernetes refuses the text."""
    written, slash, prefix_text = text.partition("/")
    address = _parse_address(written)
    if not slash or address is None or not _DECIMAL.match(prefix_text):
        return _problem(text, written, prefix_text if slash else None)
    number, bits = address
    if int(prefix_text) > bits:
        return CidrProblem(text, CidrReason.PREFIX_TOO_LONG)
    return _cidr(text, written, number, bits, int(prefix_text))


def parse_address(text: str) -> tuple[int, int] | None:
    """A single IP address as (family, number), or None; IPv4-mapped ones are IPv4."""
    parsed = _parse_address(text)
    if parsed is None:
        return None
    number, bits = parsed
    if bits == 32:
        return 4, number
    return (4, number & 0xFFFFFFFF) if _is_mapped(number) else (6, number)


def format_address(family: int, number: int) -> str:
    """An address in its canonical form (RFC 5952 for IPv6)."""
    return str(IPv4Address(number)) if family == 4 else _format_ipv6(number)


def is_strict_subset(block: Cidr, excluded: Cidr) -> bool:
    """Whether the API server takes `excluded` as an except of `block`.

    As in ValidateIPBlock: the network address lies inside and the written prefix length is longer. The
    written one counts even for an IPv4-mapped block, so `::ffff:10.0.0.0/104` passes inside `10.0.0.0/8`.
    """
    inside = block.family == excluded.family and block.first <= excluded.network <= block.last
    return inside and block.written_prefix < excluded.written_prefix


def _cidr(text: str, written: str, number: int, bits: int, prefix: int) -> Cidr:
    network = number >> (bits - prefix) << (bits - prefix)
    mapped = bits == 128 and _is_mapped(number)
    leading_zeros = _has_leading_zeros(written, text[len(written) + 1 :])
    host_bits = network != number
    family, net, length = (4 if bits == 32 else 6), network, prefix
    if bits == 128 and _is_mapped(network):
        family, net, length = 4, network & 0xFFFFFFFF, prefix - 96
    canonical = f"{format_address(family, net)}/{length}"
    address = (number & 0xFFFFFFFF) if mapped else number
    return Cidr(
        text=text,
        family=family,
        network=net,
        prefix=length,
        address=address,
        written_prefix=prefix,
        canonical=canonical,
        single=f"{format_address(4, address)}/32" if mapped or bits == 32 else f"{format_address(6, address)}/128",
        host_bits=host_bits,
        leading_zeros=leading_zeros,
        ipv4_mapped=mapped,
        non_canonical_ipv6=bits == 128 and not (host_bits or leading_zeros or mapped) and canonical != text,
    )


def _parse_address(text: str) -> tuple[int, int] | None:
    """The number and its length in bits: 32, or 128 for anything written with colons."""
    if ":" in text:
        number = _parse_ipv6(text)
        return None if number is None else (number, 128)
    number = _parse_ipv4(text)
    return None if number is None else (number, 32)


def _parse_ipv4(text: str) -> int | None:
    octets = text.split(".")
    if len(octets) != 4:
        return None
    number = 0
    for octet in octets:
        if not _DECIMAL.match(octet) or int(octet) > 255:
            return None
        number = number << 8 | int(octet)
    return number


def _parse_ipv6(text: str) -> int | None:
    head, ellipsis, tail = text.partition("::")
    front = _parse_groups(head, may_end_in_ipv4=not ellipsis)
    back = _parse_groups(tail, may_end_in_ipv4=True)
    if front is None or back is None:
        return None
    missing = 8 - len(front) - len(back)
    if missing < 1 if ellipsis else missing != 0:
        return None
    number = 0
    for group in (*front, *([0] * missing), *back):
        number = number << 16 | group
    return number


def _parse_groups(text: str, *, may_end_in_ipv4: bool) -> list[int] | None:
    if not text:
        return []
    groups: list[int] = []
    parts = text.split(":")
    for index, part in enumerate(parts):
        if may_end_in_ipv4 and "." in part and index == len(parts) - 1:
            embedded = _parse_ipv4(part)
            if embedded is None:
                return None
            groups += (embedded >> 16, embedded & 0xFFFF)
        elif _HEXADECIMAL.match(part) and int(part, 16) <= 0xFFFF:
            groups.append(int(part, 16))
        else:
            return None
    return groups


def _has_leading_zeros(written: str, prefix_text: str) -> bool:
    """Whether Go's netip refuses what the old parser takes: `010`, `/08`, groups of more than four digits."""
    if len(prefix_text) > 1 and prefix_text[0] == "0":
        return True
    if ":" not in written:
        return _LEADING_ZERO.search(written) is not None
    groups, _, last = written.rpartition(":")
    if "." in last:
        return _LEADING_ZERO.search(last) is not None or any(len(group) > 4 for group in groups.split(":"))
    return any(len(group) > 4 for group in written.split(":"))


def _is_mapped(number: int) -> bool:
    return number >> 32 == 0xFFFF


def _format_ipv6(number: int) -> str:
    """RFC 5952; newer Pythons would write IPv4-mapped addresses in a mixed form, as Go's netip does."""
    if _is_mapped(number):
        return f"::ffff:{IPv4Address(number & 0xFFFFFFFF)}"
    return IPv6Address(number).compressed


def _problem(text: str, written: str, prefix_text: str | None) -> CidrProblem:
    if not text:
        return CidrProblem(text, CidrReason.EMPTY)
    squeezed = "".join(text.split())
    if squeezed != text:
        meant = parse_cidr(squeezed)
        return CidrProblem(text, CidrReason.BLANK, meant.canonical if isinstance(meant, Cidr) else None)
    if "%" in written:
        return CidrProblem(text, CidrReason.ZONE, _with_prefix(written.partition("%")[0], prefix_text))
    address = _parse_address(written)
    if address is None:
        few = re.match(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}\.?\Z", written)
        return CidrProblem(text, CidrReason.TOO_FEW_OCTETS if few else CidrReason.BAD_ADDRESS)
    if prefix_text is None or prefix_text == "":
        return CidrProblem(text, CidrReason.NO_PREFIX, _with_prefix(written, str(address[1])))
    if _NETMASK.match(prefix_text):
        return CidrProblem(text, CidrReason.NETMASK, _with_netmask(written, prefix_text))
    return CidrProblem(text, CidrReason.BAD_PREFIX, _with_prefix(written, prefix_text.removeprefix("+")))


def _with_prefix(written: str, prefix_text: str | None) -> str | None:
    if prefix_text is None:
        return None
    meant = parse_cidr(f"{written}/{prefix_text}")
    return meant.canonical if isinstance(meant, Cidr) else None


def _with_netmask(written: str, netmask: str) -> str | None:
    mask = _parse_ipv4(netmask)
    if mask is None:
        return None
    hosts = ~mask & 0xFFFFFFFF
    return _with_prefix(written, str(32 - hosts.bit_length())) if hosts & (hosts + 1) == 0 else None

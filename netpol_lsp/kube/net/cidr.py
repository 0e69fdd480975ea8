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

from netpol_lsp.kube.net.address import (
    address_bits,
    format_address,
    is_mapped,
    parse_ipv4,
    parse_number,
    parse_written,
)

_DECIMAL = re.compile(r"[0-9]+\Z")
_NETMASK = re.compile(r"[0-9]+(?:\.[0-9]+){3}\Z")
_LEADING_ZERO = re.compile(r"(?<![0-9])0[0-9]")
_RANGE = re.compile(r"([0-9]+(?:\.[0-9]+){3})-([0-9]+(?:\.[0-9]+){3})\Z")
_SHORT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}\.?\Z")


class CidrReason(StrEnum):
    """Why a text is no CIDR block, in words that follow "`x` "."""

    EMPTY = "is empty"
    NO_PREFIX = "has no prefix length"
    NETMASK = "has a netmask where the prefix length belongs"
    PREFIX_TOO_LONG = "has a prefix length above that of a single address"
    BAD_PREFIX = "has a prefix length that is not a plain number"
    BLANK = "contains a space"
    RANGE = "is a range of addresses"
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
    `written_prefix` the number after the slash. `canonical` is the block in the form that every version
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


@lru_cache(maxsize=4096)
def parse_cidr(text: str) -> Cidr | CidrProblem:
    """Read a CIDR block; a problem when every version of Kubernetes refuses the text."""
    written, slash, prefix_text = text.partition("/")
    address = parse_written(written)
    if not slash or address is None or not _DECIMAL.match(prefix_text):
        return _problem(text, written, prefix_text if slash else None)
    prefix = parse_number(prefix_text, 10)
    number, bits = address
    if prefix is None or prefix > bits:
        return CidrProblem(text, CidrReason.PREFIX_TOO_LONG)
    return _cidr(text, written, number, bits, prefix)


def is_strict_subset(block: Cidr, excluded: Cidr) -> bool:
    """Whether the API server takes `excluded` as an except of `block`.

    As in ValidateIPBlock: the network address lies inside and the written prefix length is longer. The
    written one counts even for an IPv4-mapped block, so `::ffff:10.0.0.0/104` passes inside `10.0.0.0/8`.
    """
    inside = block.family == excluded.family and block.first <= excluded.network <= block.last
    return inside and block.written_prefix < excluded.written_prefix


def _cidr(text: str, written: str, number: int, bits: int, prefix: int) -> Cidr:
    network = number >> (bits - prefix) << (bits - prefix)
    mapped = bits == 128 and is_mapped(number)
    leading_zeros = _has_leading_zeros(written, text[len(written) + 1 :])
    host_bits = network != number
    family, net, length = (4 if bits == 32 else 6), network, prefix
    if bits == 128 and is_mapped(network):
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


def _problem(text: str, written: str, prefix_text: str | None) -> CidrProblem:
    """What is wrong with a text that is no CIDR block."""
    if not text:
        return CidrProblem(text, CidrReason.EMPTY)
    squeezed = "".join(text.split())
    if squeezed != text:
        return CidrProblem(text, CidrReason.BLANK, _canonical(squeezed))
    if "%" in written:
        without_zone = written.partition("%")[0]
        return CidrProblem(text, CidrReason.ZONE, _canonical(f"{without_zone}/{prefix_text or 128}"))
    if span := _RANGE.match(text):
        return CidrProblem(text, CidrReason.RANGE, _block_of_range(*span.groups()))
    if parse_written(written) is None:
        return _address_problem(text, written, prefix_text)
    return _prefix_problem(text, written, prefix_text)


def _address_problem(text: str, written: str, prefix_text: str | None) -> CidrProblem:
    if _SHORT.match(written):
        return CidrProblem(text, CidrReason.TOO_FEW_OCTETS, _filled_up(written, prefix_text))
    return CidrProblem(text, CidrReason.BAD_ADDRESS)


def _prefix_problem(text: str, written: str, prefix_text: str | None) -> CidrProblem:
    if not prefix_text:
        return CidrProblem(text, CidrReason.NO_PREFIX, _canonical(f"{written}/{128 if ':' in written else 32}"))
    if _NETMASK.match(prefix_text):
        return CidrProblem(text, CidrReason.NETMASK, _with_netmask(written, prefix_text))
    cleaned = prefix_text.lstrip("+").rstrip("/")
    return CidrProblem(
        text, CidrReason.BAD_PREFIX, _canonical(f"{written}/{cleaned}") if cleaned != prefix_text else None
    )


def _canonical(text: str) -> str | None:
    meant = parse_cidr(text)
    return meant.canonical if isinstance(meant, Cidr) else None


def _filled_up(written: str, prefix_text: str | None) -> str | None:
    """`10.0.0/8` with the missing octets, when they can only be zero."""
    octets = written.rstrip(".").split(".")
    meant = parse_cidr(f"{'.'.join(octets + ['0'] * (4 - len(octets)))}/{prefix_text}")
    return meant.canonical if isinstance(meant, Cidr) and not meant.host_bits else None


def _with_netmask(written: str, netmask: str) -> str | None:
    mask = parse_ipv4(netmask)
    if mask is None:
        return None
    hosts = ~mask & 0xFFFFFFFF
    return _canonical(f"{written}/{32 - hosts.bit_length()}") if hosts & (hosts + 1) == 0 else None


def _block_of_range(first_text: str, last_text: str) -> str | None:
    first, last = parse_ipv4(first_text), parse_ipv4(last_text)
    if first is None or last is None or last < first:
        return None
    hosts = first ^ last
    is_block = hosts & (hosts + 1) == 0 and first & hosts == 0
    return f"{format_address(4, first)}/{32 - hosts.bit_length()}" if is_block else None

"""Reads IP addresses as the API server does: leading zeros may be, zones and masks may not.

Follows ParseIPSloppy of k8s.io/utils/net, a fork of Go's net.ParseIP.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

_DIGITS = {10: re.compile(r"[0-9]+\Z"), 16: re.compile(r"[0-9a-fA-F]+\Z")}


def address_bits(family: int) -> int:
    """How long an address of the family is: 32 for 4, 128 for 6."""
    return 32 if family == 4 else 128


def parse_address(text: str) -> tuple[int, int] | None:
    """A single IP address as (family, number), or None; IPv4-mapped ones are IPv4."""
    written = parse_written(text)
    if written is None:
        return None
    number, bits = written
    if bits == 32:
        return 4, number
    return (4, number & 0xFFFFFFFF) if is_mapped(number) else (6, number)


def format_address(family: int, number: int) -> str:
    """An address in its canonical form (RFC 5952 for IPv6)."""
    return str(IPv4Address(number)) if family == 4 else IPv6Address(number).compressed


def is_mapped(number: int) -> bool:
    """Whether an IPv6 address stands for an IPv4 one (`::ffff:0:0/96`)."""
    return number >> 32 == 0xFFFF


def parse_written(text: str) -> tuple[int, int] | None:
    """The number of an address and its length in bits: 32, or 128 for whatever is written with colons."""
    if ":" in text:
        number = _parse_ipv6(text)
        return None if number is None else (number, 128)
    number = parse_ipv4(text)
    return None if number is None else (number, 32)


def parse_ipv4(text: str) -> int | None:
    """The number of an address of four octets."""
    octets = text.split(".")
    if len(octets) != 4:
        return None
    number = 0
    for octet in octets:
        value = parse_number(octet, 10)
        if value is None or value > 0xFF:
            return None
        number = number << 8 | value
    return number


def parse_number(digits: str, base: int) -> int | None:
    """A number without a sign, or None; as many leading zeros as anybody likes, but then at most eight digits."""
    if not _DIGITS[base].match(digits):
        return None
    significant = digits.lstrip("0")
    return int(significant or "0", base) if len(significant) <= 8 else None


def _parse_ipv6(text: str) -> int | None:
    head, ellipsis, tail = text.partition("::")
    front = _parse_groups(head, may_end_in_ipv4=not ellipsis)
    back = _parse_groups(tail, may_end_in_ipv4=True)
    if front is None or back is None:
        return None
    missing = 8 - len(front) - len(back)
    if (missing < 1) if ellipsis else (missing != 0):
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
            embedded = parse_ipv4(part)
            if embedded is None:
                return None
            groups += (embedded >> 16, embedded & 0xFFFF)
            continue
        value = parse_number(part, 16)
        if value is None or value > 0xFFFF:
            return None
        groups.append(value)
    return groups

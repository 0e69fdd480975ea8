"""Address ranges and ports in words: for hovers.

Kinds of addresses follow the IANA special-purpose registries for IPv4 and IPv6.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from netpol_lsp.ide.completion_values import SERVICES
from netpol_lsp.kube.net.address import format_address
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.net.cidr import Cidr, is_strict_subset, parse_cidr

_KINDS = tuple(
    (ip_network(cidr), words)
    for cidr, words in (
        ("169.254.169.254/32", "the metadata service of most clouds"),
        ("169.254.20.10/32", "the usual address of NodeLocal DNSCache"),
        ("10.0.0.0/8", "private"),
        ("172.16.0.0/12", "private"),
        ("192.168.0.0/16", "private"),
        ("100.64.0.0/10", "shared between provider and customers (carrier-grade NAT)"),
        ("127.0.0.0/8", "loopback: never leaves the pod"),
        ("169.254.0.0/16", "link-local"),
        ("192.0.2.0/24", "for documentation"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("198.18.0.0/15", "for benchmarks"),
        ("224.0.0.0/4", "multicast, which policies do not cover"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "loopback: never leaves the pod"),
        ("fc00::/7", "private (unique local)"),
        ("fe80::/10", "link-local"),
        ("2001:db8::/32", "for documentation"),
        ("ff00::/8", "multicast, which policies do not cover"),
    )
)


def cidr_words(text: str) -> str:
    """A range as in "`10.0.0.0/8`: 10.0.0.0 to 10.255.255.255, 16,777,216 addresses, private"; says why it is none."""
    parsed = parse_cidr(text)
    if not isinstance(parsed, Cidr):
        hint = f"; `{parsed.suggestion}` is probably meant" if parsed.suggestion else ""
        return f"`{text}` {parsed.reason.value}{hint}"
    words = f"`{parsed.canonical}`: {_extent(parsed)}, {_kind(parsed)}"
    if parsed.host_bits:
        words += f". Only `{parsed.canonical}` counts of `{text}`, since the address has bits set after the prefix"
    if parsed.is_any:
        other = "IPv6" if parsed.family == 4 else "IPv4"
        words += f". {other} addresses are not among them"
    return words


def except_words(cidr: str, excepts: tuple[str, ...]) -> str:
    """What is left of a range without its exceptions; empty when that cannot be said."""
    block, rest = address_set(cidr), address_set(cidr, excepts)
    if not excepts or block is None or rest is None:
        return ""
    total, left = _size(block.v4 + block.v6), _size(rest.v4 + rest.v6)
    if not left:
        return "`except` removes all of it: nothing is left"
    return f"`except` removes {_count(total - left)}; {_count(left)} {'is' if left == 1 else 'are'} left"


def one_except_words(text: str, cidr: str) -> str:
    """What one exception removes."""
    hole, block = parse_cidr(text), parse_cidr(cidr)
    words = cidr_words(text)
    if not isinstance(hole, Cidr) or not isinstance(block, Cidr):
        return words
    if not is_strict_subset(block, hole):
        return f"{words}\n\nIt does not lie inside `{cidr}`, so the API server refuses it"
    return f"{words}\n\nThese are taken out of `{cidr}`"


def port_words(number: int, last: int | None = None) -> str:
    """A port, or a range of ports, with what usually listens there."""
    if last is not None and last > number:
        return f"`{number}-{last}`: {last - number + 1:,} ports"
    service = SERVICES.get(number)
    return f"`{number}`: {service}" if service else ""


def _extent(cidr: Cidr) -> str:
    first, last = format_address(cidr.family, cidr.first), format_address(cidr.family, cidr.last)
    if cidr.first == cidr.last:
        return f"the one address {first}"
    return f"{first} to {last}, {_count(cidr.last - cidr.first + 1)}"


def _kind(cidr: Cidr) -> str:
    network = ip_network((cidr.network, cidr.prefix)) if cidr.family == 4 else IPv6Network((cidr.network, cidr.prefix))
    for known, words in _KINDS:
        if _is_inside(network, known):
            return words
    if any(_is_inside(known, network) for known, _ in _KINDS):
        return "public and private"
    return "public"


def _is_inside(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _size(blocks: tuple[tuple[int, int], ...]) -> int:
    return sum(last - first + 1 for first, last in blocks)


def _count(number: int) -> str:
    if number >= 10**15:
        return (
            f"2^{number.bit_length() - 1} addresses"
            if number & (number - 1) == 0
            else f"about 2^{number.bit_length() - 1} addresses"
        )
    return f"{number:,} address{'es' if number != 1 else ''}"

"""CIDR blocks: what which version of Kubernetes takes."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.net.cidr import Cidr, CidrProblem, CidrReason, is_strict_subset, parse_cidr


def block(text: str) -> Cidr:
    parsed = parse_cidr(text)
    assert isinstance(parsed, Cidr), parsed
    return parsed


@pytest.mark.parametrize(
    "text",
    ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.1/32", "::/0", "::1/128", "fd00::/8", "2001:db8::/64", "255.255.255.255/32"],
)
def test_canonical_blocks_have_no_flags(text):
    parsed = block(text)
    assert parsed.canonical == text
    assert parsed.is_strict
    assert not parsed.non_canonical_ipv6


@pytest.mark.parametrize(
    ("text", "flag", "canonical"),
    [
        ("10.0.0.5/8", "host_bits", "10.0.0.0/8"),
        ("10.0.0.0/0", "host_bits", "0.0.0.0/0"),
        ("fd00::1/8", "host_bits", "fd00::/8"),
        ("010.0.0.0/8", "leading_zeros", "10.0.0.0/8"),
        ("00.0.0.0/0", "leading_zeros", "0.0.0.0/0"),
        ("10.0.0.0/08", "leading_zeros", "10.0.0.0/8"),
        ("192.168.1.0/024", "leading_zeros", "192.168.1.0/24"),
        ("00fd00::/8", "leading_zeros", "fd00::/8"),
        ("64:ff9b::010.0.0.0/104", "leading_zeros", "64:ff9b::a00:0/104"),
        ("::ffff:10.0.0.0/104", "ipv4_mapped", "10.0.0.0/8"),
        ("::ffff:a00:0/104", "ipv4_mapped", "10.0.0.0/8"),
        ("::ffff:1.2.3.4/128", "ipv4_mapped", "1.2.3.4/32"),
    ],
)
def test_forms_refused_since_1_36(text, flag, canonical):
    parsed = block(text)
    flags = [name for name in ("host_bits", "leading_zeros", "ipv4_mapped") if getattr(parsed, name)]
    assert flags == [flag]
    assert not parsed.is_strict
    assert parsed.canonical == canonical
    assert block(canonical).is_strict


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("FD00::/8", "fd00::/8"),
        ("2001:db8:0:0::/64", "2001:db8::/64"),
        ("0::0/0", "::/0"),
        ("2001:0db8::/32", "2001:db8::/32"),
        ("64:ff9b::10.0.0.0/120", "64:ff9b::a00:0/120"),
        ("::10.0.0.0/104", "::a00:0/104"),
    ],
)
def test_ipv6_in_another_spelling_only_warns(text, canonical):
    parsed = block(text)
    assert parsed.is_strict
    assert parsed.non_canonical_ipv6
    assert parsed.canonical == canonical


def test_a_mapped_block_shorter_than_96_bits_is_ipv6():
    parsed = block("::ffff:10.0.0.0/8")
    assert (parsed.family, parsed.canonical) == (6, "::/8")
    assert parsed.host_bits
    assert parsed.ipv4_mapped


def test_single_is_the_address_alone():
    assert block("10.0.0.5/8").single == "10.0.0.5/32"
    assert block("fd00:1::1/64").single == "fd00:1::1/128"
    assert block("::ffff:10.0.0.0/8").single == "10.0.0.0/32"


@pytest.mark.parametrize(
    ("text", "reason", "suggestion"),
    [
        ("", CidrReason.EMPTY, None),
        (" ", CidrReason.BLANK, None),
        (" 10.0.0.0/8", CidrReason.BLANK, "10.0.0.0/8"),
        ("10.0.0.0/ 8", CidrReason.BLANK, "10.0.0.0/8"),
        ("10.0.0.0\u00a0/8", CidrReason.BLANK, "10.0.0.0/8"),
        ("10.0.0.1", CidrReason.NO_PREFIX, "10.0.0.1/32"),
        ("10.0.0.0/", CidrReason.NO_PREFIX, "10.0.0.0/32"),
        ("2001:db8::1", CidrReason.NO_PREFIX, "2001:db8::1/128"),
        ("10.0.0.0/255.0.0.0", CidrReason.NETMASK, "10.0.0.0/8"),
        ("10.0.0.0/255.0.255.0", CidrReason.NETMASK, None),
        ("10.0.0.0/33", CidrReason.PREFIX_TOO_LONG, None),
        ("fd00::/129", CidrReason.PREFIX_TOO_LONG, None),
        ("10.0.0.0/99999999999999999999", CidrReason.PREFIX_TOO_LONG, None),
        ("10.0.0.0/+8", CidrReason.BAD_PREFIX, "10.0.0.0/8"),
        ("10.0.0.0/-1", CidrReason.BAD_PREFIX, None),
        ("0.0.0.0/0x0", CidrReason.BAD_PREFIX, None),
        ("1.2.3.4/32/", CidrReason.BAD_PREFIX, "1.2.3.4/32"),
        ("10.0.0.0/8,10.1.0.0/16", CidrReason.BAD_PREFIX, None),
        ("10.0.0.0/\u0668", CidrReason.BAD_PREFIX, None),
        ("10.0.0/8", CidrReason.TOO_FEW_OCTETS, "10.0.0.0/8"),
        ("10.1/8", CidrReason.TOO_FEW_OCTETS, None),
        ("10", CidrReason.TOO_FEW_OCTETS, None),
        ("10.0.0.0-10.0.0.255", CidrReason.RANGE, "10.0.0.0/24"),
        ("10.0.0.1-10.0.0.255", CidrReason.RANGE, None),
        ("fe80::1%eth0/64", CidrReason.ZONE, "fe80::/64"),
        ("256.0.0.0/8", CidrReason.BAD_ADDRESS, None),
        ("10.0.0.0.0/8", CidrReason.BAD_ADDRESS, None),
        ("0x0a.0.0.0/8", CidrReason.BAD_ADDRESS, None),
        ("localhost/8", CidrReason.BAD_ADDRESS, None),
        ("/8", CidrReason.BAD_ADDRESS, None),
        ("*", CidrReason.BAD_ADDRESS, None),
        ("10.0.0.0\\8", CidrReason.BAD_ADDRESS, None),
        ("12345::/16", CidrReason.BAD_ADDRESS, None),
        ("1::2::3/64", CidrReason.BAD_ADDRESS, None),
        (":::/0", CidrReason.BAD_ADDRESS, None),
        ("fd00:::/8", CidrReason.BAD_ADDRESS, None),
        ("1:2:3:4:5:6:7:8::/64", CidrReason.BAD_ADDRESS, None),
        ("1:2:3:4:5:6:7/64", CidrReason.BAD_ADDRESS, None),
        ("1.2.3.4::/64", CidrReason.BAD_ADDRESS, None),
    ],
)
def test_refused_in_every_version(text, reason, suggestion):
    assert parse_cidr(text) == CidrProblem(text, reason, suggestion)


@pytest.mark.parametrize("text", ["0" * 5000 + "10.0.0.0/8", "10.0.0.0/" + "0" * 5000 + "8", "9" * 5000 + ".0.0.0/8"])
def test_very_long_numbers_do_no_harm(text):
    assert isinstance(parse_cidr(text), CidrProblem if text.startswith("9") else Cidr)


@given(st.ip_addresses(), st.integers(0, 128))
def test_agrees_with_ipaddress(address, prefix):
    prefix = min(prefix, address.max_prefixlen)
    network = ipaddress.ip_network((address, prefix), strict=False)
    parsed = block(f"{address}/{prefix}")
    if not (address.version == 6 and address.ipv4_mapped):
        assert (parsed.family, parsed.first, parsed.last) == (
            address.version,
            int(network.network_address),
            int(network.broadcast_address),
        )
        assert parsed.canonical == network.compressed
        assert parsed.host_bits == (int(address) != int(network.network_address))
        assert parsed.is_strict == (not parsed.host_bits)


@given(st.text(alphabet="0123456789abf:./-+% ", max_size=24))
def test_never_raises_and_suggests_only_what_is_taken(text):
    parsed = parse_cidr(text)
    if isinstance(parsed, CidrProblem):
        if parsed.suggestion is not None:
            assert block(parsed.suggestion).canonical == parsed.suggestion
    else:
        assert block(parsed.canonical).is_strict
        assert block(parsed.single).is_strict


@pytest.mark.parametrize(
    ("cidr", "excluded", "accepted"),
    [
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.0.0.0/8", "10.0.0.0/8", False),
        ("10.0.0.0/8", "10.0.0.0/7", False),
        ("10.0.0.0/8", "11.0.0.0/16", False),
        ("10.0.0.0/8", "fd00::/16", False),
        ("0.0.0.0/0", "169.254.169.254/32", True),
        ("10.0.0.0/8", "10.1.2.3/24", True),
        ("10.0.0.0/8", "::ffff:10.0.0.0/104", True),
        ("::ffff:10.0.0.0/104", "10.1.0.0/16", False),
        ("::/0", "::ffff:10.0.0.0/104", False),
    ],
)
def test_what_the_server_takes_as_an_except(cidr, excluded, accepted):
    assert is_strict_subset(block(cidr), block(excluded)) is accepted

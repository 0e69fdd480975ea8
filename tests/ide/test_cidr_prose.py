"""Addresses and ports in words."""

import pytest

from netpol_lsp.ide.cidr_prose import cidr_words, except_words, one_except_words, port_words


@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("10.0.0.0/8", "`10.0.0.0/8`: 10.0.0.0 to 10.255.255.255, 16,777,216 addresses, private"),
        ("203.0.113.7/32", "`203.0.113.7/32`: the one address 203.0.113.7, for documentation"),
        ("8.8.8.0/24", "`8.8.8.0/24`: 8.8.8.0 to 8.8.8.255, 256 addresses, public"),
        ("169.254.169.254/32", "the metadata service of most clouds"),
        ("0.0.0.0/0", "public and private. IPv6 addresses are not among them"),
        ("::/0", "2^128 addresses, public and private. IPv4 addresses are not among them"),
        ("2001:db8::/64", "for documentation"),
        ("fd00::/8", "private (unique local)"),
        ("10.0.0.5/8", "Only `10.0.0.0/8` counts of `10.0.0.5/8`"),
        ("10.0.0.1", "`10.0.0.1` has no prefix length; `10.0.0.1/32` is probably meant"),
        ("example.org", "`example.org` does not start with an IP address"),
    ],
)
def test_ranges(cidr, words):
    assert words in cidr_words(cidr)


@pytest.mark.parametrize(
    ("cidr", "excepts", "words"),
    [
        ("10.0.0.0/8", ("10.1.0.0/16",), "`except` removes 65,536 addresses; 16,711,680 addresses are left"),
        ("10.0.0.0/24", ("10.0.0.0/25", "10.0.0.128/25"), "`except` removes all of it: nothing is left"),
        ("10.0.0.0/31", ("10.0.0.1/32",), "removes 1 address; 1 address is left"),
        ("::/0", ("fc00::/7",), "about 2^127 addresses are left"),
        ("10.0.0.0/8", (), ""),
        ("nonsense", ("10.0.0.0/8",), ""),
    ],
)
def test_exceptions(cidr, excepts, words):
    assert words in except_words(cidr, excepts)


def test_one_exception():
    assert one_except_words("10.1.0.0/16", "10.0.0.0/8").endswith("These are taken out of `10.0.0.0/8`")
    assert "refuses it" in one_except_words("11.0.0.0/16", "10.0.0.0/8")
    assert "has no prefix" in one_except_words("10.1.0.0", "10.0.0.0/8")


def test_ports():
    assert port_words(53) == "`53`: DNS"
    assert port_words(8000, 8080) == "`8000-8080`: 81 ports"
    assert port_words(8000, 8000) == ""

"""Address and port sets against brute force."""

from __future__ import annotations

import ipaddress
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, NO_ADDRESSES, CidrSet, address_set
from netpol_lsp.kube.net.port_set import ALL_PORTS, NO_PORTS, PortSet, every_port_of, named_port, port_range, union_of

# A universe of 16 IPv4 and 16 IPv6 addresses, in blocks of /28 to /32 and /124 to /128.
V4 = [ipaddress.ip_address("10.0.0.0") + n for n in range(16)]
V6 = [ipaddress.ip_address("fd00::") + n for n in range(16)]
UNIVERSE = V4 + V6


def holds(addresses: CidrSet, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    one = address_set(f"{address}/{address.max_prefixlen}")
    assert one is not None
    return addresses.covers(one)


@st.composite
def networks(draw):
    address = draw(st.sampled_from(UNIVERSE))
    free = draw(st.integers(0, 4))
    return ipaddress.ip_network((address, address.max_prefixlen - free), strict=False)


@st.composite
def blocks(draw):
    cidr = draw(networks())
    excepts = draw(st.lists(networks(), max_size=3))
    found = address_set(str(cidr), tuple(map(str, excepts)))
    assert found is not None
    return found, {address for address in UNIVERSE if address in cidr and not any(address in hole for hole in excepts)}


@given(st.lists(blocks(), max_size=3), st.lists(blocks(), max_size=3))
def test_address_sets_are_sets(left, right):
    a, b = NO_ADDRESSES, NO_ADDRESSES
    for found, _ in left:
        a = a.union(found)
    for found, _ in right:
        b = b.union(found)
    in_a = set().union(*(members for _, members in left))
    in_b = set().union(*(members for _, members in right))
    assert a.is_empty == (not in_a)
    assert a.covers(b) == (in_a >= in_b)
    assert a.intersects(b) == bool(in_a & in_b)
    for combined, members in (
        (a, in_a),
        (a.union(b), in_a | in_b),
        (a.difference(b), in_a - in_b),
        (a.intersection(b), in_a & in_b),
    ):
        assert {address for address in UNIVERSE if holds(combined, address)} == members
        assert {str(address) for cidr in combined.cidrs() for address in ipaddress.ip_network(cidr)} == set(
            map(str, members)
        )


def test_address_set_needs_readable_texts():
    assert address_set("10.0.0.0/8", ("10.1.0.0",)) is None
    assert address_set("x.x.x.x/16", ("10.1.0.0/16",)) is None


def test_everywhere_is_both_families():
    v4, v6 = address_set("0.0.0.0/0"), address_set("::/0")
    assert v4 is not None
    assert v6 is not None
    assert not v4.covers(v6)
    assert v4.union(v6) == EVERY_ADDRESS
    assert EVERY_ADDRESS.difference(v4) == v6


def test_halves_cover_the_whole():
    low, high = address_set("0.0.0.0/1"), address_set("128.0.0.0/1")
    whole = address_set("0.0.0.0/0")
    assert isinstance(low, CidrSet)
    assert isinstance(high, CidrSet)
    assert whole is not None
    assert low.union(high).covers(whole)


# Ports: the possible worlds give the two names a number for each protocol.
SMALL = [1, 2, 3, 65535]
NAMES = ["http", "dns"]
MEMBERS = [(protocol, number) for protocol in ("TCP", "UDP", "SCTP") for number in SMALL]
WORLDS = [dict(zip(NAMES, numbers, strict=True)) for numbers in itertools.product(SMALL, repeat=2)]


@st.composite
def port_sets(draw):
    if draw(st.integers(0, 9)) == 0:
        return ALL_PORTS
    parts = st.one_of(
        st.builds(
            lambda protocol, ends: port_range(protocol, min(ends), max(ends)),
            st.sampled_from(["TCP", "UDP", "SCTP"]),
            st.tuples(st.sampled_from(SMALL), st.sampled_from(SMALL)),
        ),
        st.builds(named_port, st.sampled_from(["TCP", "UDP"]), st.sampled_from(NAMES)),
        st.builds(every_port_of, st.sampled_from(["TCP", "UDP"])),
    )
    return union_of(draw(st.lists(parts, max_size=4)))


def concrete(ports: PortSet, world: dict[str, int]) -> set[tuple[str, int]]:
    if ports.everything:
        return {*MEMBERS, ("ICMP", 0)}
    found = {(p, n) for p, n in MEMBERS if any(a <= n <= b for a, b in ports.numbers(p))}
    return found | {(protocol, world[name]) for protocol, name in ports.names}


@given(port_sets(), port_sets())
def test_inclusion_and_intersection_hold_in_every_world(a, b):
    worlds = [(concrete(a, world), concrete(b, world)) for world in WORLDS]
    if a.covers(b):
        assert all(left >= right for left, right in worlds)
    elif not a.names and not b.names:
        assert b.difference(a) != NO_PORTS
    if a.intersects(b):
        assert all(left & right for left, right in worlds)
    if not a.may_intersect(b):
        assert not any(left & right for left, right in worlds)
    assert a.intersects(b) == b.intersects(a)
    assert a.may_intersect(b) == b.may_intersect(a)


@given(port_sets(), port_sets())
def test_union_and_difference_in_every_world(a, b):
    union, rest = a.union(b), a.difference(b)
    for world in WORLDS:
        left, right = concrete(a, world), concrete(b, world)
        assert concrete(union, world) == left | right
        assert concrete(rest, world) >= left - right
        assert concrete(rest, world) <= left
    assert union.covers(a)
    assert union.covers(b)
    assert a.union(b) == b.union(a)
    if a.covers(b):
        assert union == a


def test_a_named_port_is_only_proven_inside_its_name_or_all_ports_of_its_protocol():
    http = named_port("TCP", "http")
    assert every_port_of("TCP").covers(http)
    assert ALL_PORTS.covers(http)
    assert http.covers(http)
    assert not port_range("TCP", 1, 65534).covers(http)
    assert not every_port_of("UDP").covers(http)
    assert not http.covers(named_port("UDP", "http"))
    assert http.may_intersect(port_range("TCP", 80, 80))
    assert not http.intersects(port_range("TCP", 80, 80))
    assert not http.may_intersect(port_range("UDP", 80, 80))


def test_all_ports_are_more_than_the_three_protocols():
    three = union_of(map(every_port_of, ("TCP", "UDP", "SCTP")))
    assert ALL_PORTS.covers(three)
    assert not three.covers(ALL_PORTS)


def test_ports_out_of_range_are_none():
    assert port_range("TCP", 0, 0) == NO_PORTS
    assert port_range("TCP", 65536, 70000).is_empty
    assert port_range("TCP", 90, 80).is_empty
    assert port_range("TCP", 0, 70000) == every_port_of("TCP")


@pytest.mark.parametrize(
    "make", [lambda: port_range("ICMP", 1, 1), lambda: every_port_of("tcp"), lambda: named_port("", "a")]
)
def test_other_protocols_are_refused(make):
    with pytest.raises(ValueError):
        make()


def test_ports_in_words():
    ports = union_of([port_range("UDP", 53, 53), port_range("TCP", 80, 90), named_port("TCP", "http")])
    assert str(ports) == "TCP 80-90, UDP 53, TCP http"
    assert str(ALL_PORTS) == "all ports"
    assert str(NO_PORTS) == "no ports"
    assert str(every_port_of("SCTP")) == "all SCTP ports"
    assert ports.without_names() == union_of([port_range("UDP", 53, 53), port_range("TCP", 80, 90)])

"""Proofs of inclusion hold in every cluster that a brute force can think of."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import EVERYTHING, UNKNOWN_SELECTOR, match_labels, matches
from netpol_lsp.kube.net.address_set import CidrSet, address_set
from netpol_lsp.kube.net.port_set import ALL_PORTS, named_port, port_range, union_of
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import peer_covers, peers_cover, rule_covers

# Everyone there is: pods of two namespaces with their labels, and some addresses.
LABELS = [{}, {"app": "a"}, {"app": "b"}]
NAMESPACES = [
    {METADATA_NAME: name} | extra for name in ("own", "other", "third") for extra in ({}, {"team": "x"}, {"team": "y"})
]
PODS = list(itertools.product(NAMESPACES, LABELS))
ADDRESSES = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1"]

POD_SELECTOR = st.sampled_from([None, EVERYTHING, match_labels({"app": "a"}), match_labels({"app": "b"})])
NAMESPACE_SELECTOR = st.sampled_from(
    [
        None,
        EVERYTHING,
        match_labels({"team": "x"}),
        match_labels({METADATA_NAME: "own"}),
        match_labels({METADATA_NAME: "other"}),
    ]
)
BLOCKS = st.sampled_from(["10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/31", "10.0.0.2/32", "fd00::/64"]).map(address_set)
PEERS = st.one_of(
    st.builds(lambda pods, namespaces: PeerSet(0, pods, namespaces), POD_SELECTOR, NAMESPACE_SELECTOR).filter(
        lambda peer: peer.pods is not None or peer.namespaces is not None
    ),
    st.builds(lambda addresses: PeerSet(0, addresses=addresses), BLOCKS),
)
PORTS = st.sampled_from(
    [
        ALL_PORTS,
        port_range("TCP", 80, 80),
        port_range("TCP", 1, 100),
        named_port("TCP", "http"),
        port_range("UDP", 53, 53),
    ]
)
RULES = st.builds(RuleSemantics, st.just(0), st.one_of(st.none(), st.lists(PEERS, max_size=3).map(tuple)), PORTS)


def holds(addresses: CidrSet, address: str) -> bool:
    one = address_set(f"{address}/{128 if ':' in address else 32}")
    assert one is not None
    return addresses.covers(one)


def everyone(peer: PeerSet) -> set[object]:
    if peer.addresses is not None:
        return {address for address in ADDRESSES if holds(peer.addresses, address)}
    return {
        (place, number)
        for place, namespace in enumerate(NAMESPACES)
        for number, labels in enumerate(LABELS)
        if (namespace[METADATA_NAME] == "own" if peer.namespaces is None else matches(peer.namespaces, namespace))
        and (peer.pods is None or matches(peer.pods, labels))
    }


@given(PEERS, PEERS)
def test_peers(a, b):
    if peer_covers(a, b, "own"):
        assert everyone(a) >= everyone(b)
    else:
        assert not everyone(a) >= everyone(b)


@given(st.lists(PEERS, max_size=3), PEERS)
def test_lists_of_peers(several, b):
    if peers_cover(several, b, "own"):
        assert set().union(*map(everyone, several)) >= everyone(b)
    if peers_cover(several, b, None):
        assert peers_cover(several, b, "own")


@given(RULES, RULES)
def test_rules(a, b):
    if rule_covers(a, b, "own"):
        assert a.ports.covers(b.ports)
        assert a.peers is None or b.peers is not None
        if a.peers is not None and b.peers is not None:
            assert set().union(*map(everyone, a.peers)) >= set().union(*map(everyone, b.peers))
    assert rule_covers(a, a, "own")
    assert rule_covers(RuleSemantics(0), b, None)


def test_blocks_cover_together():
    halves = [PeerSet(0, addresses=address_set(text)) for text in ("0.0.0.0/1", "128.0.0.0/1")]
    whole = PeerSet(0, addresses=address_set("0.0.0.0/0"))
    assert peers_cover(halves, whole, None)
    assert not peers_cover(halves[:1], whole, None)


def test_what_is_unknown_proves_nothing():
    unknown, everybody = PeerSet(0, is_unknown=True), PeerSet(0, namespaces=EVERYTHING)
    assert not peer_covers(unknown, unknown, "own")
    assert not peer_covers(PeerSet(0, UNKNOWN_SELECTOR), PeerSet(0, EVERYTHING), "own")
    assert peer_covers(everybody, PeerSet(0, UNKNOWN_SELECTOR), "own")
    hidden = RuleSemantics(0, (everybody,), port_range("TCP", 1, 1), has_unknown_peers=True, has_unknown_ports=True)
    assert not rule_covers(hidden, hidden, "own")
    assert rule_covers(RuleSemantics(0), hidden, "own")
    assert not rule_covers(RuleSemantics(0, None, port_range("TCP", 1, 9)), hidden, "own")


def test_ports_of_several_items_count_together():
    a = RuleSemantics(0, None, union_of([port_range("TCP", 1, 50), port_range("TCP", 51, 100)]))
    assert rule_covers(a, RuleSemantics(1, None, port_range("TCP", 40, 60)), None)

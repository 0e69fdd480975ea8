"""What is superfluous in a list: the same as by comparing everything with everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import EVERYTHING, LabelRequirement, Operator, label_selector, match_labels
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.net.port_set import ALL_PORTS, named_port, port_range, union_of
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.networkpolicy import redundancy
from netpol_lsp.policies.networkpolicy.redundancy import redundant_peers, redundant_rules
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import is_nobody, peer_covers, rule_covers

NOTHING = label_selector([LabelRequirement("app", Operator.EXISTS), LabelRequirement("app", Operator.DOES_NOT_EXIST)])
SELECTORS = st.sampled_from(
    [
        None,
        EVERYTHING,
        NOTHING,
        match_labels({"app": "a"}),
        match_labels({"app": "b"}),
        match_labels({"app": "a", "tier": "x"}),
        label_selector([LabelRequirement("app", Operator.IN, ("a", "b"))]),
        match_labels({METADATA_NAME: "own"}),
        match_labels({METADATA_NAME: "other"}),
    ]
)
BLOCKS = st.sampled_from(
    [
        address_set("10.0.0.0/8"),
        address_set("10.0.0.0/9"),
        address_set("10.0.0.0/9", ("10.0.0.0/10",)),
        address_set("10.64.0.0/10"),
        address_set("10.0.0.0/9", ("10.32.0.0/16",)),
        address_set("10.128.0.0/9"),
        address_set("10.0.0.0/24", ("10.0.0.0/25", "10.0.0.128/25")),
        address_set("fd00::/8"),
        address_set("fd00::/16"),
    ]
)
PEERS = st.one_of(
    st.tuples(SELECTORS, SELECTORS, st.none()).filter(lambda found: found[:2] != (None, None)),
    st.tuples(st.none(), st.none(), BLOCKS),
)


def brute_force(peers: list[PeerSet], namespace: str | None) -> list[int]:
    return [
        peer.index
        for peer in peers
        if not is_nobody(peer)
        and any(
            other is not peer
            and not is_nobody(other)
            and peer_covers(other, peer, namespace)
            and (other.index < peer.index or not peer_covers(peer, other, namespace))
            for other in peers
        )
    ]


@given(st.lists(PEERS, max_size=7) | st.lists(PEERS, min_size=9, max_size=30), st.sampled_from([None, "own"]))
def test_as_by_comparing_all_pairs(found, namespace):
    peers = [PeerSet(index, *parts) for index, parts in enumerate(found)]
    pairs = redundant_peers(peers, namespace)
    assert [peer.index for peer, _ in pairs] == brute_force(peers, namespace)
    assert all(peer_covers(other, peer, namespace) for peer, other in pairs)


@pytest.mark.parametrize(
    "peers",
    [
        [PeerSet(n, addresses=address_set(f"10.{n // 250}.{n % 250}.0/24")) for n in range(2000)],
        [PeerSet(n, match_labels({"app": f"a{n}"})) for n in range(2000)],
        [PeerSet(n, None, match_labels({METADATA_NAME: f"ns-{n}"})) for n in range(2000)],
    ],
    ids=["addresses", "pods", "namespaces"],
)
def test_long_lists_are_not_compared_pair_by_pair(peers, monkeypatch):
    asked = []

    def count(*arguments):
        asked.append(arguments)
        return peer_covers(*arguments)

    monkeypatch.setattr(redundancy, "peer_covers", count)
    assert redundant_peers([*peers, PeerSet(2000, *_like(peers[7]))], "own") != []
    assert len(asked) < 20


PORTS = st.lists(
    st.one_of(
        st.builds(
            lambda protocol, first, more: port_range(protocol, first, first + more),
            st.sampled_from(["TCP", "UDP"]),
            st.integers(1, 9),
            st.integers(0, 6),
        ),
        st.sampled_from([ALL_PORTS, named_port("TCP", "a"), named_port("UDP", "a"), port_range("TCP", 1, 65535)]),
    ),
    max_size=3,
).map(union_of)


@given(st.lists(st.tuples(PORTS, st.booleans()), min_size=9, max_size=30))
def test_rules_as_by_comparing_all_pairs(drawn):
    web, api = (PeerSet(0, match_labels({"app": name})) for name in ("web", "api"))
    rules = [RuleSemantics(n, (web,) if is_web else (web, api), ports) for n, (ports, is_web) in enumerate(drawn)]
    expected = [
        (rule.index, other.index)
        for rule in rules
        for other in [
            next(
                (
                    other
                    for other in rules
                    if other is not rule
                    and rule_covers(other, rule, "own")
                    and (other.index < rule.index or not rule_covers(rule, other, "own"))
                ),
                None,
            )
        ]
        if other is not None
    ]
    assert [(rule.index, other.index) for rule, other in redundant_rules(rules, "own")] == expected


def _like(peer: PeerSet):
    return peer.pods, peer.namespaces, peer.addresses


def test_rules():
    web, api = PeerSet(0, match_labels({"app": "web"})), PeerSet(0, match_labels({"app": "api"}))
    nobody = PeerSet(0, NOTHING)
    port = port_range("TCP", 80, 80)
    rules = [
        RuleSemantics(0, (web,), port),
        RuleSemantics(1, (web,)),
        RuleSemantics(2, (api,)),
        RuleSemantics(3, (api, web), port),
        RuleSemantics(4, (nobody,)),
        RuleSemantics(5, (api,)),
    ]
    assert [(rule.index, other.index) for rule, other in redundant_rules(rules, "own")] == [(0, 1), (5, 2)]
    with_everything = [*rules, RuleSemantics(6)]
    assert {other.index for _, other in redundant_rules(with_everything, "own")} == {1, 2, 6}
    assert redundant_rules(rules[:1], "own") == []

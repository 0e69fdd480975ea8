"""Gaps in DNS: as by asking every policy, and said once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import EVERYTHING, UNKNOWN_SELECTOR, match_labels
from netpol_lsp.kube.net.port_set import port_range
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.workspace import dns_coverage as dns_gaps
from netpol_lsp.workspace.dns import DnsSetup, policy_allows_dns, rule_allows_dns
from netpol_lsp.workspace.dns_coverage import (
    allows_some_egress,
    has_dns_gap,
    is_dns_denied,
    is_reported_by_broader_policy,
)
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot, isolates_direction
from netpol_lsp.workspace.ternary import Ternary
from tests.workspace.union import union_answer

SETUP = DnsSetup()
WEB, DB = match_labels({"app": "web"}), match_labels({"app": "db"})
TO_DNS = PeerSet(0, None, match_labels({METADATA_NAME: "kube-system"}))
UDP = RuleSemantics(0, (TO_DNS,), port_range("UDP", 53, 53))
TCP = RuleSemantics(1, (TO_DNS,), port_range("TCP", 53, 53))
OTHER = RuleSemantics(0, (PeerSet(0, DB),), port_range("TCP", 5432, 5432))
UNKNOWN = RuleSemantics(0, (), has_unknown_peers=True)


def located(name, selector=EVERYTHING, *rules, namespace="shop", uri="a/p.yaml", types=(Direction.EGRESS,), **more):
    policy = NetworkPolicySemantics(namespace, name, selector, frozenset(types), egress=rules, **more)
    return LocatedPolicy(policy, uri)


POLICIES = st.builds(
    lambda name, selector, rules, namespace, uri, types, is_partial, is_unknown: located(
        name,
        selector,
        *rules,
        namespace=None if is_unknown else namespace,
        uri=uri,
        types=types,
        is_partial=is_partial,
        is_namespace_unknown=is_unknown,
    ),
    st.sampled_from("abcd"),
    st.sampled_from([EVERYTHING, WEB, DB, match_labels({"app": "web", "tier": "x"}), UNKNOWN_SELECTOR]),
    st.lists(st.sampled_from([UDP, TCP, OTHER, UNKNOWN]), max_size=2),
    st.sampled_from(["shop", "shop", "bank", None]),
    st.sampled_from(["a/p.yaml", "a/q.yaml", "b/p.yaml"]),
    st.sampled_from([(Direction.EGRESS,), (Direction.INGRESS,), tuple(Direction)]),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([False, False, False, True]),
)


@given(st.lists(POLICIES, min_size=1, max_size=6), st.sampled_from(["UDP", "TCP"]))
def test_as_by_asking_every_policy(policies, protocol):
    view = WorkspaceSnapshot.of(policies)
    for one in policies:
        if isolates_direction(one.policy, Direction.EGRESS) is Ternary.YES:
            slow = union_answer(
                view, one, Direction.EGRESS, lambda policy, rule: rule_allows_dns(rule, policy, SETUP, protocol)
            )
            assert is_dns_denied(view, one, SETUP, protocol) is (slow is Ternary.NO)


@given(st.lists(POLICIES, min_size=1, max_size=6, unique_by=lambda one: (one.uri, one.policy.name)))
def test_every_gap_is_said_by_somebody(policies):
    view = WorkspaceSnapshot.of(policies)
    gaps = [one for one in policies if has_dns_gap(view, one, SETUP)]
    speakers = [one for one in gaps if not is_reported_by_broader_policy(view, one, SETUP)]
    assert bool(speakers) is bool(gaps)
    named = [one for one in gaps if one.policy.namespace == "shop"]
    if any(one.policy.pod_selector == EVERYTHING and not one.policy.is_partial for one in named):
        assert len([one for one in speakers if one.policy.namespace == "shop"]) == 1


def test_another_version_of_a_policy_helps_others_but_not_itself():
    first, second = located("a"), located("a", EVERYTHING, UDP)
    other = located("b")
    view = WorkspaceSnapshot.of([first, second, other])
    assert is_dns_denied(view, first, SETUP, "UDP")
    assert not is_dns_denied(view, other, SETUP, "UDP")


@pytest.mark.parametrize(
    ("names", "speaker"),
    [
        (["deny", "web", "db"], "deny"),
        (["web", "deny"], "deny"),
        (["web", "deny", "zero"], "deny"),
        (["zero", "deny"], "deny"),
        (["web"], "web"),
    ],
)
def test_the_broadest_speaks(names, speaker):
    known = {
        "deny": located("deny"),
        "zero": located("zero"),
        "web": located("web", WEB, OTHER),
        "db": located("db", DB),
    }
    policies = [known[name] for name in names]
    view = WorkspaceSnapshot.of(policies)
    assert [one.policy.name for one in policies if not is_reported_by_broader_policy(view, one, SETUP)] == [speaker]


def test_a_policy_of_the_context_does_not_speak():
    deny = LocatedPolicy(located("deny").policy, "cluster.yaml", is_context=True)
    web = located("web", WEB, OTHER)
    assert not is_reported_by_broader_policy(WorkspaceSnapshot.of([deny, web]), web, SETUP)


def test_whether_anything_is_allowed():
    deny, web, db = located("deny"), located("web", WEB, OTHER), located("db", DB)
    assert allows_some_egress(WorkspaceSnapshot.of([deny, web]), deny)
    assert allows_some_egress(WorkspaceSnapshot.of([deny, web]), web)
    assert not allows_some_egress(WorkspaceSnapshot.of([deny, db]), deny)
    assert not allows_some_egress(WorkspaceSnapshot.of([deny, web, db]), db)
    elsewhere = located("web", WEB, OTHER, namespace="bank")
    assert not allows_some_egress(WorkspaceSnapshot.of([deny, elsewhere]), deny)
    ignored = located("web", WEB, OTHER, types=(Direction.INGRESS,))
    assert not allows_some_egress(WorkspaceSnapshot.of([deny, ignored]), deny)


@pytest.mark.parametrize("is_same", [True, False])
def test_many_policies_of_a_namespace_are_not_compared_pair_by_pair(is_same, monkeypatch):
    count = 300
    labels = ({"app": "web" if is_same else f"a{n}", "tier": "x"} for n in range(count))
    policies = [located(f"p{n:04}", match_labels(label), OTHER) for n, label in enumerate(labels)]
    view = WorkspaceSnapshot.of([*policies, located("deny")])
    asked = []

    def counted(*arguments):
        asked.append(arguments)
        return policy_allows_dns(*arguments)

    monkeypatch.setattr(dns_gaps, "policy_allows_dns", counted)
    for one in policies:
        assert has_dns_gap(view, one, SETUP)
        assert is_reported_by_broader_policy(view, one, SETUP)
    assert len(asked) < 20 * count

"""Questions about the other policies of a workspace."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import (
    EVERYTHING,
    UNKNOWN_SELECTOR,
    LabelRequirement,
    LabelSelector,
    Operator,
    label_selector,
    match_labels,
    matches,
)
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.net.port_set import NO_PORTS, named_port, port_range
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.workspace.endpoint import AddressEndpoint, PodEndpoint, rule_allows
from netpol_lsp.workspace.snapshot import EMPTY, LocatedPolicy, WorkspaceSnapshot, same_namespace
from netpol_lsp.workspace.ternary import Ternary
from tests.workspace.union import selecting_all_of, union_allows

WEB, DB = match_labels({"app": "web"}), match_labels({"app": "db"})
PORT_80 = port_range("TCP", 80, 80)
ALLOW_80 = RuleSemantics(0, None, PORT_80)


def egress(
    name: str,
    pod_selector: LabelSelector = EVERYTHING,
    *rules: RuleSemantics,
    namespace: str | None = "shop",
    uri: str = "file:///app/policies.yaml",
) -> LocatedPolicy:
    policy = NetworkPolicySemantics(namespace, name, pod_selector, frozenset({Direction.EGRESS}), egress=rules)
    return LocatedPolicy(policy, uri)


def changed(located: LocatedPolicy, **changes) -> LocatedPolicy:
    return replace(located, policy=replace(located.policy, **changes))


ANYBODY = PodEndpoint("shop", has_all_labels=True)


def allows(view: WorkspaceSnapshot, located: LocatedPolicy) -> Ternary:
    return union_allows(view, located, Direction.EGRESS, ANYBODY, PORT_80)


def test_a_policy_alone():
    assert allows(EMPTY, egress("deny")) is Ternary.NO
    assert allows(EMPTY, egress("allow", EVERYTHING, ALLOW_80)) is Ternary.YES
    assert union_allows(EMPTY, egress("deny"), Direction.INGRESS, ANYBODY, PORT_80) is Ternary.YES


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        (egress("b", EVERYTHING, ALLOW_80), Ternary.YES),
        (egress("b", WEB, ALLOW_80), Ternary.YES),
        (egress("b", DB, ALLOW_80), Ternary.NO),
        (egress("b", match_labels({"app": "web", "tier": "x"}), ALLOW_80), Ternary.UNKNOWN),
        (egress("b", EVERYTHING, ALLOW_80, namespace="bank"), Ternary.NO),
        (egress("b", EVERYTHING, ALLOW_80, namespace=None), Ternary.UNKNOWN),
        (egress("b", EVERYTHING, ALLOW_80, namespace=None, uri="file:///elsewhere/p.yaml"), Ternary.NO),
        (changed(egress("b", EVERYTHING, ALLOW_80, namespace=None), is_namespace_unknown=True), Ternary.UNKNOWN),
        (changed(egress("b", EVERYTHING, ALLOW_80), is_partial=True), Ternary.UNKNOWN),
        (changed(egress("b", EVERYTHING, ALLOW_80), types=frozenset({Direction.INGRESS})), Ternary.NO),
        (changed(egress("b", EVERYTHING, ALLOW_80), has_unknown_types=True), Ternary.UNKNOWN),
        (egress("b", UNKNOWN_SELECTOR, ALLOW_80), Ternary.UNKNOWN),
        (egress("b", EVERYTHING, RuleSemantics(0, None, NO_PORTS, has_unknown_ports=True)), Ternary.UNKNOWN),
        (egress("b", EVERYTHING, RuleSemantics(0, (), has_unknown_peers=True)), Ternary.UNKNOWN),
        # An older version of the policy in question does not count.
        (egress("a", EVERYTHING, ALLOW_80), Ternary.NO),
    ],
)
def test_another_policy_helps_where_it_surely_selects_the_same_pods(other, answer):
    deny = egress("a", WEB)
    view = WorkspaceSnapshot.of([deny, other])
    assert allows(view, deny) is answer
    assert (other in selecting_all_of(view, deny)) <= (other in view.may_select(deny))


def test_who_selects_the_same_pods():
    web, everybody, db = egress("web", WEB), egress("all"), egress("db", DB)
    tiers = egress("tiers", match_labels({"tier": "x"}))
    view = WorkspaceSnapshot.of([web, everybody, db, tiers])
    assert selecting_all_of(view, web) == (everybody,)
    assert view.may_select(web) == (everybody, tiers)
    assert selecting_all_of(view, everybody) == ()
    assert len(view.may_select(everybody)) == 3


def test_isolation_by_another_policy_counts():
    open_ = changed(egress("open"), types=frozenset({Direction.INGRESS}))
    assert allows(WorkspaceSnapshot.of([open_]), open_) is Ternary.YES
    assert allows(WorkspaceSnapshot.of([open_, egress("deny")]), open_) is Ternary.NO
    assert allows(WorkspaceSnapshot.of([open_, egress("deny", WEB)]), open_) is Ternary.UNKNOWN


def test_namespaces():
    first = egress("a", namespace=None, uri="file:///x/a.yaml")
    beside = egress("b", namespace=None, uri="file:///x/b.yaml")
    away = egress("c", namespace=None, uri="file:///y/c.yaml")
    assert same_namespace(first, beside) is Ternary.YES
    assert same_namespace(first, away) is Ternary.UNKNOWN
    view = WorkspaceSnapshot.of([first, beside, away, egress("d")])
    assert view.policies_in(None) == (first, beside, away)
    assert [located.policy.name for located in view.policies_in("shop")] == ["d"]
    assert view.policies_in("nowhere") == ()
    assert selecting_all_of(view, first) == (beside,)
    assert view.may_select(first) == (beside, away)


def test_a_changed_file_replaces_its_policies():
    a, b = egress("a", uri="file:///app/a.yaml"), egress("b", uri="file:///app/b.yaml")
    view = WorkspaceSnapshot.of([a, b])
    again = view.with_file(b.uri, [egress("c", uri=b.uri)])
    assert [located.policy.name for located in again] == ["a", "c"], "in the order of the paths"
    assert [located.policy.name for located in view] == ["a", "b"]
    assert view.with_file(b.uri, [b]) is view
    assert len(again.with_file(b.uri, [])) == 1
    assert EMPTY.with_file("file:///none", []) is EMPTY


# Targets.
RULE_OWNER = egress("p").policy
KUBE_DNS = PodEndpoint(
    "kube-system",
    {"k8s-app": "kube-dns"},
    {METADATA_NAME: "kube-system"},
    address_set("10.0.0.0/8"),
    {("UDP", "dns"): 53},
)


def peer(**parts) -> RuleSemantics:
    return RuleSemantics(0, (PeerSet(0, **parts),))


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (RuleSemantics(0), Ternary.YES),
        (peer(namespaces=EVERYTHING), Ternary.YES),
        (peer(namespaces=match_labels({METADATA_NAME: "kube-system"})), Ternary.YES),
        (peer(namespaces=match_labels({METADATA_NAME: "kube-public"})), Ternary.NO),
        (peer(namespaces=match_labels({"name": "kube-system"})), Ternary.UNKNOWN),
        (peer(namespaces=EVERYTHING, pods=match_labels({"k8s-app": "kube-dns"})), Ternary.YES),
        (peer(namespaces=EVERYTHING, pods=match_labels({"k8s-app": "web"})), Ternary.NO),
        (peer(namespaces=EVERYTHING, pods=match_labels({"app": "dns"})), Ternary.UNKNOWN),
        (peer(namespaces=EVERYTHING, pods=match_labels({"app": "dns", "k8s-app": "x"})), Ternary.NO),
        (peer(namespaces=EVERYTHING, pods=UNKNOWN_SELECTOR), Ternary.UNKNOWN),
        (peer(namespaces=UNKNOWN_SELECTOR, pods=match_labels({"k8s-app": "x"})), Ternary.NO),
        (peer(pods=EVERYTHING), Ternary.NO),
        (peer(addresses=address_set("10.0.0.0/8")), Ternary.UNKNOWN),
        (peer(addresses=address_set("8.8.8.8/32")), Ternary.NO),
        (peer(is_unknown=True), Ternary.UNKNOWN),
        (RuleSemantics(0, (), has_unknown_peers=True), Ternary.UNKNOWN),
        (RuleSemantics(0, ()), Ternary.NO),
        (RuleSemantics(0, None, port_range("UDP", 50, 60)), Ternary.YES),
        (RuleSemantics(0, None, port_range("TCP", 50, 60)), Ternary.NO),
        (RuleSemantics(0, None, named_port("UDP", "dns")), Ternary.YES),
        (RuleSemantics(0, None, named_port("UDP", "metrics")), Ternary.UNKNOWN),
        (RuleSemantics(0, None, named_port("TCP", "dns")), Ternary.NO),
        (RuleSemantics(0, None, port_range("UDP", 1, 1), has_unknown_ports=True), Ternary.UNKNOWN),
    ],
)
def test_rules_towards_pods_of_which_some_labels_are_known(rule, answer):
    assert rule_allows(rule, RULE_OWNER, KUBE_DNS, port_range("UDP", 53, 53)) is answer


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (RuleSemantics(0), Ternary.YES),
        (peer(addresses=address_set("203.0.113.0/24")), Ternary.YES),
        (peer(addresses=address_set("203.0.113.0/24", ("203.0.113.9/32",))), Ternary.UNKNOWN),
        (peer(addresses=address_set("10.0.0.0/8")), Ternary.NO),
        (peer(namespaces=EVERYTHING), Ternary.NO),
        (RuleSemantics(0, None, named_port("UDP", "dns")), Ternary.NO),
    ],
)
def test_rules_towards_addresses(rule, answer):
    addresses = address_set("203.0.113.8/30")
    assert addresses is not None
    assert rule_allows(rule, RULE_OWNER, AddressEndpoint(addresses), port_range("UDP", 53, 53)) is answer


# The union against brute force over every possible pod.
PODS = [
    {key: value for key, value in zip(("app", "tier"), values, strict=True) if value}
    for values in itertools.product((None, "a", "b", "c"), repeat=2)
]
REQUIREMENT = st.builds(
    LabelRequirement,
    st.sampled_from(["app", "tier"]),
    st.sampled_from([Operator.IN, Operator.NOT_IN]),
    st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2).map(tuple),
)
SELECTOR = st.lists(REQUIREMENT, max_size=2).map(label_selector)
RULE = st.builds(
    RuleSemantics,
    st.just(0),
    st.one_of(st.none(), st.lists(SELECTOR.map(lambda selector: PeerSet(0, pods=selector)), max_size=2).map(tuple)),
    st.sampled_from([PORT_80, port_range("TCP", 1, 100), port_range("UDP", 80, 80)]),
)
POLICY = st.builds(
    lambda selector, rules, types, number: changed(egress(f"p{number}", selector, *rules), types=frozenset(types)),
    SELECTOR,
    st.lists(RULE, max_size=2),
    st.sets(st.sampled_from(list(Direction))),
    st.integers(0, 1000),
)


@given(POLICY, st.lists(POLICY, max_size=3, unique_by=lambda located: located.policy.name), st.sampled_from(PODS))
def test_yes_and_no_hold_for_every_pod(located, others, target_labels):
    others = [other for other in others if other.policy.name != located.policy.name]
    target = PodEndpoint("shop", target_labels, has_all_labels=True)
    answer = union_allows(WorkspaceSnapshot.of([located, *others]), located, Direction.EGRESS, target, PORT_80)
    outcomes = {
        _is_allowed(pod, target_labels, [located, *others]) for pod in PODS if matches(located.policy.pod_selector, pod)
    }
    if answer is Ternary.YES:
        assert outcomes <= {True}
    elif answer is Ternary.NO:
        assert outcomes <= {False}
    else:
        assert others


def _is_allowed(pod: dict[str, str], target: dict[str, str], policies: list[LocatedPolicy]) -> bool:
    isolating = [
        located.policy
        for located in policies
        if Direction.EGRESS in located.policy.types and matches(located.policy.pod_selector, pod)
    ]
    return not isolating or any(
        rule.ports.covers(PORT_80)
        and (rule.peers is None or any(item.pods and matches(item.pods, target) for item in rule.peers))
        for policy in isolating
        for rule in policy.egress
    )

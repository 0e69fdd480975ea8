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
from netpol_lsp.policies.networkpolicy.policy import Direction
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, StoredPolicy, StoredRule
from netpol_lsp.policies.networkpolicy.subsumption import METADATA_NAME
from netpol_lsp.workspace.endpoint import AddressTarget, PodTarget, rule_allows
from netpol_lsp.workspace.snapshot import EMPTY, PlacedPolicy, WorkspaceView, same_namespace
from netpol_lsp.workspace.ternary import Answer

WEB, DB = match_labels({"app": "web"}), match_labels({"app": "db"})
PORT_80 = port_range("TCP", 80, 80)
ALLOW_80 = StoredRule(0, None, PORT_80)


def egress(
    name: str,
    pod_selector: LabelSelector = EVERYTHING,
    *rules: StoredRule,
    namespace: str | None = "shop",
    uri: str = "file:///app/policies.yaml",
) -> PlacedPolicy:
    policy = StoredPolicy(namespace, name, pod_selector, frozenset({Direction.EGRESS}), egress=rules)
    return PlacedPolicy(policy, uri)


def changed(placed: PlacedPolicy, **changes) -> PlacedPolicy:
    return replace(placed, policy=replace(placed.policy, **changes))


ANYBODY = PodTarget("shop", has_all_labels=True)


def allows(view: WorkspaceView, placed: PlacedPolicy) -> Answer:
    return view.union_allows(placed, Direction.EGRESS, ANYBODY, PORT_80)


def test_a_policy_alone():
    assert allows(EMPTY, egress("deny")) is Answer.NO
    assert allows(EMPTY, egress("allow", EVERYTHING, ALLOW_80)) is Answer.YES
    assert EMPTY.union_allows(egress("deny"), Direction.INGRESS, ANYBODY, PORT_80) is Answer.YES


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        (egress("b", EVERYTHING, ALLOW_80), Answer.YES),
        (egress("b", WEB, ALLOW_80), Answer.YES),
        (egress("b", DB, ALLOW_80), Answer.NO),
        (egress("b", match_labels({"app": "web", "tier": "x"}), ALLOW_80), Answer.UNKNOWN),
        (egress("b", EVERYTHING, ALLOW_80, namespace="bank"), Answer.NO),
        (egress("b", EVERYTHING, ALLOW_80, namespace=None), Answer.UNKNOWN),
        (egress("b", EVERYTHING, ALLOW_80, namespace=None, uri="file:///elsewhere/p.yaml"), Answer.NO),
        (changed(egress("b", EVERYTHING, ALLOW_80, namespace=None), is_namespace_unknown=True), Answer.UNKNOWN),
        (changed(egress("b", EVERYTHING, ALLOW_80), is_partial=True), Answer.UNKNOWN),
        (changed(egress("b", EVERYTHING, ALLOW_80), types=frozenset({Direction.INGRESS})), Answer.NO),
        (changed(egress("b", EVERYTHING, ALLOW_80), has_unknown_types=True), Answer.UNKNOWN),
        (egress("b", UNKNOWN_SELECTOR, ALLOW_80), Answer.UNKNOWN),
        (egress("b", EVERYTHING, StoredRule(0, None, NO_PORTS, has_unknown_ports=True)), Answer.UNKNOWN),
        (egress("b", EVERYTHING, StoredRule(0, (), has_unknown_peers=True)), Answer.UNKNOWN),
        # An older version of the policy in question does not count.
        (egress("a", EVERYTHING, ALLOW_80), Answer.NO),
    ],
)
def test_another_policy_helps_where_it_surely_selects_the_same_pods(other, answer):
    deny = egress("a", WEB)
    view = WorkspaceView.of([deny, other])
    assert allows(view, deny) is answer
    assert (other in view.policies_selecting_all_of(deny)) <= (other in view.may_select(deny))


def test_who_selects_the_same_pods():
    web, everybody, db = egress("web", WEB), egress("all"), egress("db", DB)
    tiers = egress("tiers", match_labels({"tier": "x"}))
    view = WorkspaceView.of([web, everybody, db, tiers])
    assert view.policies_selecting_all_of(web) == (everybody,)
    assert view.may_select(web) == (everybody, tiers)
    assert view.policies_selecting_all_of(everybody) == ()
    assert len(view.may_select(everybody)) == 3


def test_isolation_by_another_policy_counts():
    open_ = changed(egress("open"), types=frozenset({Direction.INGRESS}))
    assert allows(WorkspaceView.of([open_]), open_) is Answer.YES
    assert allows(WorkspaceView.of([open_, egress("deny")]), open_) is Answer.NO
    assert allows(WorkspaceView.of([open_, egress("deny", WEB)]), open_) is Answer.UNKNOWN


def test_namespaces():
    first = egress("a", namespace=None, uri="file:///x/a.yaml")
    beside = egress("b", namespace=None, uri="file:///x/b.yaml")
    away = egress("c", namespace=None, uri="file:///y/c.yaml")
    assert same_namespace(first, beside) is Answer.YES
    assert same_namespace(first, away) is Answer.UNKNOWN
    view = WorkspaceView.of([first, beside, away, egress("d")])
    assert view.policies_in(None) == (first, beside, away)
    assert [placed.policy.name for placed in view.policies_in("shop")] == ["d"]
    assert view.policies_in("nowhere") == ()
    assert view.policies_selecting_all_of(first) == (beside,)
    assert view.may_select(first) == (beside, away)


def test_a_changed_file_replaces_its_policies():
    a, b = egress("a"), egress("b", uri="file:///app/b.yaml")
    view = WorkspaceView.of([a, b])
    again = view.with_file(b.uri, [egress("c", uri=b.uri)])
    assert [placed.policy.name for placed in again] == ["a", "c"]
    assert [placed.policy.name for placed in view] == ["a", "b"]
    assert view.with_file(b.uri, [b]) is view
    assert len(again.with_file(b.uri, [])) == 1
    assert EMPTY.with_file("file:///none", []) is EMPTY


def test_the_digest_changes_with_what_answers_depend_on():
    a, b, elsewhere = egress("a"), egress("b", uri="file:///app/b.yaml"), egress("x", namespace="bank")
    view = WorkspaceView.of([a, b, elsewhere])
    assert view.digest("shop") == WorkspaceView.of([elsewhere, b, a]).digest("shop")
    assert view.digest("shop") == WorkspaceView.of([a, b]).digest("shop")
    assert view.digest("shop") != WorkspaceView.of([a]).digest("shop")
    assert view.digest("shop") != view.digest("bank")
    moved = WorkspaceView.of([a, replace(b, document=1), elsewhere])
    assert view.digest("shop") != moved.digest("shop")
    for stray in (egress("s", namespace=None), changed(egress("s", namespace=None), is_namespace_unknown=True)):
        assert WorkspaceView.of([*view, stray]).digest("shop") != view.digest("shop")


# Targets.
RULE_OWNER = egress("p").policy
KUBE_DNS = PodTarget(
    "kube-system",
    {"k8s-app": "kube-dns"},
    {METADATA_NAME: "kube-system"},
    address_set("10.0.0.0/8"),
    {("UDP", "dns"): 53},
)


def peer(**parts) -> StoredRule:
    return StoredRule(0, (PeerSet(0, **parts),))


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (StoredRule(0), Answer.YES),
        (peer(namespaces=EVERYTHING), Answer.YES),
        (peer(namespaces=match_labels({METADATA_NAME: "kube-system"})), Answer.YES),
        (peer(namespaces=match_labels({METADATA_NAME: "kube-public"})), Answer.NO),
        (peer(namespaces=match_labels({"name": "kube-system"})), Answer.UNKNOWN),
        (peer(namespaces=EVERYTHING, pods=match_labels({"k8s-app": "kube-dns"})), Answer.YES),
        (peer(namespaces=EVERYTHING, pods=match_labels({"k8s-app": "web"})), Answer.NO),
        (peer(namespaces=EVERYTHING, pods=match_labels({"app": "dns"})), Answer.UNKNOWN),
        (peer(namespaces=EVERYTHING, pods=match_labels({"app": "dns", "k8s-app": "x"})), Answer.NO),
        (peer(namespaces=EVERYTHING, pods=UNKNOWN_SELECTOR), Answer.UNKNOWN),
        (peer(namespaces=UNKNOWN_SELECTOR, pods=match_labels({"k8s-app": "x"})), Answer.NO),
        (peer(pods=EVERYTHING), Answer.NO),
        (peer(addresses=address_set("10.0.0.0/8")), Answer.UNKNOWN),
        (peer(addresses=address_set("8.8.8.8/32")), Answer.NO),
        (peer(is_unknown=True), Answer.UNKNOWN),
        (StoredRule(0, (), has_unknown_peers=True), Answer.UNKNOWN),
        (StoredRule(0, ()), Answer.NO),
        (StoredRule(0, None, port_range("UDP", 50, 60)), Answer.YES),
        (StoredRule(0, None, port_range("TCP", 50, 60)), Answer.NO),
        (StoredRule(0, None, named_port("UDP", "dns")), Answer.YES),
        (StoredRule(0, None, named_port("UDP", "metrics")), Answer.UNKNOWN),
        (StoredRule(0, None, named_port("TCP", "dns")), Answer.NO),
        (StoredRule(0, None, port_range("UDP", 1, 1), has_unknown_ports=True), Answer.UNKNOWN),
    ],
)
def test_rules_towards_pods_of_which_some_labels_are_known(rule, answer):
    assert rule_allows(rule, RULE_OWNER, KUBE_DNS, port_range("UDP", 53, 53)) is answer


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        (StoredRule(0), Answer.YES),
        (peer(addresses=address_set("203.0.113.0/24")), Answer.YES),
        (peer(addresses=address_set("203.0.113.0/24", ("203.0.113.9/32",))), Answer.UNKNOWN),
        (peer(addresses=address_set("10.0.0.0/8")), Answer.NO),
        (peer(namespaces=EVERYTHING), Answer.NO),
        (StoredRule(0, None, named_port("UDP", "dns")), Answer.NO),
    ],
)
def test_rules_towards_addresses(rule, answer):
    addresses = address_set("203.0.113.8/30")
    assert addresses is not None
    assert rule_allows(rule, RULE_OWNER, AddressTarget(addresses), port_range("UDP", 53, 53)) is answer


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
    StoredRule,
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


@given(POLICY, st.lists(POLICY, max_size=3, unique_by=lambda placed: placed.policy.name), st.sampled_from(PODS))
def test_yes_and_no_hold_for_every_pod(placed, others, target_labels):
    others = [other for other in others if other.policy.name != placed.policy.name]
    target = PodTarget("shop", target_labels, has_all_labels=True)
    answer = WorkspaceView.of([placed, *others]).union_allows(placed, Direction.EGRESS, target, PORT_80)
    outcomes = {
        _is_allowed(pod, target_labels, [placed, *others]) for pod in PODS if matches(placed.policy.pod_selector, pod)
    }
    if answer is Answer.YES:
        assert outcomes <= {True}
    elif answer is Answer.NO:
        assert outcomes <= {False}
    else:
        assert others


def _is_allowed(pod: dict[str, str], target: dict[str, str], policies: list[PlacedPolicy]) -> bool:
    isolating = [
        placed.policy
        for placed in policies
        if Direction.EGRESS in placed.policy.types and matches(placed.policy.pod_selector, pod)
    ]
    return not isolating or any(
        rule.ports.covers(PORT_80)
        and (rule.peers is None or any(item.pods and matches(item.pods, target) for item in rule.peers))
        for policy in isolating
        for rule in policy.egress
    )

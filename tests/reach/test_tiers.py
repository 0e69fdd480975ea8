"""Tiers and actions of the intermediate form, against first-match by hand; no kind of policy but NetworkPolicy lowers to it yet."""

import dataclasses
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import EVERYTHING, match_labels
from netpol_lsp.kube.net.port_set import port_range
from netpol_lsp.policies.ir import (
    ADMIN_TIER,
    BASELINE_TIER,
    NETWORK_POLICY_TIER,
    Action,
    AllOf,
    AnyOf,
    DirectionSemantics,
    Not,
    Peer,
    PodSet,
    PolicySemantics,
    PortTerm,
    Rule,
    SelectorTree,
)
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.matrix import connectivity_matrix
from netpol_lsp.reach.traffic import port_traffic
from netpol_lsp.workspace.resources import NamespaceFacts, WorkloadFacts
from netpol_lsp.workspace.ternary import Ternary

TIERS = (ADMIN_TIER, NETWORK_POLICY_TIER, BASELINE_TIER)
PODS = tuple(Workload("one", WorkloadFacts("Pod", "v1", "one", name, {"app": name})) for name in ("a", "b", "c"))


def selector(chance: random.Random) -> SelectorTree:
    leaf = match_labels({"app": chance.choice("abc")})
    kind = chance.randrange(5)
    if kind == 0:
        return EVERYTHING
    if kind == 1:
        return Not(leaf)
    if kind == 2:
        return AnyOf((leaf, match_labels({"app": chance.choice("abc")})))
    return AllOf((leaf, Not(match_labels({"app": chance.choice("abc")})))) if kind == 3 else leaf


def selects(tree: SelectorTree, app: str) -> bool:
    if isinstance(tree, Not):
        return not selects(tree.part, app)
    if isinstance(tree, AnyOf | AllOf):
        found = [selects(part, app) for part in tree.parts]
        return any(found) if isinstance(tree, AnyOf) else all(found)
    return all(values.contains(app) for _, values in tree.allowed)


def policy(chance: random.Random, number: int) -> PolicySemantics:
    tier = chance.choice(TIERS)
    is_plain = tier is NETWORK_POLICY_TIER
    actions = (Action.ALLOW,) if is_plain else tuple(Action)
    rules = tuple(
        Rule(
            index,
            chance.choice(actions),
            (Peer(pods=PodSet(selector(chance), EVERYTHING)),) if chance.random() < 0.8 else None,
            (PortTerm(port_range("TCP", 80, 80)),) if chance.random() < 0.5 else None,
        )
        for index in range(chance.randrange(4))
    )
    default = Action.DENY if is_plain or chance.random() < 0.2 else Action.PASS
    subject = PodSet(selector(chance), None, "one")
    return PolicySemantics("Any", "one", str(number), subject, tier, number, DirectionSemantics(rules, default))


def allowed(policies: tuple[PolicySemantics, ...], source: str, destination: str, port: int) -> bool:
    """First match by tier, order and rule, one port at a time."""
    for tier in TIERS:
        found = sorted((one for one in policies if one.tier is tier), key=lambda one: one.order)
        mine = [one for one in found if selects(one.subject.pods, destination)]
        verdict = first_match(mine, source, port)
        if verdict is None and any(one.ingress.default is Action.DENY for one in mine if one.ingress):
            verdict = Action.DENY
        if verdict in (Action.ALLOW, Action.DENY):
            return verdict is Action.ALLOW
    return True


def first_match(policies: list[PolicySemantics], source: str, port: int) -> Action | None:
    for one in policies:
        for rule in one.ingress.rules if one.ingress else ():
            is_peer = rule.peers is None or any(selects(peer.pods.pods, source) for peer in rule.peers if peer.pods)
            if is_peer and (rule.ports is None or port == 80):
                return rule.action
    return None


@settings(max_examples=80)
@given(st.integers(min_value=0, max_value=2**32))
def test_first_match_by_tier_order_and_rule(seed: int) -> None:
    chance = random.Random(seed)
    policies = tuple(policy(chance, number) for number in range(chance.randrange(1, 6)))
    engine = Engine(Cluster(policies, PODS, {"one": NamespaceFacts("one", {})}))
    matrix = connectivity_matrix(engine)
    for source in PODS:
        for destination in PODS:
            if source is destination:
                continue
            verdict = engine.verdict(source, destination)
            for port in (80, 81):
                expected = Ternary.of(allowed(policies, source.name, destination.name, port))
                assert verdict.answer(port_traffic("TCP", port)) is expected, (
                    seed,
                    source.name,
                    destination.name,
                    port,
                )
            assert matrix.between(engine.class_of(source), engine.class_of(destination))[0] == verdict.allow


def test_a_tier_that_may_select_makes_unknown_what_it_decides() -> None:
    deny = DirectionSemantics((Rule(0, Action.DENY, None, (PortTerm(port_range("TCP", 80, 80)),)),), Action.PASS)
    one = PolicySemantics("Any", "one", "x", PodSet(match_labels({"role": "x"}), None, "one"), ADMIN_TIER, 0, deny)
    hidden = Workload("one", dataclasses.replace(PODS[0].facts, has_unknown_labels=True))
    engine = Engine(Cluster((one,), (hidden, PODS[1]), {"one": NamespaceFacts("one", {})}))
    verdict = engine.verdict(PODS[1], hidden)
    assert verdict.answer(port_traffic("TCP", 80)) is Ternary.UNKNOWN
    assert verdict.answer(port_traffic("TCP", 81)) is Ternary.YES

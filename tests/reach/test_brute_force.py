"""The engine against an evaluator that was written apart from it, over random clusters."""

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netpol_lsp.kube.net.address_set import CidrSet, address_set
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.connectivity import Connection, Connectivity, outside_verdicts
from netpol_lsp.reach.enforcement import SPECIFICATION, STANDARD, Enforcement
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.exposure import Exposed, ExposedConnectivity, Unprotected, exposure
from netpol_lsp.reach.matrix import connectivity_matrix
from netpol_lsp.reach.query import Pair
from netpol_lsp.reach.traffic import EVERYTHING, complement, port_traffic
from netpol_lsp.reach.why import Effect, explain
from netpol_lsp.workspace.resources import NamespaceFacts
from netpol_lsp.workspace.ternary import Ternary
from tests.reach import brute_force
from tests.reach.loading import as_text, load
from tests.reach.random_clusters import ADDRESSES, PORTS, PROTOCOLS, Generator

NEVER_PODS = Enforcement(ip_block_matches_pods=Ternary.NO)
ASKED = (*PORTS, 1, 54, 7000)
SIXTY_EXAMPLES = settings(max_examples=60)
SEEDS = st.integers(min_value=0, max_value=2**32)


def whole(seed: int) -> tuple[list[dict], Cluster]:
    """A random cluster of which everything is known."""
    objects = Generator(seed).cluster()
    return objects, load(as_text(objects))


def compare(seed: int) -> int:
    """All pairs and many ports of a random cluster; returns how many questions were asked."""
    objects, cluster = whole(seed)
    matches = seed % 2 == 0
    oracle = brute_force.Cluster(objects, blocks_match_pods=matches)
    engine = Engine(cluster, STANDARD if matches else NEVER_PODS)
    pods = {item["metadata"]["name"]: item for item in objects if item["kind"] == "Pod"}
    workloads = {item.name: item for item in cluster.workloads}
    asked = 0
    for one, source in pods.items():
        for other, destination in pods.items():
            verdict = engine.verdict(workloads[one], workloads[other])
            for protocol in PROTOCOLS:
                for port in ASKED:
                    expected = Ternary.of(oracle.allowed(source, destination, protocol, port))
                    found = verdict.answer(port_traffic(protocol, port))
                    assert found is expected, (seed, one, other, protocol, port)
                    asked += 1
        asked += compare_outside(oracle, engine, workloads[one], source, random.Random(seed))
    return asked


def compare_outside(oracle, engine, workload, pod, chance) -> int:
    asked = 0
    for address in ADDRESSES:
        target = address_set(f"{address}/{128 if ':' in address else 32}")
        assert target is not None
        for direction in Direction:
            verdict = engine.outside(engine.class_of(workload), direction, target)
            for protocol in PROTOCOLS:
                port = chance.choice(ASKED)
                ends = (pod, address) if direction is Direction.EGRESS else (address, pod)
                expected = Ternary.of(oracle.allowed(*ends, protocol, port))
                assert verdict.answer(port_traffic(protocol, port)) is expected, (address, direction, protocol, port)
                asked += 1
    return asked


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_engine_agrees_with_the_oracle(start: int) -> None:
    assert sum(compare(seed) for seed in range(start, start + 20)) > 5000


@SIXTY_EXAMPLES
@given(SEEDS)
def test_engine_agrees_with_the_oracle_anywhere(seed: int) -> None:
    compare(seed)


@SIXTY_EXAMPLES
@given(SEEDS)
def test_all_pairs_at_once_are_as_one_by_one(seed: int) -> None:
    objects, cluster = whole(seed)
    if seed % 3 == 0:
        cluster = dataclasses.replace(cluster, namespaces={})
    if seed % 5 == 0:
        objects = [
            {**item, "spec": {**item["spec"], "hostNetwork": True}} if item["kind"] == "Pod" else item
            for item in objects
        ]
        cluster = load(as_text(objects))
    engine = Engine(cluster, SPECIFICATION if seed % 2 else STANDARD)
    matrix = connectivity_matrix(engine)
    for source in engine.classes.classes:
        for destination in engine.classes.classes:
            verdict = engine.between(source, destination)
            assert matrix.between(source, destination) == (verdict.allow, complement(verdict.deny))


@SIXTY_EXAMPLES
@given(SEEDS)
def test_what_is_not_known_is_never_wrong(seed: int) -> None:
    """Where something is hidden, a verdict has to hold in every world that it may be."""
    objects, cluster = whole(seed)
    chance = random.Random(seed)
    hidden = {name for name in cluster.namespaces if chance.random() < 0.5}
    known = {name: facts for name, facts in cluster.namespaces.items() if name not in hidden}
    engine = Engine(dataclasses.replace(cluster, namespaces=known))
    workloads = {item.name: item for item in cluster.workloads}
    for matches in (True, False):
        world = [relabelled(item, hidden, chance) for item in objects]
        oracle = brute_force.Cluster(world, blocks_match_pods=matches)
        pods = {item["metadata"]["name"]: item for item in world if item["kind"] == "Pod"}
        for one, source in pods.items():
            for other, destination in pods.items():
                verdict = engine.verdict(workloads[one], workloads[other])
                for port in ASKED:
                    found = verdict.answer(port_traffic("TCP", port))
                    expected = Ternary.of(oracle.allowed(source, destination, "TCP", port))
                    assert found in (expected, Ternary.UNKNOWN)


def relabelled(item: dict, hidden: set[str], chance: random.Random) -> dict:
    if item["kind"] != "Namespace" or item["metadata"]["name"] not in hidden:
        return item
    labels = Generator(chance.randrange(2**32)).labels()
    return {**item, "metadata": {**item["metadata"], "labels": labels}}


@SIXTY_EXAMPLES
@given(SEEDS)
def test_reasons_agree_with_the_verdict(seed: int) -> None:
    _, cluster = whole(seed)
    engine = Engine(cluster, STANDARD)
    for source in cluster.workloads:
        for destination in cluster.workloads:
            if source is destination:
                continue
            verdict = engine.verdict(source, destination)
            explanation = explain(engine, Pair(source, destination, EVERYTHING, verdict))
            together: list[tuple[int, int]] = []
            for segment in explanation.segments:
                assert verdict.answer(segment.traffic) is segment.answer
                together += segment.traffic
                for side in (segment.egress, segment.ingress):
                    assert side is not None
                    assert side.is_default or side.reasons
                    if side.answer is Ternary.YES and not side.is_default:
                        assert all(reason.effect is Effect.ALLOWS for reason in side.reasons)
            assert sum(last - first + 1 for first, last in together) == EVERYTHING[0][1] + 1


@SIXTY_EXAMPLES
@given(SEEDS, SEEDS)
def test_a_change_gives_what_a_new_start_gives(seed: int, other: int) -> None:
    _, before = whole(seed)
    _, after = whole(other)
    engine = Engine(before, STANDARD)
    for source in before.workloads:
        engine.verdict(source, before.workloads[0])
    mixed = dataclasses.replace(
        before,
        policies=(*before.policies[1:], *after.policies[:2]),
        workloads=(*before.workloads[1:], *after.workloads[:1]),
        namespaces={**before.namespaces, "two": NamespaceFacts("two", {"app": "b"})},
    )
    for cluster in (mixed, after, before):
        engine = engine.updated(cluster)
        fresh = Engine(cluster, STANDARD)
        for source in cluster.workloads:
            for destination in cluster.workloads:
                assert engine.verdict(source, destination) == fresh.verdict(source, destination)


@SIXTY_EXAMPLES
@given(SEEDS)
def test_groups_speak_for_their_workloads(seed: int) -> None:
    _, cluster = whole(seed)
    engine = Engine(cluster, STANDARD)
    connectivity = Connectivity(engine)
    found = {}
    for item in connectivity.between_groups():
        for source in item.source.workloads:
            for destination in item.destination.workloads:
                found[source, destination] = item.allow
    for source in cluster.workloads:
        for destination in cluster.workloads:
            if source is not destination:
                assert found.get((source, destination), ()) == engine.verdict(source, destination).allow
    for direction in Direction:
        outside = [
            (item, item.source if direction is Direction.EGRESS else item.destination)
            for item in connectivity.with_outside(direction)
        ]
        for group in connectivity.groups:
            said = {(item.allow, item.unknown, _addresses(item)) for item, pods in outside if pods is group}
            for workload in group.workloads:
                verdicts = outside_verdicts(engine, engine.class_of(workload), direction)
                assert said == {(one.allow, one.unknown, part) for one, part in verdicts if one.allow or one.unknown}


def _addresses(item: Connection) -> CidrSet:
    found = item.source if isinstance(item.source, CidrSet) else item.destination
    assert isinstance(found, CidrSet)
    return found


@SIXTY_EXAMPLES
@given(SEEDS)
def test_groups_are_exposed_as_each_of_their_workloads(seed: int) -> None:
    _, cluster = whole(seed)
    connectivity = ExposedConnectivity(Engine(cluster, STANDARD))
    said: dict[Workload, set[object]] = {item: set() for item in cluster.workloads}
    for item in exposure(connectivity):
        for workload in item.group.workloads:
            said[workload].add(_without_group(item))
    for workload in cluster.workloads:
        alone = dataclasses.replace(cluster, workloads=(workload,))
        own = exposure(ExposedConnectivity(Engine(alone, STANDARD)))
        # A peer that a workload of the cluster shows is left out where that one is known.
        assert said[workload] <= {_without_group(item) for item in own}


def _without_group(item: Exposed | Unprotected) -> object:
    return tuple(getattr(item, one.name) for one in dataclasses.fields(item) if one.name != "group")

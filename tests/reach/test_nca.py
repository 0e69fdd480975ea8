"""What network-config-analyzer expects: connections of each configuration, and questions about whole sets of policies."""

import dataclasses
import json
from functools import cache
from itertools import combinations, permutations

import pytest

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.queries import (
    allows_more,
    are_alike_by_name,
    are_equivalent,
    empty_policies,
    empty_rules,
    forbids,
    interferes,
    is_vacuous,
    permits,
    redundant_policies,
    redundant_rules,
    uncaptured,
)
from netpol_lsp.workspace.ternary import Ternary
from tests.reach.loading import load
from tests.reach.suite_files import ENDINGS, NEVER_PODS, SUITES, assumed, deviations, fits, needs_suites
from tests.reach.suites import V4, parse_line, parse_traffic, three_protocols

pytestmark = needs_suites
NCA = SUITES / "nca"


def lines(name: str) -> list[dict]:
    path = NCA / name
    return [json.loads(text) for text in path.read_text("utf-8").splitlines()] if path.exists() else []


@cache
def part(paths: tuple[str, ...]) -> Cluster:
    files = {}
    for path in paths:
        whole = NCA / "manifests" / path
        found = [whole] if whole.is_file() else sorted(one for one in whole.rglob("*") if one.suffix in ENDINGS)
        files |= {str(one): one.read_text("utf-8", errors="replace") for one in found}
    return load(files)


def configuration(row: dict) -> Cluster:
    """Policies, pods and namespaces from the files that are named for each of these roles."""
    policies, pods = part(tuple(row["policies"])), part(tuple(row["pods"]))
    namespaces = part(tuple(row["namespaces"])).namespaces
    return assumed(
        dataclasses.replace(pods, policies=policies.policies, others=policies.others, namespaces=namespaces, unknown=())
    )


CONFIGURATIONS = [row for row in lines("configs.jsonl") if "connectivity" in row]


@pytest.mark.parametrize("row", CONFIGURATIONS, ids=[row["id"] for row in CONFIGURATIONS])
def test_connections_of_pods(row: dict) -> None:
    cluster = configuration(row)
    engine = Engine(cluster, NEVER_PODS)
    pods: dict[str, Workload] = {}
    for item in cluster.workloads:
        pods.setdefault(f"{item.namespace}/{item.name}", item)
    expected = {}
    for text in (NCA / row["connectivity"]).read_text("utf-8").splitlines():
        parsed = parse_line(text)
        if parsed is not None:
            expected[parsed[0], parsed[1]] = parsed[2]
    names = {name for pair in expected for name in pair if workload(pods, name) is not None}
    problems = []
    for source, destination in permutations(names, 2):
        one, other = workload(pods, source), workload(pods, destination)
        assert one is not None
        assert other is not None
        text = expected.get((source, destination), "No Connections")
        if "{" in text:
            continue  # protocols that policies of Kubernetes cannot name
        verdict = engine.verdict(one, other)
        may = intervals.union(verdict.allow, verdict.unknown)
        if not fits((three_protocols(verdict.allow), three_protocols(may)), parse_traffic(text)):
            problems.append((source, destination, text))
        hosts = one.facts.host_network or other.facts.host_network
        assert hosts or not verdict.unknown, (source, destination)
    assert bool(problems) is (deviations().get(f"nca:{row['id']}") == "ingress-as-policy"), problems[:3]


def workload(pods: dict[str, Workload], name: str) -> Workload | None:
    """A pod by its name; replicas of a Deployment are NAME-1 and NAME-2."""
    plain = name.partition("[")[0]
    return pods.get(plain) or (pods.get(plain.rpartition("-")[0]) if plain.endswith(("-1", "-2")) else None)


def engines(row: dict) -> list[Engine]:
    """The sets of a query, on one topology; hostNetwork is left out, as the tool has it."""
    shared: dict[tuple, Cluster] = {}
    found = []
    for name in row["sets"]:
        key = max((one for one in row["configs"] if name == one or name.startswith(f"{one}/")), key=len)
        config = row["configs"][key]
        cluster = configuration(config)
        policies = cluster.policies
        if name != key:
            *_, namespace, policy = name.split("/")
            policies = tuple(one for one in policies if (one.namespace, one.name) == (namespace, policy))
        topology = shared.setdefault((tuple(config["pods"]), tuple(config["namespaces"])), without_hosts(cluster))
        found.append(Engine(assumed(dataclasses.replace(topology, policies=policies)), NEVER_PODS))
    return found


def without_hosts(cluster: Cluster) -> Cluster:
    workloads = tuple(
        dataclasses.replace(item, facts=dataclasses.replace(item.facts, host_network=False))
        for item in cluster.workloads
    )
    return dataclasses.replace(cluster, workloads=workloads)


def addresses_of(sets: list[Engine]) -> CidrSet:
    """IPv6 counts where a policy names some of it."""
    peers = (
        peer
        for engine in sets
        for policy in engine.cluster.policies
        for direction in Direction
        if (semantics := policy.direction(direction)) is not None
        for rule in semantics.rules
        for peer in rule.peers or ()
    )
    return EVERY_ADDRESS if any(peer.addresses is not None and peer.addresses.v6 for peer in peers) else V4


def redundant(engine: Engine, scope: CidrSet) -> int:
    policies = redundant_policies(engine, scope)
    rest = [one for one in engine.cluster.policies if one not in policies]
    return len(policies) + sum(1 for _ in redundant_rules(engine, rest, scope))


def empty(engine: Engine) -> int:
    return len(empty_policies(engine)) + sum(1 for _ in empty_rules(engine))


def sanity(engine: Engine, scope: CidrSet) -> int:
    """What is vacuous, empty or redundant; a policy that is empty and redundant counts once."""
    both = set(map(id, empty_policies(engine))) & set(map(id, redundant_policies(engine, scope)))
    return (is_vacuous(engine, scope) is Ternary.YES) + empty(engine) + redundant(engine, scope) - len(both)


def not_captured(engine: Engine) -> int:
    """Workloads by direction that no policy captures; without any policy the number of pods."""
    if not engine.cluster.policies:
        return len(engine.cluster.workloads)
    return len({(item.namespace, item.owner, direction) for item, direction in uncaptured(engine)})


def containment_of(one: Engine, other: Engine, scope: CidrSet) -> int:
    """3: equal; 2: the first is within the second; 1: the reverse."""
    first = allows_more(other, one, scope) is Ternary.NO
    second = allows_more(one, other, scope) is Ternary.NO
    return 3 if first and second else 2 if first else 1 if second else 0


def answer(query: str, sets: list[Engine], scope: CidrSet) -> int:
    first, rest = sets[0], sets[1:]
    counts = {
        "equivalence": lambda: sum(are_equivalent(*pair, scope) is Ternary.NO for pair in combinations(sets, 2)),
        "containment": lambda: sum(allows_more(first, one, scope) is Ternary.NO for one in rest),
        "twoWayContainment": lambda: sum(containment_of(*pair, scope) for pair in combinations(sets, 2)),
        "permits": lambda: sum(not permits(first, one, scope) for one in rest),
        "forbids": lambda: sum(not forbids(first, one, scope) for one in rest),
        "interferes": lambda: sum(interferes(first, one, scope) for one in rest),
        "pairwiseInterferes": lambda: sum(interferes(*pair, scope) for pair in permutations(sets, 2)),
        "vacuity": lambda: sum(is_vacuous(one, scope) is Ternary.YES for one in sets),
        "emptiness": lambda: sum(map(empty, sets)),
        "redundancy": lambda: sum(redundant(one, scope) for one in sets),
        "sanity": lambda: sum(sanity(one, scope) for one in sets),
        "strongEquivalence": lambda: sum(
            are_alike_by_name(*pair, scope) is Ternary.NO for pair in combinations(sets, 2)
        ),
        "allCaptured": lambda: sum(map(not_captured, sets)),
    }
    return counts[query]()


ASKED = (
    "equivalence",
    "containment",
    "twoWayContainment",
    "permits",
    "forbids",
    "interferes",
    "pairwiseInterferes",
    "vacuity",
    "emptiness",
    "redundancy",
    "sanity",
    "strongEquivalence",
    "allCaptured",
)
QUERIES = [row for row in lines("queries.jsonl") if row["query"] in ASKED]


@pytest.mark.parametrize("row", QUERIES, ids=[row["id"] for row in QUERIES])
def test_questions_about_sets_of_policies(row: dict) -> None:
    sets = engines(row)
    agrees = answer(row["query"], sets, addresses_of(sets)) == row["expected"]
    assert agrees is (f"nca:{row['id']}" not in deviations()), row["answer"][:300]

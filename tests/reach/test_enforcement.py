"""Verdicts follow the network plugin: what it ignores is no barrier, and what was unknown becomes known."""

import pytest

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.capabilities.profiles import capabilities_of
from netpol_lsp.config.settings import Settings
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.lowering import lower
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.enforcement import SPECIFICATION, STANDARD, Enforcement, enforcement_of
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.traffic import port_traffic
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.ternary import Ternary

YES, NO, UNKNOWN = Ternary.YES, Ternary.NO, Ternary.UNKNOWN
PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.244.1.5, podIPs: [{ip: 10.244.1.5}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client}}
spec: {containers: [{name: c}]}
status: {podIP: 10.244.2.6, podIPs: [{ip: 10.244.2.6}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: APP}}
"""


def answer(
    rest: str,
    enforcement: Enforcement,
    port: int,
    protocol: str = "TCP",
    app: str = "web",
    *,
    ignores_types: bool = False,
) -> Ternary:
    """Whether `client` may reach `web` on a port, with one policy for the pods of `app`."""
    facts = facts_of(make_source("c.yaml", PODS + POLICY.replace("APP", app) + rest), Settings())
    cluster = Cluster(
        policies=tuple(lower(located.policy, ignores_types=ignores_types) for located in facts.policies),
        workloads=tuple(Workload(item.namespace, item) for item in facts.resources.workloads),
        namespaces={item.name: item for item in facts.resources.namespaces},
    )
    web, client = sorted(cluster.workloads, key=lambda item: item.name != "web")
    return Engine(cluster, enforcement).verdict(client, web).answer(port_traffic(protocol, port))


def of(cni: str) -> Enforcement:
    return enforcement_of(capabilities_of(cni))


INGRESS = "  policyTypes: [Ingress]\n"
EGRESS = "  policyTypes: [Egress]\n"
RANGE = INGRESS + "  ingress: [{ports: [{port: 8000, endPort: 8010}]}]\n"
NAMED = INGRESS + "  ingress: [{ports: [{port: http}]}]\n"
BLOCK = INGRESS + "  ingress: [{from: [{ipBlock: {cidr: 10.244.2.0/24}}]}]\n"
SCTP = INGRESS + "  ingress: [{ports: [{protocol: SCTP, port: 3868}]}]\n"


@pytest.mark.parametrize(
    ("rest", "cni", "port", "protocol", "by_specification", "with_it"),
    [
        # A direction that is not enforced is open.
        (INGRESS, "flannel", 80, "TCP", NO, YES),
        (INGRESS, "kindnet@0.23", 80, "TCP", NO, YES),
        (INGRESS, "kindnet@0.24", 80, "TCP", NO, NO),
        (INGRESS, "romana", 80, "TCP", NO, NO),
        # Of a range only the first port is open.
        (RANGE, "cilium@1.15", 8000, "TCP", YES, YES),
        (RANGE, "cilium@1.15", 8005, "TCP", YES, NO),
        (RANGE, "cilium@1.16", 8005, "TCP", YES, YES),
        (RANGE, "weave", 8005, "TCP", YES, NO),
        # A range that is not supported, and nobody says what happens instead.
        (RANGE, "huawei-cce-turbo", 8005, "TCP", YES, UNKNOWN),
        # A name opens the whole protocol, or nobody knows what happens.
        (NAMED, "ovn-kubernetes", 8080, "TCP", YES, YES),
        (NAMED, "ovn-kubernetes", 22, "TCP", NO, YES),
        (NAMED, "ovn-kubernetes", 53, "UDP", NO, NO),
        (NAMED, "weave", 8080, "TCP", YES, UNKNOWN),
        (NAMED, "calico", 22, "TCP", NO, NO),
        # Whether an ipBlock means pods.
        (BLOCK, "calico", 80, "TCP", UNKNOWN, YES),
        (BLOCK, "standard", 80, "TCP", UNKNOWN, YES),
        (BLOCK, "cilium", 80, "TCP", UNKNOWN, NO),
        (BLOCK, "gke-dataplane-v2", 80, "TCP", UNKNOWN, UNKNOWN),
        # SCTP.
        (SCTP, "nsx-t", 3868, "SCTP", YES, UNKNOWN),
        (SCTP, "kube-router", 3868, "SCTP", YES, YES),
    ],
)
def test_verdicts_with_a_profile(
    rest: str, cni: str, port: int, protocol: str, by_specification: Ternary, with_it: Ternary
) -> None:
    assert answer(rest, SPECIFICATION, port, protocol) is by_specification
    assert answer(rest, of(cni), port, protocol) is with_it


@pytest.mark.parametrize(("cni", "verdict"), [("flannel", YES), ("romana", YES), ("calico", NO)])
def test_egress_that_is_not_enforced_is_open(cni: str, verdict: Ternary) -> None:
    assert answer(EGRESS, of(cni), 80, app="client") is verdict


@pytest.mark.parametrize(("cni", "verdict"), [("cilium", NO), ("aws@1.19", NO), ("calico", YES), ("standard", YES)])
def test_rules_of_a_direction_that_is_not_listed(cni: str, verdict: Ternary) -> None:
    rest = EGRESS + "  egress: [{}]\n  ingress: [{from: [{podSelector: {matchLabels: {app: other}}}]}]\n"
    ignores = of(cni).policy_types is Ternary.NO
    assert answer(rest, of(cni), 80, ignores_types=ignores) is verdict


def test_a_profile_that_knows_nothing_changes_nothing() -> None:
    for rest in (INGRESS, EGRESS, RANGE, NAMED, BLOCK, SCTP):
        for port, protocol in ((80, "TCP"), (8005, "TCP"), (8080, "TCP"), (3868, "SCTP")):
            unknown = enforcement_of(capabilities_of(None))
            assert answer(rest, unknown, port, protocol) is answer(rest, SPECIFICATION, port, protocol)
    assert enforcement_of(capabilities_of(None)) == SPECIFICATION


def test_the_standard_profile_is_the_reading_of_the_tests() -> None:
    standard = of("standard")
    for name in ("ip_block_matches_pods", "ingress", "egress", "named_ports", "port_ranges", "sctp", "policy_types"):
        assert getattr(standard, name) is getattr(STANDARD, name) is Ternary.YES


def test_answers_come_with_the_facts_that_they_rest_on() -> None:
    cilium = of("cilium@1.15")
    fact = cilium.fact(Capability.END_PORT)
    assert fact is not None
    assert "only `port` is open" in fact.text
    assert fact.sources
    assert cilium.fact(Capability.SCTP) is None  # partly: no verdict follows from it
    assert SPECIFICATION.facts == ()


def test_every_port_is_no_range() -> None:
    assert answer(INGRESS + "  ingress: [{ports: [{protocol: TCP}]}]\n", of("cilium@1.15"), 9000) is YES


def test_addresses_outside_are_not_pods() -> None:
    facts = facts_of(
        make_source("c.yaml", PODS + POLICY.replace("APP", "web") + BLOCK.replace("10.244.2.0", "203.0.113.0")),
        Settings(),
    )
    cluster = Cluster(
        policies=tuple(lower(located.policy) for located in facts.policies),
        workloads=tuple(Workload(item.namespace, item) for item in facts.resources.workloads),
    )
    block = address_set("203.0.113.0/24")
    assert block is not None
    for cni in ("calico", "cilium"):
        engine = Engine(cluster, of(cni))
        web = next(item for item in cluster.workloads if item.name == "web")
        found = engine.outside(engine.class_of(web), Direction.INGRESS, block)
        assert found.answer(port_traffic("TCP", 80)) is YES

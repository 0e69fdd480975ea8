"""A large cluster for benchmarks of connectivity, as facts: seeded, with pods of Deployments that share their labels."""

import random

from netpol_lsp.kube.label_selector import EVERYTHING, LabelRequirement, LabelSelector, Operator, label_selector
from netpol_lsp.kube.net.address_set import address_set
from netpol_lsp.kube.net.port_set import ALL_PORTS, named_port, port_range, union_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.ir import PolicySemantics
from netpol_lsp.policies.networkpolicy.lowering import lower
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, PortItem, RuleSemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.workspace.resources import ContainerPort, NamespaceFacts, WorkloadFacts

APPS = [f"app{number}" for number in range(60)]
TIERS = ["front", "back", "data", "edge"]
TEAMS = [f"t{number}" for number in range(10)]
NUMBERS = (80, 443, 8080, 5432)


class ClusterGenerator:
    """Draws namespaces, pods and policies from a seeded source of chance."""

    def __init__(self, seed: int = 1, namespaces: int = 50) -> None:
        self.random = random.Random(seed)
        self.namespaces = namespaces

    def selector(self) -> LabelSelector:
        share = self.random.random()
        if share < 0.15:
            return EVERYTHING
        app = LabelRequirement("app", Operator.IN, (self.random.choice(APPS),))
        if share < 0.6:
            return label_selector([app])
        if share < 0.8:
            return label_selector([app, LabelRequirement("tier", Operator.IN, (self.random.choice(TIERS),), 1)])
        operator = self.random.choice((Operator.IN, Operator.NOT_IN))
        return label_selector([LabelRequirement("tier", operator, tuple(self.random.sample(TIERS, 2)))])

    def namespace_selector(self) -> LabelSelector:
        name = f"ns{self.random.randrange(self.namespaces)}"
        choices = (
            ("env", self.random.choice(("prod", "dev", "qa"))),
            ("team", self.random.choice(TEAMS)),
            ("kubernetes.io/metadata.name", name),
        )
        if self.random.random() < 0.25:
            return EVERYTHING
        key, value = self.random.choice(choices)
        return label_selector([LabelRequirement(key, Operator.IN, (value,))])

    def rule(self, index: int) -> RuleSemantics:
        peers = []
        for number in range(self.random.randint(0, 2)):
            share = self.random.random()
            if share < 0.15:
                peers.append(PeerSet(number, addresses=address_set(f"10.{self.random.randrange(256)}.0.0/16")))
            elif share < 0.5:
                peers.append(PeerSet(number, pods=self.selector()))
            elif share < 0.75:
                peers.append(PeerSet(number, namespaces=self.namespace_selector()))
            else:
                peers.append(PeerSet(number, self.selector(), self.namespace_selector()))
        ports = [port_range("TCP", number, number) for number in self.random.sample(NUMBERS, self.random.randint(0, 2))]
        if ports and self.random.random() < 0.2:
            ports.append(named_port("TCP", "http"))
        items = tuple(PortItem(number, port) for number, port in enumerate(ports))
        return RuleSemantics(index, tuple(peers) or None, union_of(ports) if ports else ALL_PORTS, port_items=items)

    def rules(self) -> tuple[RuleSemantics, ...]:
        return tuple(self.rule(index) for index in range(self.random.randint(1, 3)))

    def policy(self, number: int) -> PolicySemantics:
        namespace = f"ns{self.random.randrange(self.namespaces)}"
        semantics = NetworkPolicySemantics(
            namespace, f"p{number}", self.selector(), frozenset(Direction), self.rules(), self.rules()
        )
        return lower(semantics, Origin(f"{number}.yaml"))

    def pods(self, count: int) -> list[Workload]:
        found: list[Workload] = []
        while len(found) < count:
            labels = {"app": self.random.choice(APPS), "tier": self.random.choice(TIERS)}
            if self.random.random() < 0.5:
                labels["version"] = self.random.choice("abc")
            namespace = f"ns{self.random.randrange(self.namespaces)}"
            number = self.random.choice(NUMBERS)
            ports = (ContainerPort(number, "http"), ContainerPort(self.random.choice(NUMBERS), "more"))
            for _ in range(min(self.random.randint(1, 15), count - len(found))):
                own = {**labels, "pod-template-hash": f"{self.random.randrange(16**6):x}"}
                name = f"pod-{len(found)}"
                found.append(Workload(namespace, WorkloadFacts("Pod", "v1", namespace, name, own, ports=ports)))
        return found

    def cluster(self, policies: int, pods: int) -> Cluster:
        names = [f"ns{number}" for number in range(self.namespaces)]
        namespaces = {
            name: NamespaceFacts(
                name, {"env": self.random.choice(("prod", "dev", "qa")), "team": self.random.choice(TEAMS)}
            )
            for name in names
        }
        return Cluster(tuple(self.policy(number) for number in range(policies)), tuple(self.pods(pods)), namespaces)

"""Random clusters as plain manifests: small, and with everything that a policy can say in each of its positions."""

import random
from typing import Any

Object = dict[str, Any]
KEYS, VALUES = ("app", "tier", "x"), ("a", "b", "")
NAMES = ("http", "dns", "web")
PROTOCOLS = ("TCP", "UDP", "SCTP")
PORTS = (53, 80, 81, 443, 8080, 65535)
BLOCKS = ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "::/0", "2001:db8::/32", "2001:db8:1::/48")
EXCEPTS = {
    "0.0.0.0/0": ("10.0.0.0/8", "192.0.2.128/25"),
    "10.0.0.0/8": ("10.1.0.0/16",),
    "10.1.0.0/16": ("10.1.2.0/24",),
    "192.0.2.0/24": ("192.0.2.0/25",),
    "::/0": ("2001:db8::/32",),
    "2001:db8::/32": ("2001:db8:1::/48",),
    "2001:db8:1::/48": ("2001:db8:1:1::/64",),
}
ADDRESSES = (
    "10.1.2.3",
    "10.1.9.9",
    "10.200.0.1",
    "192.0.2.1",
    "192.0.2.200",
    "8.8.8.8",
    "2001:db8::1",
    "2001:db8:1::1",
    "2606::1",
)


class Generator:
    """Draws from a seeded source of chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def labels(self) -> dict[str, str]:
        return {key: self.random.choice(VALUES) for key in KEYS if self.chance(0.6)}

    def nothing_or(self, value: Any, share: float = 0.2) -> Any:
        """A value, or null or its empty form in its place."""
        if not self.chance(share):
            return value
        return self.random.choice([None, type(value)()])

    def selector(self, *, keys: tuple[str, ...] = KEYS) -> Object | None:
        selector: Object = {}
        if self.chance(0.5):
            selector["matchLabels"] = self.nothing_or({self.random.choice(keys): self.random.choice(VALUES)})
        if self.chance(0.4):
            selector["matchExpressions"] = self.nothing_or([self.term(keys) for _ in range(self.random.randint(1, 2))])
        return selector

    def term(self, keys: tuple[str, ...]) -> Object:
        operator = self.random.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        term: Object = {"key": self.random.choice(keys), "operator": operator}
        if operator in ("In", "NotIn"):
            term["values"] = self.random.sample(VALUES, self.random.randint(1, 2))
        elif self.chance(0.3):
            term["values"] = self.random.choice([None, []])
        return term

    def peer(self) -> Object:
        if self.chance(0.3):
            cidr = self.random.choice(BLOCKS)
            block: Object = {"cidr": cidr}
            if self.chance(0.5):
                block["except"] = self.nothing_or(list(EXCEPTS[cidr]))
            peer: Object = {"ipBlock": block}
            if self.chance(0.1):
                peer["podSelector"] = None
            return peer
        peer = {}
        kind = self.random.randrange(3)
        if kind != 1:
            peer["podSelector"] = self.selector()
        if kind != 0:
            keys = (*KEYS, "kubernetes.io/metadata.name")
            peer["namespaceSelector"] = self.selector(keys=keys) if self.chance(0.8) else self.by_name()
        for key in ("podSelector", "namespaceSelector", "ipBlock"):
            if key not in peer and self.chance(0.15):
                peer[key] = None
        return peer

    def by_name(self) -> Object:
        return {"matchLabels": {"kubernetes.io/metadata.name": self.random.choice(("one", "two", "three"))}}

    def port(self) -> Object | None:
        if self.chance(0.06):
            return self.random.choice([None, {}])
        item: Object = {}
        if self.chance(0.7):
            item["protocol"] = self.nothing_or(self.random.choice(PROTOCOLS), 0.1) or None
        kind = self.random.random()
        if kind < 0.3:
            item["port"] = self.random.choice(NAMES)
        elif kind < 0.9:
            item["port"] = self.random.choice(PORTS)
            if self.chance(0.3):
                item["endPort"] = max(item["port"], self.random.choice(PORTS))
        elif self.chance(0.5):
            item["port"] = None
        return item

    def rule(self, peers_key: str) -> Object | None:
        if self.chance(0.04):
            return None
        rule: Object = {}
        if self.chance(0.8):
            rule[peers_key] = self.nothing_or([self.peer() for _ in range(self.random.randint(1, 3))])
        if self.chance(0.7):
            rule["ports"] = self.nothing_or([self.port() for _ in range(self.random.randint(1, 3))])
        return rule

    def policy(self, number: int, namespaces: tuple[str, ...]) -> Object:
        spec: Object = {"podSelector": self.selector()}
        if self.chance(0.7):
            types = self.random.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"]))
            spec["policyTypes"] = self.nothing_or(types, 0.15)
        for direction, peers_key in (("ingress", "from"), ("egress", "to")):
            if self.chance(0.7):
                spec[direction] = self.nothing_or(
                    [self.rule(peers_key) for _ in range(self.random.randint(1, 3))], 0.25
                )
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"p{number}", "namespace": self.random.choice(namespaces)},
            "spec": spec,
        }

    def pod(self, number: int, namespaces: tuple[str, ...]) -> Object:
        ports = []
        names = list(NAMES)
        self.random.shuffle(names)
        for name in names[: self.random.randint(0, 3)]:
            port: Object = {"name": name, "containerPort": self.random.choice(PORTS)}
            if self.chance(0.6):
                port["protocol"] = self.random.choice(PROTOCOLS)
            ports.append(port)
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"w{number}", "namespace": self.random.choice(namespaces), "labels": self.labels()},
            "spec": {"containers": [{"name": "main", "image": "i", "ports": ports}]},
            "status": {"podIPs": [{"ip": f"10.{self.random.randint(0, 3)}.2.{number + 1}"}]},
        }

    def cluster(self) -> list[Object]:
        names = ("one", "two", "three")[: self.random.randint(1, 3)]
        objects: list[Object] = [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": self.labels()}}
            for name in names
        ]
        objects += [self.pod(number, names) for number in range(self.random.randint(2, 6))]
        objects += [self.policy(number, names) for number in range(self.random.randint(0, 6))]
        return objects

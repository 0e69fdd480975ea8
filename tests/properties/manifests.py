"""Draws small workspaces of manifests that refer to one another, for tests of what changes when a file does."""

import random

NAMESPACES = ("shop", "ops", "data")
APPS = ("web", "api", "db")
KEYS = ("app", "tier", "team")


class ManifestDraw:
    """Manifests as text from a seeded source of chance; nearly everything meets something else."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def _maybe(self, text: str, share: float = 0.5) -> str:
        return text if self.chance.random() < share else ""

    def namespace(self) -> str:
        """A `namespace` entry, or none."""
        return f", namespace: {self.chance.choice(NAMESPACES)}" if self.chance.random() < 0.9 else ""

    def labels(self) -> str:
        """Labels of pods."""
        more = self._maybe(f", {self.chance.choice(KEYS[1:])}: {self.chance.choice('ab')}")
        return f"{{app: {self.chance.choice(APPS)}{more}}}"

    def selector(self) -> str:
        """A selector of pods."""
        share = self.chance.random()
        if share < 0.15:
            return "{}"
        if share < 0.8:
            return f"{{matchLabels: {self.labels()}}}"
        operator = self.chance.choice(("Exists", "DoesNotExist"))
        return f"{{matchExpressions: [{{key: {self.chance.choice(KEYS)}, operator: {operator}}}]}}"

    def namespaces(self) -> str:
        """A selector of namespaces."""
        share = self.chance.random()
        if share < 0.5:
            return f"{{matchLabels: {{kubernetes.io/metadata.name: {self.chance.choice((*NAMESPACES, 'opps'))}}}}}"
        return f"{{matchLabels: {{env: {self.chance.choice('ab')}}}}}" if share < 0.8 else "{}"

    def peer(self) -> str:
        """One peer."""
        share = self.chance.random()
        if share < 0.45:
            return f"{{podSelector: {self.selector()}}}"
        if share < 0.9:
            return f"{{namespaceSelector: {self.namespaces()}{self._maybe(f', podSelector: {self.selector()}')}}}"
        return f"{{ipBlock: {{cidr: 10.{self.chance.randrange(4)}.0.0/16}}}}"

    def rule(self, peers: str) -> str:
        """One rule."""
        found = [self.peer() for _ in range(self.chance.randint(0, 2))]
        parts = [f"{peers}: [{', '.join(found)}]"] if found else []
        if self.chance.random() < 0.6:
            port = self.chance.choice(("80", "http", "5353", "53"))
            parts.append(f"ports: [{{protocol: {self.chance.choice(('TCP', 'UDP'))}, port: {port}}}]")
        return f"{{{', '.join(parts)}}}"

    def policy(self) -> str:
        """A NetworkPolicy; names are few, so that some are there twice."""
        types = self.chance.choice(("[Ingress]", "[Egress]", "[Ingress, Egress]"))
        name = f"{self.chance.choice(('allow', 'deny'))}-{self.chance.randrange(12)}"
        rules = "".join(
            f"\n  {key}: [{', '.join(self.rule(peers) for _ in range(self.chance.randint(0, 2)))}]"
            for key, peers in (("ingress", "from"), ("egress", "to"))
            if key.capitalize() in types
        )
        return (
            f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}{self.namespace()}}}\n"
            f"spec:\n  podSelector: {self.selector()}\n  policyTypes: {types}{rules}\n"
        )

    def workload(self) -> str:
        """A Deployment, or a Pod, some with an address."""
        labels, name = self.labels(), f"w{self.chance.randrange(6)}"
        port = self.chance.choice(("80", "8080", "5353"))
        host = self._maybe("hostNetwork: true, ", 0.1)
        containers = f"{{{host}containers: [{{name: c, image: c, ports: [{{name: http, containerPort: {port}}}]}}]}}"
        if self.chance.random() < 0.7:
            return (
                f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}{self.namespace()}}}\n"
                f"spec: {{selector: {{matchLabels: {labels}}}, template: {{metadata: {{labels: {labels}}}, spec: {containers}}}}}\n"
            )
        address = self._maybe(f"status: {{podIP: 10.{self.chance.randrange(4)}.0.7}}\n")
        return (
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}{self.namespace()}, labels: {labels}}}\n"
            f"spec: {containers}\n{address}"
        )

    def other(self) -> str:
        """Something else that policies may depend on."""
        share, name = self.chance.random(), f"o{self.chance.randrange(3)}"
        if share < 0.35:
            labels = f"{{env: {self.chance.choice('ab')}}}"
            return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {self.chance.choice(NAMESPACES)}, labels: {labels}}}\n"
        if share < 0.6:
            return (
                f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{self.namespace()}}}\n"
                f"spec: {{selector: {self.labels()}, clusterIP: 10.{self.chance.randrange(4)}.0.9, "
                "ports: [{port: 80, targetPort: http}]}\n"
            )
        if share < 0.8:
            return (
                f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}{self.namespace()}}}\n"
                f"spec: {{defaultBackend: {{service: {{name: o{self.chance.randrange(3)}, port: {{number: 80}}}}}}}}\n"
            )
        if share < 0.9:
            return (
                f"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: {name}{self.namespace()}}}\n"
                f"spec: {{endpointSelector: {{matchLabels: {self.labels()}}}, ingress: [{{}}]}}\n"
            )
        return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}{self.namespace()}}}\nsops: {{mac: ENC[x]}}\n"

    def file(self) -> str:
        """One to three documents."""
        makers = (self.policy, self.policy, self.policy, self.workload, self.workload, self.other)
        return "---\n".join(self.chance.choice(makers)() for _ in range(self.chance.randint(1, 3)))

"""Makes manifests to measure with: seeded, the same on every machine."""

from __future__ import annotations

import random
from pathlib import Path

APPS = ["api", "web", "worker", "db", "cache", "queue", "auth", "billing", "search", "mailer"]
NAMESPACES = ["shop", "payments", "platform", "data", "identity"]
PORTS = [80, 443, 5432, 6379, 8080, 9090, 9200]


def policy(rng: random.Random, number: int) -> str:
    """One NetworkPolicy of about sixty lines, with comments, selectors, ports and address ranges."""
    lines = [
        "# managed by the network team; ask before changing",
        "apiVersion: networking.k8s.io/v1",
        "kind: NetworkPolicy",
        "metadata:",
        f"  name: {rng.choice(APPS)}-{number}",
        f"  namespace: {rng.choice(NAMESPACES)}",
        "  labels:",
        f"    app.kubernetes.io/part-of: {rng.choice(APPS)}",
        "spec:",
        "  podSelector:",
        "    matchLabels:",
        f"      app: {rng.choice(APPS)}",
        "      tier: backend",
        "  policyTypes:",
        "    - Ingress",
        "    - Egress",
        "  ingress:",
    ]
    for _ in range(2):
        lines += [
            "    - from:",
            "        - podSelector:",
            "            matchLabels:",
            f"              app: {rng.choice(APPS)}",
            "        # the gateways come from their own namespace",
            "        - namespaceSelector:",
            "            matchLabels:",
            f"              kubernetes.io/metadata.name: {rng.choice(NAMESPACES)}",
            "          podSelector:",
            "            matchExpressions:",
            "              - key: app",
            "                operator: In",
            f"                values: [{rng.choice(APPS)}, {rng.choice(APPS)}]",
            "      ports:",
            "        - protocol: TCP",
            f"          port: {rng.choice(PORTS)}",
        ]
    lines += [
        "  egress:",
        "    - to:",
        "        - namespaceSelector:",
        "            matchLabels:",
        "              kubernetes.io/metadata.name: kube-system",
        "          podSelector:",
        "            matchLabels:",
        "              k8s-app: kube-dns",
        "      ports:",
        "        - {protocol: UDP, port: 53}",
        "        - {protocol: TCP, port: 53}",
        "    - to:",
        "        - ipBlock:",
        f"            cidr: 10.{number % 256}.0.0/16",
        "            except:",
        f"              - 10.{number % 256}.{rng.randrange(256)}.0/24",
    ]
    return "\n".join(lines) + "\n"


def deployment(rng: random.Random, number: int) -> str:
    """A Deployment and its Service, which the linter has nothing to say about."""
    app = f"{rng.choice(APPS)}-{number}"
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {app}\nspec:\n  selector:\n    matchLabels:\n"
        f"      app: {app}\n  template:\n    metadata:\n      labels:\n        app: {app}\n    spec:\n      containers:\n"
        f"        - name: main\n          image: registry.example.com/{app}:1.0\n          ports:\n"
        f"            - containerPort: {rng.choice(PORTS)}\n---\napiVersion: v1\nkind: Service\nmetadata:\n"
        f"  name: {app}\nspec:\n  selector:\n    app: {app}\n  ports:\n    - port: 80\n"
    )


def write_policies(folder: Path, files: int, *, seed: int = 1) -> Path:
    """`files` policies, one a file, below `folder`."""
    rng = random.Random(seed)
    for number in range(files):
        place = folder / f"team-{number % 40:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"policy-{number:05}.yaml").write_text(policy(rng, number), "utf-8")
    return folder


def write_monorepo(folder: Path, files: int, *, seed: int = 1) -> Path:
    """`files` manifests, one in ten a policy."""
    rng = random.Random(seed)
    for number in range(files):
        place = folder / f"team-{number % 40:02}" / f"app-{number % 7}"
        place.mkdir(parents=True, exist_ok=True)
        text = policy(rng, number) if number % 10 == 0 else deployment(rng, number)
        (place / f"manifest-{number:05}.yaml").write_text(text, "utf-8")
    return folder

"""Large clusters as manifests, for pages."""

import json
import random
from typing import Any

PARTS = {"web": 8080, "api": 8081, "worker": 9000, "db": 5432, "cache": 6379}
DNS = {
    "to": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}],
}


def many_workloads(count: int, spaces: int = 20, shape: str = "teams") -> str:
    """Workloads in namespaces of teams, most with policies; or, as a mesh, all reach each other by policies of their own."""
    chance = random.Random(1)
    teams = [f"team-{chr(97 + number)}" for number in range(spaces)]
    objects: list[Any] = []
    for number, team in enumerate(teams):
        tier = "prod" if number % 3 else "dev"
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": team, "labels": {"tier": tier}}})
        for index in range(count // spaces):
            part = list(PARTS)[index % 5]
            app = f"{part}-{index // 5}"
            objects.append(workload(team, app, part))
            if shape == "mesh":
                objects.append(policy(team, app, mesh(chance)))
            elif number % 5 != 4:
                objects.append(policy(team, app, team_rules(part, index // 5, chance.choice(teams))))
    return "".join(f"---\n{json.dumps(item)}\n" for item in objects)


def workload(team: str, app: str, part: str) -> dict[str, Any]:
    container = {"name": "main", "image": "i", "ports": [{"name": "main", "containerPort": PARTS[part]}]}
    template = {"metadata": {"labels": {"app": app, "part": part}}, "spec": {"containers": [container]}}
    kind = "StatefulSet" if part == "db" else "Deployment"
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": app, "namespace": team},
        "spec": {"template": template},
    }


def policy(team: str, app: str, rules: dict[str, Any]) -> dict[str, Any]:
    spec = {"podSelector": {"matchLabels": {"app": app}}, "policyTypes": ["Ingress", "Egress"], **rules}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": app, "namespace": team},
        "spec": spec,
    }


def peers(*apps: str) -> list[dict[str, Any]]:
    return [{"podSelector": {"matchLabels": {"app": app}}} for app in apps]


def mesh(chance: random.Random) -> dict[str, Any]:
    """Everybody may talk to everybody, on a port of its own: no two workloads are alike."""
    return {"ingress": [{"ports": [{"port": chance.randrange(1, 65536)}]}], "egress": [{}]}


def team_rules(part: str, number: int, other: str) -> dict[str, Any]:
    """Rules as teams write them."""
    port = [{"port": PARTS[part]}]
    callers = peers(f"api-{number}", f"worker-{number}")
    outer = [{"namespaceSelector": {"matchLabels": {"tier": "prod"}}, "podSelector": {"matchLabels": {"part": "web"}}}]
    world = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
    ingress = {
        "web": [{"from": outer if number else world, "ports": port}],
        "api": [{"from": peers(f"web-{number}", f"worker-{number}"), "ports": [{"port": "main"}]}],
        "worker": [],
        "db": [{"from": callers, "ports": port}],
        "cache": [{"from": callers, "ports": port}],
    }
    elsewhere = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": other}}}]
    egress = {
        "web": [{"to": peers(f"api-{number}"), "ports": [{"port": 8081}]}],
        "api": [{"to": peers(f"db-{number}", f"cache-{number}")}, {"to": elsewhere, "ports": [{"port": 8080}]}],
        "worker": [{"to": peers(f"api-{number}", f"db-{number}")}],
        "db": [],
        "cache": [],
    }
    return {"ingress": ingress[part], "egress": [DNS, *egress[part]]}

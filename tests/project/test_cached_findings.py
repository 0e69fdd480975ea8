"""Whatever changes between two runs, the cache gives what a run without it finds."""

import random
import re
from pathlib import Path

import pytest

from netpol_lsp.project import disk_cache

STEPS = 35
SPACES = ("shop", "bank", "data", None)
APPS = ("web", "db", "api", "cache")
FOLDERS = ("", "base/", "base/sub/", "apps/shop/", "apps/bank/", "overlays/prod/", "examples/")
NAMES = tuple(f"{folder}{name}.yaml" for folder in FOLDERS for name in ("a", "b", "c"))
CHART = "charts/web/"


def labels(rng: random.Random) -> str:
    one = f"app: {rng.choice(APPS)}"
    return one if rng.random() < 0.6 else f"{one}, tier: {rng.choice(['back', 'front'])}"


def selector(rng: random.Random) -> str:
    return rng.choice(
        [
            "{}",
            f"{{matchLabels: {{{labels(rng)}}}}}",
            f"{{matchLabels: {{{labels(rng)}}}}}",
            f"{{matchExpressions: [{{key: app, operator: In, values: [{rng.choice(APPS)}, {rng.choice(APPS)}]}}]}}",
            "{matchExpressions: [{key: tier, operator: DoesNotExist}]}",
        ]
    )


def spaces(rng: random.Random) -> str:
    name = rng.choice([space for space in SPACES if space])
    return rng.choice(
        [f"{{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}", "{matchLabels: {team: blue}}", "{}"]
    )


def peer(rng: random.Random) -> str:
    return rng.choice(
        [
            f"podSelector: {selector(rng)}",
            f"namespaceSelector: {spaces(rng)}",
            f"namespaceSelector: {spaces(rng)}\n          podSelector: {selector(rng)}",
            f"ipBlock: {{cidr: {rng.choice(['10.96.0.10/32', '10.0.0.0/8', '0.0.0.0/0', '169.254.169.254/32'])}}}",
        ]
    )


def in_space(rng: random.Random) -> str:
    space = rng.choice(SPACES)
    return f", namespace: {space}" if space else ""


def policy(rng: random.Random) -> str:
    ports = ("", "[{port: http}]", "[{port: 8080}]", "[{port: 53, protocol: UDP}]", "[{port: 9090, endPort: 9100}]")
    ways = rng.choice([["ingress"], ["egress"], ["ingress", "egress"]])
    lines = [
        "apiVersion: networking.k8s.io/v1",
        "kind: NetworkPolicy",
        f"metadata: {{name: {rng.choice(APPS)}{in_space(rng)}}}",
        "spec:",
        f"  podSelector: {selector(rng)}",
        f"  policyTypes: [{', '.join(way.title() for way in ways)}]",
    ]
    for way in ways:
        count = rng.randint(0, 2)
        lines.append(f"  {way}:" if count else f"  {way}: []")
        for _ in range(count):
            lines += [f"    - {'from' if way == 'ingress' else 'to'}:", f"        - {peer(rng)}"]
            allowed = rng.choice(ports)
            lines += [f"      ports: {allowed}"] if allowed else []
    if rng.random() < 0.15:
        lines.insert(2, "# netpol-lint: ignore")
    return "\n".join(lines) + "\n"


def workload(rng: random.Random) -> str:
    kind = rng.choice(["Deployment", "StatefulSet", "DaemonSet"])
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {rng.choice(APPS)}{in_space(rng)}}}\nspec:\n"
        f"  template:\n    metadata: {{labels: {{{labels(rng)}}}}}\n    spec:\n"
        f"      hostNetwork: {rng.choice(['false', 'false', 'true'])}\n"
        f"      containers: [{{name: a, ports: [{{name: http, containerPort: {rng.choice([8080, 9090])}}}]}}]\n"
    )


def service(rng: random.Random) -> str:
    address = rng.choice(["", ", clusterIP: 10.96.0.10"])
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {rng.choice(APPS)}{in_space(rng)}}}\nspec: {{type: "
        f"{rng.choice(['ClusterIP', 'LoadBalancer'])}, selector: {{{labels(rng)}}}{address}, ports: [{{port: 80, targetPort: http}}]}}\n"
    )


def namespace(rng: random.Random) -> str:
    name = rng.choice([space for space in SPACES if space])
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}{rng.choice(['', ', labels: {team: blue}'])}}}\n"


def other(rng: random.Random) -> str:
    return rng.choice(
        [
            policy(rng).replace("spec:", "spec: ]"),
            policy(rng).replace("app: web", "app: {{ .Values.app }}"),
            workload(rng).replace("app: web", "app: {{ .Values.app }}"),
            f"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: c{in_space(rng)}}}\nspec:\n"
            f"  endpointSelector: {{matchLabels: {{{labels(rng)}}}}}\n  egress: [{{}}]\n",
            "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: g}\nspec: {selector: all()}\n",
            f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: h{in_space(rng)}}}\nspec: {{}}\n",
            f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{in_space(rng)}}}\nspec: {{defaultBackend: "
            f"{{service: {{name: {rng.choice(APPS)}, port: {{number: 80}}}}}}}}\n",
            f"apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {{name: m{in_space(rng)}}}\nspec: {{selector: "
            f"{selector(rng)}, podMetricsEndpoints: [{{port: http}}]}}\n",
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cilium, namespace: kube-system}\nspec: {template: {metadata: "
            "{labels: {k8s-app: cilium}}, spec: {containers: [{name: cilium-agent, image: 'quay.io/cilium/cilium:v1.15.0'}]}}}\n",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux-system}\n"
            f"spec: {{path: ./apps/shop, targetNamespace: {rng.choice(['shop', 'bank'])}}}\n",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: k, namespace: argocd}\n"
            "spec: {source: {path: apps/bank}, destination: {namespace: bank}}\n",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: network}\n",
            "# only a comment about network policies 人 🎉\n",
            "",
        ]
    )


def content(rng: random.Random) -> str:
    kinds = rng.choices([policy, workload, service, namespace, other], [6, 4, 1, 1, 2], k=rng.randint(1, 3))
    return "---\n".join(kind(rng) for kind in kinds)


SPECIAL = {
    ".netpol-lint.yaml": (
        "profile: strict\n",
        "profile: strict\ndefault-namespace: shop\n",
        "select: [api, syntax, intent, workspace, security, platform, style, tool]\ncontext: [context]\n",
        "profile: strict\nignore: [NP205, NP301]\n",
        "select: [api, syntax]\n",
        "profile: strict\noverrides: [{files: ['base/**'], ignore: [NP205]}]\n",
        "profile: strict\ncni: flannel\n",
    ),
    "apps/.netpol-lint.yaml": ("default-namespace: bank\n", "extends: ../.netpol-lint.yaml\nignore: [NP302]\n"),
    "base/kustomization.yaml": (
        "namespace: bank\nresources: [a.yaml, b.yaml]\n",
        "resources: [a.yaml, sub/a.yaml]\n",
        "commonLabels: {app: web}\nresources: [b.yaml, sub/b.yaml]\n",
        "resources: [a.yaml]\npatches: [{path: c.yaml}]\n",
    ),
    "overlays/prod/kustomization.yaml": (
        "namespace: shop\nresources: [../../base]\n",
        "resources: [../../base, a.yaml]\npatchesStrategicMerge: [b.yaml]\n",
    ),
    f"{CHART}Chart.yaml": ("name: web\nversion: 1.0.0\n",),
    f"{CHART}values.yaml": (
        "networkPolicy: {enabled: false}\napp: web\n",
        "networkPolicy: {enabled: true}\napp: web\n",
    ),
    f"{CHART}templates/policy.yaml": (
        "{{- if .Values.networkPolicy.enabled }}\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n"
        "spec:\n  podSelector: {matchLabels: {app: {{ .Values.app }}}}\n  policyTypes: [Ingress]\n{{- end }}\n",
    ),
    f"{CHART}templates/_helpers.tpl": ('{{- define "network.policy" -}}\npolicyTypes: [Ingress]\n{{- end }}\n',),
}


class World:
    """A folder of manifests that changes."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self.path, self.rng = path, rng
        for name in NAMES[::2]:
            self.put(name, content(rng))
        self.put(".netpol-lint.yaml", "profile: strict\n")

    def put(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def any_file(self) -> str | None:
        there = [name for name in NAMES if (self.path / name).exists()]
        return self.rng.choice(there) if there else None

    def step(self) -> None:
        choices = [self.write, self.write, self.delete, self.move, self.type, self.type, self.type, self.special]
        self.rng.choice([*choices, self.context, self.baseline])()

    def write(self) -> None:
        self.put(self.rng.choice(NAMES), content(self.rng))

    def delete(self) -> None:
        name = self.any_file()
        if name is not None:
            (self.path / name).unlink()

    def move(self) -> None:
        name = self.any_file()
        if name is not None:
            text = (self.path / name).read_text()
            (self.path / name).unlink()
            self.put(self.rng.choice(NAMES), text)

    def type(self) -> None:
        """An edit of a line, which moves what comes after it or changes what it says."""
        name = self.any_file()
        if name is None:
            return
        lines = (self.path / name).read_text().splitlines(keepends=True)
        at = self.rng.randint(0, len(lines))
        change = self.rng.choice(["insert", "label", "name", "namespace", "port", "document"])
        if change == "insert":
            lines.insert(at, self.rng.choice(["# 人 🎉\n", "\n", "# netpol-lint: ignore[NP302]\n"]))
        elif change == "document":
            lines += ["---\n", policy(self.rng)]
        else:
            said = {
                "label": r"app: \w+",
                "name": r"name: \w+",
                "namespace": r"namespace: \w+",
                "port": r"port: [\w]+",
            }
            values = {"label": APPS, "name": APPS, "namespace": SPACES[:3], "port": ("80", "8080", "http")}[change]
            key = {"label": "app", "port": "port"}.get(change, change)
            at = self.rng.randrange(len(lines)) if lines else 0
            for number in range(at, len(lines)):
                new = re.sub(said[change], f"{key}: {self.rng.choice(values)}", lines[number], count=1)
                if new != lines[number]:
                    lines[number] = new
                    break
        self.put(name, "".join(lines))

    def special(self) -> None:
        name = self.rng.choice(sorted(SPECIAL))
        if (self.path / name).exists() and self.rng.random() < 0.4:
            (self.path / name).unlink()
        else:
            self.put(name, self.rng.choice(SPECIAL[name]))

    def context(self) -> None:
        """A snapshot of the cluster, which a configuration names."""
        kinds = self.rng.choices([policy, workload, namespace, service], k=self.rng.randint(1, 3))
        self.put("context/cluster.yaml", "---\n".join(kind(self.rng) for kind in kinds))

    def baseline(self) -> None:
        path = self.path / ".netpol-lint-baseline.json"
        if path.exists():
            path.unlink()


@pytest.fixture(autouse=True)
def caches_little_at_once(monkeypatch) -> None:
    monkeypatch.setattr("netpol_lsp.cli.check.WORTHWHILE", 0)
    monkeypatch.setattr(disk_cache, "_SETTLED_NS", -(10**18))


def known(done) -> tuple[int, int]:
    found = re.search(r"(\d+) of (\d+) files known from the cache", done.err)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def check(folder, *options: str, seen: list[tuple[int, int]]) -> None:
    arguments = ("--format", "json", *options)
    cached = folder.run(*arguments, "--verbose")
    seen.append(known(cached))
    fresh = folder.run(*arguments, "--no-cache")
    assert (cached.out, cached.code) == (fresh.out, fresh.code)


@pytest.mark.parametrize("seed", range(10))
def test_the_cache_gives_what_a_run_without_it_finds(folder, seed: int) -> None:
    rng = random.Random(seed)
    world = World(folder.path, rng)
    seen: list[tuple[int, int]] = []
    for _ in range(STEPS):
        world.step()
        if rng.random() < 0.1:
            check(folder, "apps", seen=[])
        if rng.random() < 0.1:
            folder.run("--write-baseline", "--quiet")
        check(folder, *(["--jobs", "2"] if rng.random() < 0.1 else []), seen=seen)
    # After most changes much of it was known.
    assert sum(some for some, _ in seen) > sum(every for _, every in seen) / 4

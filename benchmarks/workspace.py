"""A keystroke beside a large workspace: what the check of one open policy costs, by what was typed; CPU time."""

import argparse
import gc
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator

from lsprotocol import types

from netpol_lsp.config.config import default_file_config
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lsp.state.configuration import Configuration
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.source import make_source

APPS = [f"app{number}" for number in range(60)]
TEAMS = [f"team{number}" for number in range(10)]
HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


class Manifests:
    """Draws policies and pods as text, from a seeded source of chance."""

    def __init__(self, namespaces: int, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.namespaces = [f"ns{number}" for number in range(namespaces)]

    def policy(self, number: int) -> str:
        """A policy that lets in pods of its own namespace and of another, and lets its pods ask DNS."""
        chance = self.random
        namespace, other = chance.choice(self.namespaces), chance.choice(self.namespaces)
        app, peer, far = (chance.choice(APPS) for _ in range(3))
        return (
            f"{HEAD}metadata:\n  name: p{number}\n  namespace: {namespace}\nspec:\n"
            f"  podSelector: {{matchLabels: {{app: {app}}}}}\n  policyTypes: [Ingress, Egress]\n  ingress:\n"
            f"    - from:\n        - podSelector: {{matchLabels: {{app: {peer}}}}}\n"
            f"      ports:\n        - {{protocol: TCP, port: {chance.choice((80, 443, 8080))}}}\n"
            "  egress:\n"
            f"    - to:\n        - namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {other}}}}}\n"
            f"          podSelector: {{matchLabels: {{app: {far}}}}}\n"
            "    - ports:\n        - {protocol: UDP, port: 53}\n        - {protocol: TCP, port: 53}\n"
        )

    def pods(self, count: int) -> str:
        """Namespaces and Deployments as `kubectl get -o yaml` writes them."""
        chance, lines = self.random, ["apiVersion: v1", "kind: List", "items:"]
        for name in self.namespaces:
            team = chance.choice(TEAMS)
            lines.append(f"- {{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{team: {team}}}}}}}")
        for number in range(count):
            app, place = chance.choice(APPS), chance.choice(self.namespaces)
            labels, port = f"{{app: {app}}}", chance.choice((80, 443, 8080))
            pod = f"{{containers: [{{name: main, ports: [{{name: http, containerPort: {port}}}]}}]}}"
            lines.append(
                f"- {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d{number}, namespace: {place}}}, "
                f"spec: {{selector: {{matchLabels: {labels}}}, template: {{metadata: {{labels: {labels}}}, spec: {pod}}}}}}}"
            )
        return "\n".join(lines) + "\n"


class Editing:
    """One document of the workspace open in a session."""

    def __init__(self, store: WorkspaceStore, uri: str, text: str) -> None:
        self.session = Session(Configuration(), store)
        self.uri, self.version = uri, 1
        self.session.open(uri, 1, text)
        self.check()

    def check(self) -> None:
        """Work out the findings, as the server does after a keystroke."""
        snapshot = self.session.get(self.uri)
        assert snapshot is not None
        for _ in self.session.steps(snapshot):
            pass
        current = self.session.up_to_date(self.uri)
        assert current is not None
        assert current.findings is not None

    def type(self, text: str) -> None:
        """Replace the text, and check."""
        self.version += 1
        whole = types.TextDocumentContentChangeWholeDocument(text=text)
        self.session.change(self.uri, self.version, [whole])
        self.check()


def percentiles(action: Callable[[str], None], texts: Iterator[str]) -> tuple[float, float]:
    """The median and the largest CPU time of an action over some texts, in milliseconds."""
    found = []
    for text in texts:
        gc.collect()
        start = time.process_time()
        action(text)
        found.append(1000 * (time.process_time() - start))
    return statistics.median(found), max(found)


def main() -> None:
    """Print what each kind of keystroke costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, default=20_000)
    parser.add_argument("--pods", type=int, default=2_000)
    parser.add_argument("--namespaces", type=int, default=200)
    parser.add_argument("--edits", type=int, default=20)
    options = parser.parse_args()
    manifests = Manifests(options.namespaces)
    config = default_file_config()
    texts = {f"file:///ws/{number}.yaml": manifests.policy(number) for number in range(options.policies)}
    files = {uri: facts_of(make_source(uri, text), config.settings) for uri, text in texts.items()}
    context = "file:///ws/cluster.yaml"
    store = WorkspaceStore()
    store.use_disk(files)
    if options.pods:
        store.use_context({context: facts_of(make_source(context, manifests.pods(options.pods)), config.settings)})
    uri = "file:///ws/7.yaml"
    start = time.process_time()
    editing = Editing(store, uri, texts[uri])
    print(
        f"{options.policies} policies, {options.pods} workloads; first check {1000 * (time.process_time() - start):.0f} ms"
    )
    text = texts[uri]
    kinds = {
        "a comment": (f"{text}# {number}\n" for number in range(options.edits)),
        "a port": (text.replace("port: 53", f"port: {number + 54}") for number in range(options.edits)),
        "a peer": (
            text.replace("to:\n", f"to:\n        - podSelector: {{matchLabels: {{app: app{number}}}}}\n")
            for number in range(options.edits)
        ),
        "the selector": (
            text.replace(
                "spec:\n  podSelector: {matchLabels: {app: ",
                f"spec:\n  podSelector: {{matchLabels: {{tier: t{number}, app: ",
            )
            for number in range(options.edits)
        ),
        "the namespace": (
            text.replace("  namespace: ns", f"  namespace: n{number}s") for number in range(options.edits)
        ),
    }
    print("what was typed   median  largest")
    for name, versions in kinds.items():
        median, largest = percentiles(editing.type, versions)
        print(f"{name:<16} {median:5.1f} ms {largest:5.1f} ms")
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()

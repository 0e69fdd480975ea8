"""The cluster that rules ask for may be made in advance, in small steps."""

import pytest

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint import known_cluster
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lint.known_cluster import cluster_of, cluster_steps
from netpol_lsp.reach import from_facts, pod_classes
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: policy-{number}, namespace: {namespace}}}
spec: {{podSelector: {{matchLabels: {{app: "{number}"}}}}, policyTypes: [Ingress], ingress: [{{ports: [{{port: 80}}]}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: app-{number}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: "{number}"}}}}
  template: {{metadata: {{labels: {{app: "{number}"}}}}, spec: {{containers: [{{name: x, image: x}}]}}}}
"""
NAMESPACES = ("bank", "blog", "shop")
EACH = 4
ALL = range(EACH * len(NAMESPACES))


@pytest.fixture(autouse=True)
def nothing_made(monkeypatch):
    monkeypatch.setattr(known_cluster, "_LAST", {})


def facts(number: int):
    text = POLICY.format(number=number, namespace=NAMESPACES[number % len(NAMESPACES)])
    return facts_of(make_source(f"file:///ws/{number}.yaml", text), Settings())


def workspace(numbers=ALL) -> WorkspaceSnapshot:
    return WorkspaceSnapshot.of_files({f"file:///ws/{number}.yaml": facts(number) for number in numbers})


def test_each_step_lowers_the_policies_of_one_namespace_or_sorts_some_pods_in(monkeypatch) -> None:
    work = []
    real_lower, real_class = from_facts.lower, pod_classes.PodClasses.add
    monkeypatch.setattr(from_facts, "lower", lambda *a, **k: (work.append("policy"), real_lower(*a, **k))[1])
    monkeypatch.setattr(
        pod_classes.PodClasses,
        "add",
        lambda self, some: (work.extend(["pod"] * len(tuple(some))), real_class(self, some))[1],
    )
    monkeypatch.setattr(pod_classes, "_AT_ONCE", 5)
    known, by_step = workspace(), []
    for _ in cluster_steps(known, "default", Capabilities()):
        by_step.append((work.count("policy"), work.count("pod")))
        work.clear()
    assert [one for one in by_step if one[0]] == [(EACH, 0)] * len(NAMESPACES)
    assert [one[1] for one in by_step if one[1]] == [5, 5, 2]
    assert not work
    cluster_of(known, "default", Capabilities())
    assert not work


def test_it_is_the_cluster_that_is_made_at_once() -> None:
    known = workspace()
    list(cluster_steps(known, "default", Capabilities()))
    prepared = cluster_of(known, "default", Capabilities()).engine
    known_cluster._LAST.clear()
    at_once = cluster_of(workspace(), "default", Capabilities()).engine
    assert list(prepared.cluster.policies) == list(at_once.cluster.policies)
    assert len(prepared.classes.class_of) == len(at_once.classes.class_of) == len(ALL)
    assert prepared is not at_once
    pairs = list(zip(prepared.cluster.workloads, at_once.cluster.workloads, strict=True))
    assert all(mine.facts == other.facts for mine, other in pairs)
    for mine, other in pairs:
        for target, other_target in pairs:
            assert prepared.verdict(mine, target) == at_once.verdict(other, other_target)


def test_what_changes_between_the_steps_counts() -> None:
    known = workspace()
    steps = cluster_steps(known, "default", Capabilities())
    next(steps)
    changed = WorkspaceSnapshot(known.index.with_files({"file:///ws/100.yaml": facts(100)}))
    list(steps)
    assert len(cluster_of(changed, "default", Capabilities()).engine.cluster.policies) == len(ALL) + 1


def test_what_was_made_already_is_left_alone() -> None:
    known = workspace()
    before = cluster_of(known, "default", Capabilities()).engine
    assert list(cluster_steps(known, "default", Capabilities())) == []
    assert cluster_of(known, "default", Capabilities()).engine is before

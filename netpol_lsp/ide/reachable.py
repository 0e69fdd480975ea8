"""Whom a workload may reach, and who may reach it, as far as policies and the other manifests tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.reach.traffic import describe
from netpol_lsp.workspace.resources import WorkloadFacts


@dataclass(frozen=True, slots=True)
class Reachable:
    """The workload at the other end, and in words which ports may be reached, as in `TCP 5432`, `perhaps all ports`."""

    workload: Workload
    ports: str


Written = tuple[str, int, str, str, str]
"""What tells a workload from others while its text is edited: URI, document, place in a List, kind, name."""


def written(facts: WorkloadFacts) -> Written:
    """Where somebody wrote a workload, and as what."""
    origin = facts.origin
    return origin.uri, origin.document, origin.object_path, facts.kind, facts.name or ""


def find_workload(cluster: Cluster, wanted: Written) -> Workload | None:
    """The workload of a cluster that is written there; None when it does not count, as a Pod that has ended."""
    return next((item for item in cluster.workloads if written(item.facts) == wanted), None)


def reachable(engine: Engine, workload: Workload, direction: Direction) -> Iterator[Reachable]:
    """Who may reach a workload (ingress), or whom it may reach (egress), by title. Other replicas of it are others."""
    known: dict[PodClass, Verdict] = {}
    for other in sorted(engine.cluster.workloads, key=lambda item: item.title):
        if other is workload and workload.is_pod:
            continue
        pods = engine.class_of(other)
        verdict = known.get(pods)
        if verdict is None:
            ends = (workload, other) if direction is Direction.EGRESS else (other, workload)
            verdict = known[pods] = engine.between(engine.class_of(ends[0]), engine.class_of(ends[1]))
        if verdict.allow or verdict.unknown:
            yield Reachable(other, _in_words(verdict))


def _in_words(verdict: Verdict) -> str:
    if not verdict.unknown:
        return describe(verdict.allow)
    perhaps = f"perhaps {describe(verdict.unknown)}"
    return f"{describe(verdict.allow)}, {perhaps}" if verdict.allow else perhaps

"""What is known of a workspace, and what is not and why: the first thing to ask when a finding surprises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.pods import PodMatches, find_pods, place_of
from netpol_lsp.workspace.resources import (
    IngressFacts,
    NamespaceFacts,
    OtherPolicyFacts,
    ServiceFacts,
    UnknownManifest,
    WorkloadFacts,
)
from netpol_lsp.workspace.shelf_keys import UNKNOWN_NAMESPACE
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

NO_NAMESPACE = "(names no namespace)"
DECIDED_ELSEWHERE = "(decided by a template)"
CLUSTER_WIDE = "(cluster-wide)"


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy with what its podSelector selects."""

    policy: LocatedPolicy
    selects: PodMatches

    @property
    def origin(self) -> Origin:
        """The place of its name."""
        semantics = self.policy.policy
        return Origin(
            self.policy.uri, self.policy.document, self.policy.path, "metadata.name", semantics.start, semantics.end
        )


@dataclass(frozen=True, slots=True)
class NamespaceEntry:
    """What is known of one namespace. `name`: its name, or one of the words above for what is in none.

    `is_whole`: all its pods are known; `why_not` says why they are not. `facts`: its own manifest.
    """

    name: str
    is_whole: bool
    why_not: str
    facts: NamespaceFacts | None
    workloads: tuple[WorkloadFacts, ...]
    services: tuple[ServiceFacts, ...]
    ingresses: tuple[IngressFacts, ...]
    policies: tuple[PolicyEntry, ...]
    other_policies: tuple[OtherPolicyFacts, ...]
    unknown: tuple[UnknownManifest, ...]

    @property
    def origin(self) -> Origin:
        """Where the Namespace is written."""
        return self.facts.origin if self.facts is not None else NOWHERE


def inventory(
    view: WorkspaceSnapshot, says_whole: Callable[[str], bool] = lambda _: False
) -> tuple[NamespaceEntry, ...]:
    """What is known, by namespace; what names none, or whose namespace is decided elsewhere, comes last.

    `says_whole`: whether the configuration says that a namespace is known whole.
    """
    policies: dict[str, list[LocatedPolicy]] = {}
    for located in view:
        policies.setdefault(_namespace_of(view, located), []).append(located)
    names = sorted({*view.namespaces, *(name for name in policies if not name.startswith("("))})
    entries = [
        _entry(view, name, name, policies.get(name, ()), is_whole=view.is_known_whole(name) or says_whole(name))
        for name in names
    ]
    for label, key in ((NO_NAMESPACE, None), (DECIDED_ELSEWHERE, UNKNOWN_NAMESPACE), (CLUSTER_WIDE, CLUSTER)):
        entry = _entry(view, label, key, policies.get(label, ()), is_whole=False)
        if (
            entry.workloads
            or entry.services
            or entry.policies
            or entry.other_policies
            or entry.unknown
            or entry.ingresses
        ):
            entries.append(entry)
    return tuple(entries)


def _namespace_of(view: WorkspaceSnapshot, located: LocatedPolicy) -> str:
    where = place_of(view, located)
    if where.is_unknown:
        return DECIDED_ELSEWHERE
    return where.namespace or NO_NAMESPACE


def _entry(
    view: WorkspaceSnapshot, label: str, key: str | None, policies: Iterable[LocatedPolicy], *, is_whole: bool
) -> NamespaceEntry:
    shard = view.index.shard(key)
    facts = view.namespaces.get(label)
    return NamespaceEntry(
        label,
        is_whole,
        "" if is_whole else "; ".join(_reasons(view, label, shard.unknown)),
        facts if facts is not None and facts.origin.end else None,
        tuple(sorted(shard.workloads, key=lambda one: (one.kind, one.name or ""))),
        tuple(sorted(shard.services, key=lambda one: one.name or "")),
        tuple(sorted(shard.ingresses, key=lambda one: (one.kind, one.name or ""))),
        tuple(
            PolicyEntry(one, find_pods(view, place_of(view, one), one.policy.pod_selector))
            for one in sorted(policies, key=lambda one: (one.policy.name or "", one.uri, one.document))
        ),
        shard.other_policies,
        shard.unknown,
    )


def _reasons(view: WorkspaceSnapshot, label: str, unknown: tuple[UnknownManifest, ...]) -> Iterator[str]:
    if label.startswith("("):
        yield "the namespace is not known"
        return
    yield "no snapshot of the cluster (--context) shows its pods, and `whole-namespaces` does not name it"
    reasons = sorted({one.reason for one in unknown})
    if reasons:
        yield f"cannot be read: {', '.join(reasons)}"
    if label not in view.seen_namespaces:
        yield "only policies name it"

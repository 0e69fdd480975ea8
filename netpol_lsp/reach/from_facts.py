"""From a workspace to a cluster: policies lowered, duplicates and what belongs to something listed left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from netpol_lsp.policies.ir import PolicySemantics
from netpol_lsp.policies.networkpolicy.lowering import lower
from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.reach.cluster import NAMELESS, Cluster, Workload
from netpol_lsp.workspace.resources import IngressFacts, OtherPolicyFacts, ServiceFacts, UnknownManifest, WorkloadFacts
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot

DEFAULT_NAMESPACE = "default"
_DOUBTFUL = ("encrypted", "template", "syntax error")
"""What may hide a policy; what renders manifests later is not asked about."""
_OWNING = ("Deployment", "Rollout", "CronJob")

T = TypeVar("T")
P = TypeVar("P", ServiceFacts, IngressFacts, OtherPolicyFacts)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two objects of one name: `kept` counts, as the one that was applied last."""

    title: str
    namespace: str | None
    kept: Origin
    dropped: Origin


@dataclass(slots=True)
class ClusterBuilder:
    """Makes clusters from facts.

    `default_namespace` is that of objects which name none; None: those of one folder are together in a namespace whose
    name no one knows. `ignores_types`: the network plugin enforces rules of a direction that policyTypes does not list.
    What is the same object as before gives the same policies and workloads.
    """

    default_namespace: str | None = DEFAULT_NAMESPACE
    ignores_types: bool = False
    duplicates: list[Duplicate] = field(default_factory=list)
    _policies: dict[int, tuple[LocatedPolicy, PolicySemantics]] = field(default_factory=dict)
    _workloads: dict[int, tuple[WorkloadFacts, Workload]] = field(default_factory=dict)

    def build(self, snapshot: WorkspaceSnapshot) -> Cluster:
        """The cluster that a workspace describes: of two objects of one name the later one counts."""
        self.duplicates = []
        shards = [shard for _, shard in snapshot.resources()]
        namespaces = self._unique([item for shard in shards for item in shard.namespaces], lambda item: item.name)
        return Cluster(
            policies=self._lowered(snapshot),
            workloads=self._made(item for shard in shards for item in shard.workloads),
            namespaces={item.name: item for item in namespaces},
            services=tuple(
                map(self._placed, self._unique([item for shard in shards for item in shard.services], self._key))
            ),
            routes=tuple(self._placed(item) for shard in shards for item in shard.ingresses),
            others=tuple(self._placed(item) for shard in shards for item in shard.other_policies),
            unknown=tuple(item for shard in shards for item in shard.unknown if _is_doubtful(item)),
            default_namespace=self.default_namespace or "",
        )

    def _placed(self, item: P) -> P:
        """The object with the namespace of those that name none, where that one has a name of its own in each folder."""
        is_named = item.namespace is not None or item.is_namespace_unknown or getattr(item, "is_cluster_wide", False)
        if is_named or self.default_namespace is not None:
            return item
        return replace(item, namespace=self.namespace_for(item.origin))

    def namespace_for(self, origin: Origin) -> str:
        """The namespace of an object that names none."""
        if self.default_namespace is not None:
            return self.default_namespace
        return f"{NAMELESS}{origin.uri.rpartition('/')[0]}"

    def _key(self, item: object) -> object:
        namespace = getattr(item, "namespace", None) or self.namespace_for(getattr(item, "origin", NOWHERE))
        return None if getattr(item, "is_namespace_unknown", False) else (namespace, getattr(item, "name", None))

    def _lowered(self, snapshot: WorkspaceSnapshot) -> tuple[PolicySemantics, ...]:
        kept: dict[object, PolicySemantics] = {}
        known = self._policies
        self._policies = {}
        for number, one in enumerate(sorted(snapshot, key=lambda item: not item.is_context)):
            found = known.get(id(one))
            if found is None or found[0] is not one:
                found = (one, self._lower(one))
            self._policies[id(one)] = found
            policy = found[1]
            key = (policy.namespace, policy.name) if policy.namespace is not None and policy.name else number
            self._note(kept, key, policy, policy.title)
            kept.pop(key, None)
            kept[key] = policy
        return tuple(kept.values())

    def _lower(self, one: LocatedPolicy) -> PolicySemantics:
        origin = Origin(one.uri, one.document, one.path)
        default = self.namespace_for(origin)
        return lower(
            one.policy,
            origin,
            default_namespace=default,
            is_context=one.is_context,
            ignores_types=self.ignores_types,
        )

    def _note(self, kept: Mapping[object, PolicySemantics], key: object, policy: PolicySemantics, title: str) -> None:
        before = kept.get(key)
        if before is not None and not before.is_context:
            self.duplicates.append(Duplicate(title, policy.namespace, policy.origin, before.origin))

    def _made(self, facts: Iterable[WorkloadFacts]) -> tuple[Workload, ...]:
        ordered = self._unique(list(facts), lambda item: (item.kind, self._key(item)) if self._key(item) else None)
        owners = {(self.resolve(item), item.kind, item.name): item for item in ordered}
        known = self._workloads
        self._workloads = {}
        made: list[Workload] = []
        for item in ordered:
            if self._is_listed_otherwise(item, owners):
                continue
            found = known.get(id(item))
            if found is None or found[0] is not item:
                found = (item, Workload(self.resolve(item), self._with_root_owner(item, owners)))
            self._workloads[id(item)] = found
            made.append(found[1])
        return tuple(made)

    def resolve(self, item: WorkloadFacts) -> str | None:
        """The namespace of a workload."""
        return None if item.is_namespace_unknown else item.namespace or self.namespace_for(item.origin)

    def _is_listed_otherwise(
        self, item: WorkloadFacts, owners: Mapping[tuple[str | None, str, str | None], WorkloadFacts]
    ) -> bool:
        """Whether the workload that made it is there: a ReplicaSet of a Deployment, a Job of a CronJob."""
        if item.kind == "Pod" or item.owner_kind not in _OWNING:
            return False
        return (self.resolve(item), item.owner_kind, item.owner_name) in owners

    def _with_root_owner(
        self, item: WorkloadFacts, owners: Mapping[tuple[str | None, str, str | None], WorkloadFacts]
    ) -> WorkloadFacts:
        """A Pod of a ReplicaSet of a Deployment is the Deployment's."""
        if item.kind != "Pod" or item.owner_kind is None:
            return item
        middle = owners.get((self.resolve(item), item.owner_kind, item.owner_name))
        if middle is None or middle.owner_kind not in _OWNING or middle.owner_name is None:
            return item
        return replace(item, owner_kind=middle.owner_kind, owner_name=middle.owner_name)

    def _unique(self, items: list[T], key_of: object) -> list[T]:
        """Of two objects of one name the later one, and what is linted before what only gives context."""
        assert callable(key_of)
        kept: dict[object, T] = {}
        for number, item in enumerate(sorted(items, key=lambda one: not getattr(one, "is_context", False))):
            found = key_of(item)
            key = ("anonymous", number) if found is None else found
            before = kept.pop(key, None)
            if before is not None and not getattr(before, "is_context", False):
                title = (
                    f"{getattr(item, 'kind', type(item).__name__.removesuffix('Facts'))} {getattr(item, 'name', '')}"
                )
                self.duplicates.append(
                    Duplicate(
                        title,
                        getattr(item, "namespace", None),
                        getattr(item, "origin", NOWHERE),
                        getattr(before, "origin", NOWHERE),
                    )
                )
            kept[key] = item
        return list(kept.values())


def _is_doubtful(item: UnknownManifest) -> bool:
    return item.reason in _DOUBTFUL and item.may_be_policy

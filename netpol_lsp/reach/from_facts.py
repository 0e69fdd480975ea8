"""From a workspace to a cluster: policies lowered, duplicates and what belongs to something listed left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import is_
from typing import TypeVar

from netpol_lsp.policies.ir import PolicySemantics
from netpol_lsp.policies.networkpolicy.lowering import lower
from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.reach.by_namespace import ByNamespace, Groups, groups_of
from netpol_lsp.reach.cluster import NAMELESS, Cluster, Workload
from netpol_lsp.workspace.file_order import path_order
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.resources import IngressFacts, OtherPolicyFacts, ServiceFacts, UnknownManifest, WorkloadFacts
from netpol_lsp.workspace.shelf_keys import namespace_key
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


@dataclass(frozen=True, slots=True)
class _Group:
    """What some shelves and shards of a workspace say, which belong to one namespace or to those that no one names."""

    inputs: tuple[object, ...]
    policies: Groups[PolicySemantics]
    workloads: Groups[Workload]
    services: tuple[ServiceFacts, ...]
    routes: tuple[IngressFacts, ...]
    others: tuple[OtherPolicyFacts, ...]
    unknown: tuple[UnknownManifest, ...]
    duplicates: tuple[Duplicate, ...]
    lowered: Mapping[int, tuple[LocatedPolicy, PolicySemantics]]
    made: Mapping[int, tuple[WorkloadFacts, WorkloadFacts, Workload]]


_NOTHING = _Group((), {}, {}, (), (), (), (), (), {}, {})


@dataclass(slots=True)
class ClusterBuilder:
    """Makes clusters from facts.

    `default_namespace` is that of objects which name none; None: those of one folder are together in a namespace whose
    name no one knows. `ignores_types`: the network plugin enforces rules of a direction that policyTypes does not list.
    What is the same object as before gives the same policies and workloads, and a namespace of which nothing changed
    the same tuples.
    """

    default_namespace: str | None = DEFAULT_NAMESPACE
    ignores_types: bool = False
    duplicates: list[Duplicate] = field(default_factory=list)
    _groups: dict[str | None, _Group] = field(default_factory=dict)

    def steps(self, snapshot: WorkspaceSnapshot) -> Iterator[None]:
        """Work out what belongs to each namespace, one at a time: `build` has little left to do then."""
        for key in self._keys(snapshot):
            self._groups[key] = self._group(snapshot, key)
            yield

    def _keys(self, snapshot: WorkspaceSnapshot) -> list[str | None]:
        """The namespaces, in order; None: those that no one names."""
        keys = {*snapshot.index.shards, *snapshot.index.policy_namespaces}
        if self.default_namespace is not None and None in keys:
            keys = (keys - {None}) | {self.default_namespace}
        return sorted(keys, key=lambda key: key or "")

    def build(self, snapshot: WorkspaceSnapshot) -> Cluster:
        """The cluster that a workspace describes: of two objects of one name the later one counts."""
        self.duplicates = []
        named = self._unique(list(snapshot.index.shard(CLUSTER).namespaces), lambda item: item.name)
        self._groups = {key: self._group(snapshot, key) for key in self._keys(snapshot)}
        groups = self._groups.values()
        self.duplicates += [found for group in groups for found in group.duplicates]
        return Cluster(
            policies=ByNamespace({key: some for group in groups for key, some in group.policies.items()}),
            workloads=ByNamespace({key: some for group in groups for key, some in group.workloads.items()}),
            namespaces={item.name: item for item in named},
            services=tuple(item for group in groups for item in group.services),
            routes=tuple(item for group in groups for item in group.routes),
            others=tuple(item for group in groups for item in group.others),
            unknown=tuple(item for group in groups for item in group.unknown),
            default_namespace=self.default_namespace or "",
        )

    def _group(self, snapshot: WorkspaceSnapshot, key: str | None) -> _Group:
        """What belongs to one namespace, which is the same as before when its facts are."""
        sources = [key, None] if key is not None and key == self.default_namespace else [key]
        index = snapshot.index
        shelves = tuple(index.shelf(namespace_key(source)) for source in sources)
        shards = tuple(index.shard(source) for source in sources)
        inputs = (*shelves, *shards)
        before = self._groups.get(key, _NOTHING)
        if len(before.inputs) == len(inputs) and all(map(is_, before.inputs, inputs)):
            return before
        duplicates, self.duplicates = self.duplicates, []
        visible = [one for source in sources for one in snapshot.policies_in(source)]
        lowered = self._lowered(visible, before.lowered)
        policies = self._kept(lowered)
        made = self._made([item for shard in shards for item in shard.workloads], before.made)
        services = self._unique([item for shard in shards for item in shard.services], self._key)
        found, self.duplicates = self.duplicates, duplicates
        return _Group(
            inputs,
            groups_of(policies),
            groups_of(workload for _, _, workload in made.values()),
            tuple(map(self._placed, services)),
            tuple(self._placed(item) for shard in shards for item in shard.ingresses),
            tuple(self._placed(item) for shard in shards for item in shard.other_policies),
            tuple(item for shard in shards for item in shard.unknown if _is_doubtful(item)),
            tuple(found),
            lowered,
            made,
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

    def _lowered(
        self, policies: Iterable[LocatedPolicy], known: Mapping[int, tuple[LocatedPolicy, PolicySemantics]]
    ) -> dict[int, tuple[LocatedPolicy, PolicySemantics]]:
        """The policies in the order in which they are applied, what only gives context first."""
        ordered = sorted(policies, key=lambda one: (not one.is_context, path_order(one.uri), one.document))
        return {id(one): known.get(id(one)) or (one, self._lower(one)) for one in ordered}

    def _kept(self, lowered: Mapping[int, tuple[LocatedPolicy, PolicySemantics]]) -> tuple[PolicySemantics, ...]:
        """The policies that count: of two of one name the later one."""
        kept: dict[object, PolicySemantics] = {}
        for number, (_, policy) in enumerate(lowered.values()):
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

    def _made(
        self, facts: list[WorkloadFacts], known: Mapping[int, tuple[WorkloadFacts, WorkloadFacts, Workload]]
    ) -> dict[int, tuple[WorkloadFacts, WorkloadFacts, Workload]]:
        """The workloads, each beside its facts as they are written and as they count."""
        ordered = self._unique(facts, lambda item: (item.kind, self._key(item)) if self._key(item) else None)
        owners = {(self.resolve(item), item.kind, item.name): item for item in ordered}
        made: dict[int, tuple[WorkloadFacts, WorkloadFacts, Workload]] = {}
        for item in ordered:
            if self._is_listed_otherwise(item, owners):
                continue
            own = self._with_root_owner(item, owners)
            found = known.get(id(item))
            if found is None or found[1] != own:
                found = (item, own, Workload(self.resolve(item), own))
            made[id(item)] = found
        return made

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

    def _unique(self, items: list[T], key_of: Callable[[T], object]) -> list[T]:
        """Of two objects of one name the later one, and what is linted before what only gives context."""
        kept: dict[object, T] = {}
        for number, item in enumerate(sorted(items, key=_applied)):
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


def _applied(item: object) -> tuple[bool, str, int]:
    """The order in which objects are applied: by file and document, what only gives context first."""
    origin: Origin = getattr(item, "origin", NOWHERE)
    return not getattr(item, "is_context", False), path_order(origin.uri), origin.document


def _is_doubtful(item: UnknownManifest) -> bool:
    return item.reason in _DOUBTFUL and item.may_be_policy

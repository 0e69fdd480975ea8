"""The engine of connectivity for rules: who may talk to whom, as far as the workspace tells."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.policies.origin import Origin
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.reads import POLICIES, READS, SHARDS
from netpol_lsp.workspace.shelf_keys import ALL_POLICIES, UNKNOWN_NAMESPACE, namespace_key
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.capabilities.capabilities import Capabilities

    # The engine is loaded when a rule first asks for it: most runs know policies only.
    from netpol_lsp.policies.ir import Peer, PolicySemantics
    from netpol_lsp.reach.cluster import Workload
    from netpol_lsp.reach.engine import Engine
    from netpol_lsp.reach.entry_points import EntryPoint
    from netpol_lsp.reach.from_facts import ClusterBuilder
    from netpol_lsp.reach.names import Names

    _Circumstances = tuple[str | None, Capabilities]


class PolicyPlace(NamedTuple):
    """Where a policy is: its namespace as the cluster knows it, its name, its file and the path in it."""

    namespace: str | None
    name: str | None
    uri: str
    path: str


class KnownCluster:
    """The engine over a workspace. `ambiguous`: namespaces with two objects of one name, of which no one knows which counts."""

    def __init__(self, engine: Engine, builder: ClusterBuilder, workspace: WorkspaceSnapshot) -> None:
        self.engine = engine
        self._shards = tuple(workspace.index.shards)
        self.duplicates = tuple(builder.duplicates)
        self.ambiguous = frozenset(item.namespace for item in builder.duplicates)
        self._namespace_for = builder.namespace_for
        self._entries: dict[str, tuple[EntryPoint, ...]] = {}
        self._ordered: dict[str | None, tuple[PolicySemantics, ...]] = {}
        self._places: dict[str | None, dict[tuple[str | None, str, str], PolicySemantics]] = {}
        self.answers: dict[Hashable, object] = {}

    def policy_of(self, ctx: PolicyContext) -> PolicySemantics | None:
        """The policy that a rule looks at; None when the workspace does not have it, or it is not known well enough."""
        place = self.place_of(ctx.located)
        self._note(place.namespace)
        return self.policy_at(place)

    def place_of(self, located: LocatedPolicy) -> PolicyPlace:
        """Where a policy is to be found."""
        namespace = located.policy.namespace
        if namespace is None and not located.policy.is_namespace_unknown:
            namespace = self._namespace_for(Origin(located.uri))
        return PolicyPlace(namespace, located.policy.name, located.uri, located.path)

    def policy_at(self, place: PolicyPlace) -> PolicySemantics | None:
        """The policy in a place, where it is known well enough. Nothing is noted."""
        policy = self._by_place(place.namespace).get(place[1:])
        return None if policy is None or place.namespace in self.ambiguous or policy.is_partial else policy

    def _by_place(self, namespace: str | None) -> dict[tuple[str | None, str, str], PolicySemantics]:
        found = self._places.get(namespace)
        if found is None:
            found = self._places[namespace] = {}
            for policy in self.engine.cluster.policies_by_namespace.get(namespace, ()):
                found.setdefault((policy.name, policy.origin.uri, policy.origin.object_path), policy)
        return found

    def subjects(self, policy: PolicySemantics) -> tuple[Workload, ...]:
        """The workloads that a policy surely selects."""
        sure, _ = self.engine.classes.pods(policy.subject)
        return tuple(self._members(sure))

    def meant_by(self, peer: Peer) -> tuple[Workload, ...]:
        """The workloads that a peer means, where all of them are surely known; none otherwise. Nothing is noted."""
        sure, may = self.engine.compiler.peer(peer)
        inhabited = self.engine.classes.inhabited
        return tuple(self._members(sure)) if sure & inhabited == may & inhabited else ()

    def policies_in(self, namespace: str) -> tuple[PolicySemantics, ...]:
        """The policies of a namespace, in the order of files and documents."""
        self._note(namespace)
        found = self._ordered.get(namespace)
        if found is None:
            some = self.engine.cluster.policies_by_namespace.get(namespace, ())
            found = self._ordered[namespace] = tuple(sorted(some, key=_place))
        return found

    def workloads_in(self, namespace: str) -> tuple[Workload, ...]:
        """The workloads of a namespace."""
        self._note(namespace)
        return self.engine.cluster.workloads_by_namespace.get(namespace, ())

    def is_first_of_namespace(self, policy: PolicySemantics) -> bool:
        """Whether it is the first policy of its namespace that is linted: what is said once is said there."""
        first = next((one for one in self.policies_in(policy.namespace or "") if not one.is_context), None)
        return first is policy

    @property
    def knows_all_policies(self) -> bool:
        """Whether all policies can be read, and it is known in which namespace each is."""
        READS.note(POLICIES, ALL_POLICIES)
        return self._knows_all_policies

    @lazy
    def _knows_all_policies(self) -> bool:
        groups = self.engine.cluster.policies_by_namespace
        return not groups.get(None) and not any(one.is_partial for one in self.engine.cluster.policies)

    def entry_points_in(self, namespace: str) -> tuple[EntryPoint, ...]:
        """The ways through Ingresses and routes to workloads of a namespace."""
        self._note(namespace)
        self._note_all("ingresses")
        return self.entry_points_to(namespace)

    def entry_points_to(self, namespace: str) -> tuple[EntryPoint, ...]:
        """As `entry_points_in`. Nothing is noted."""
        from netpol_lsp.reach.entry_points import entry_points  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

        found = self._entries.get(namespace)
        if found is None:
            found = self._entries[namespace] = tuple(entry_points(self.engine, namespace))
        return found

    def _note(self, namespace: str | None) -> None:
        """What is asked of a namespace is read from all that is known of it, or may be of it."""
        from netpol_lsp.reach.cluster import NAMELESS  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

        sources = {namespace, UNKNOWN_NAMESPACE, CLUSTER}
        if namespace is None or namespace.startswith(NAMELESS) or namespace == self.engine.cluster.default_namespace:
            sources.add(None)
        READS.note("namespaces", CLUSTER)
        for source in sources:
            READS.note(POLICIES, namespace_key(source))
            READS.note_all((kind, source) for kind in _KINDS)

    def _note_all(self, kind: str) -> None:
        """Facts of a kind are read in all namespaces."""
        READS.note(SHARDS)
        READS.note_all((kind, namespace) for namespace in self._shards)

    def _members(self, classes: int) -> list[Workload]:
        """The workloads of classes, in the order of files and documents."""
        members = self.engine.classes.members
        found = [workload for item in self.engine.classes.bits(classes) for workload in members[item.index]]
        return sorted(found, key=_written) if len(found) > 1 else found


def _written(workload: Workload) -> tuple[str, int, str, str]:
    origin = workload.facts.origin
    return origin.uri, origin.document, origin.object_path, workload.title


def _place(policy: PolicySemantics) -> tuple[str, int, str]:
    return policy.origin.uri, policy.origin.document, policy.origin.object_path


_KINDS = ("workloads", "services", "other_policies", "unknown")
"""What answers about the pods of a namespace are read from, besides policies."""
_MOST_KEPT = 4
"""Configurations whose clusters are kept: those of an editor's folders, in turn."""
_KNOWN: Memo[WorkspaceSnapshot, _Circumstances, KnownCluster] = Memo()
_LAST: dict[_Circumstances, tuple[ClusterBuilder, Engine]] = {}
"""What the cluster of the next workspace is made from: that of the last one."""


def known_cluster(ctx: PolicyContext) -> KnownCluster:
    """The cluster that the workspace describes, as a rule asks for it."""
    return cluster_of(ctx.workspace, ctx.settings.default_namespace, ctx.settings.capabilities)


def cluster_of(workspace: WorkspaceSnapshot, default_namespace: str | None, capabilities: Capabilities) -> KnownCluster:
    """The cluster that a workspace describes; made once for all who ask, and from the last one as far as that is the same."""
    with READS.paused():  # the methods of what is given note what their answers are read from
        key = _circumstances(workspace, default_namespace, capabilities)
        known = _KNOWN.of(workspace)
        if key not in known:
            known[key] = _next_cluster(workspace, key)
        return known[key]


def _circumstances(
    workspace: WorkspaceSnapshot, default_namespace: str | None, capabilities: Capabilities
) -> _Circumstances:
    """What a cluster depends on besides the workspace. Where everything names its namespace, all defaults make the same."""
    has_nameless = None in workspace.index.policy_namespaces or None in workspace.index.shards
    return (default_namespace if has_nameless else None, capabilities)


def _next_cluster(workspace: WorkspaceSnapshot, key: _Circumstances) -> KnownCluster:
    last = _LAST.pop(key, None)
    if last is None:
        builder = _new_builder(key)
        engine = _new_engine(builder, workspace, key, sorts_pods_in=True)
    else:
        builder, engine = last
        engine = engine.updated(builder.build(workspace))
    _keep(key, builder, engine)
    return KnownCluster(engine, builder, workspace)


def _new_builder(key: _Circumstances) -> ClusterBuilder:
    from netpol_lsp.reach.from_facts import ClusterBuilder  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

    default_namespace, capabilities = key
    return ClusterBuilder(default_namespace, ignores_types=capabilities.has(Capability.POLICY_TYPES) is False)


def _new_engine(
    builder: ClusterBuilder, workspace: WorkspaceSnapshot, key: _Circumstances, *, sorts_pods_in: bool
) -> Engine:
    from netpol_lsp.reach.enforcement import enforcement_of  # noqa: PLC0415 - start-up is a feature, and few workspaces need it
    from netpol_lsp.reach.engine import Engine  # noqa: PLC0415

    return Engine(builder.build(workspace), enforcement_of(key[1]), sorts_pods_in=sorts_pods_in)


def _keep(key: _Circumstances, builder: ClusterBuilder, engine: Engine) -> None:
    while len(_LAST) >= _MOST_KEPT:
        del _LAST[next(iter(_LAST))]
    _LAST[key] = builder, engine


def cluster_steps(
    workspace: WorkspaceSnapshot, default_namespace: str | None, capabilities: Capabilities
) -> Iterator[None]:
    """Make what `cluster_of` needs, namespace by namespace, where nothing was made yet.

    The workspace may change between the steps: what is the same then counts.
    """
    key = _circumstances(workspace, default_namespace, capabilities)
    if key in _LAST:
        return
    builder = _new_builder(key)
    yield from builder.steps(workspace)
    engine = _new_engine(builder, workspace, key, sorts_pods_in=False)
    yield from engine.classes.steps()
    if key not in _LAST:
        _keep(key, builder, engine)


def cluster_and_names(view: WorkspaceSnapshot, settings: Settings) -> tuple[KnownCluster, Names]:
    """The cluster of a workspace, and what names mean in it: pods and Services are not the world."""
    from netpol_lsp.reach.from_facts import DEFAULT_NAMESPACE  # noqa: PLC0415 - start-up is a feature, and few workspaces need it
    from netpol_lsp.reach.names import names_beside  # noqa: PLC0415

    known = cluster_of(view, settings.default_namespace or DEFAULT_NAMESPACE, settings.capabilities)
    return known, names_beside(known.engine.cluster, (*settings.pod_cidrs, *settings.service_cidrs))

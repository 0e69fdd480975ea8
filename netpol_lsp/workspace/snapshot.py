"""What a rule may ask about the other manifests: an immutable snapshot of all policies.

Questions are answered with yes, no or unknown. The policy that is asked about need not be in the view:
a version in it with the same file, namespace and name gives way to the one in the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from netpol_lsp.findings.trigger import ResourceTrigger
from netpol_lsp.kube.label_selector import LabelSelector, includes, intersects, is_satisfiable
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.document_places import DocumentPlaces
from netpol_lsp.workspace.index import CLUSTER, EMPTY_INDEX, NO_FACTS, FileFacts, WorkspaceIndex, build
from netpol_lsp.workspace.known_namespaces import known_namespaces
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.possible_policies import may_be_policy, of_other_policy, of_unknown_manifest
from netpol_lsp.workspace.reads import FIRST_ON, KNOWN, NAMESPACE, READS, WHOLE, Read, remember, remembered
from netpol_lsp.workspace.resource_shard import ResourceShard
from netpol_lsp.workspace.shelf import Asked, PolicyShelf
from netpol_lsp.workspace.shelf_keys import (
    ALL_POLICIES,
    UNKNOWN_NAMESPACE,
    UNKNOWN_POLICIES,
    cni_key,
    folder_key,
    namespace_key,
)
from netpol_lsp.workspace.ternary import Ternary

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import NamespaceFacts, NodeFacts, OtherPolicyFacts, ServiceFacts, WorkloadFacts

__all__ = [
    "EMPTY",
    "LocatedPolicy",
    "WorkspaceSnapshot",
    "is_same",
    "isolates_direction",
    "same_namespace",
    "selects_all_of",
    "selects_all_with",
]


class WorkspaceSnapshot:
    """What all manifests say, at one moment. Two snapshots are the same only when they are one value.

    `places` is where the documents of files start at the moment: facts and findings count from there.
    """

    def __init__(self, index: WorkspaceIndex = EMPTY_INDEX, places: DocumentPlaces | None = None) -> None:
        self.index = index
        self.places = places if places is not None else DocumentPlaces()
        self._firsts: dict[str, object] = {}

    @staticmethod
    def of(policies: Iterable[LocatedPolicy]) -> WorkspaceSnapshot:
        """The snapshot of these policies, and nothing else."""
        files: dict[str, list[LocatedPolicy]] = {}
        for located in policies:
            files.setdefault(located.uri, []).append(located)
        return WorkspaceSnapshot(build({uri: FileFacts(tuple(found)) for uri, found in files.items()}))

    @staticmethod
    def of_files(files: Mapping[str, FileFacts], context: Iterable[str] = ()) -> WorkspaceSnapshot:
        """The snapshot of these files; those in `context` count but are not linted."""
        places = DocumentPlaces()
        places.put(files, files)
        return WorkspaceSnapshot(build(files, context), places)

    def with_file(self, uri: str, policies: Iterable[LocatedPolicy]) -> WorkspaceSnapshot:
        """The snapshot in which a file holds these policies instead; itself when nothing changes."""
        known = self.index.files.get(uri, NO_FACTS)
        index = self.index.with_files({uri: FileFacts(tuple(policies), known.resources)})
        return self if index is self.index else WorkspaceSnapshot(index, self.places)

    def with_context(self, policies: Iterable[LocatedPolicy]) -> WorkspaceSnapshot:
        """The snapshot with policies that count but are not linted.

        One with the namespace and name of a policy that is linted is an older copy of it, as it may be in the cluster, and
        is left out.
        """
        files: dict[str, list[LocatedPolicy]] = {}
        for located in policies:
            files.setdefault(located.uri, []).append(located)
        added = {uri: FileFacts(tuple(found)) for uri, found in files.items() if uri not in self.index.files}
        return WorkspaceSnapshot(self.index.with_files(added, added), self.places) if added else self

    def __iter__(self) -> Iterator[LocatedPolicy]:
        return self._visible(self.index.shelf(ALL_POLICIES))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return True

    def policies_of_file(self, uri: str) -> tuple[LocatedPolicy, ...]:
        """The policies of a file."""
        return self.index.policies_of_file(uri)

    def policies_in(self, namespace: str | None) -> tuple[LocatedPolicy, ...]:
        """The policies of a namespace; for None those that name no namespace and have no default."""
        return tuple(self._visible(self.index.shelf(namespace_key(namespace))))

    def policies_named(self, namespace: str | None, name: str | None) -> tuple[LocatedPolicy, ...]:
        """The policies of a namespace that have a name; see `policies_in`."""
        found = self.index.shelf(namespace_key(namespace)).named(name)
        return tuple(self._visible(found)) if self.index.context else found

    def policies_alike(self, asked: Asked) -> tuple[LocatedPolicy, ...]:
        """The policies that answer what was asked of a shelf. Nothing is noted."""
        key, question, about = asked
        return tuple(self._visible(self.index.shelf(key).answer(question, about)))

    def policies_with_pods_of(self, namespace: str | None, selector: LabelSelector) -> Iterator[LocatedPolicy]:
        """The policies of a namespace that may select a pod that `selector` does, and perhaps more; see `policies_in`."""
        return self._visible(self.index.shelf(namespace_key(namespace)).candidates(selector))

    @remembered
    def namespaces(self) -> dict[str, NamespaceFacts]:
        """The namespaces that are known by name. Those without a manifest have the one label that all have, and perhaps others."""
        return known_namespaces(self.index)

    def namespace(self, name: str | None) -> NamespaceFacts | None:
        """What is known of a namespace; None where nothing is. Who asks for one does not depend on the others."""
        READS.note(NAMESPACE, name)
        with READS.paused():
            return self.namespaces.get(name) if name is not None else None

    @property
    def known(self) -> frozenset[ResourceTrigger]:
        """What is known besides policies."""
        READS.note(KNOWN)
        return self._known

    @lazy
    def _known(self) -> frozenset[ResourceTrigger]:
        with READS.paused():
            found = []
            if any(shard.has_pods for shard in self.index.shards.values()):
                found.append(ResourceTrigger.WORKLOADS)
            if any(shard.has_services for shard in self.index.shards.values()):
                found.append(ResourceTrigger.SERVICES)
            if self.index.shard(CLUSTER).namespaces:
                found.append(ResourceTrigger.NAMESPACES)
            return frozenset(found)

    @remembered
    def seen_namespaces(self) -> frozenset[str]:
        """The namespaces that a manifest makes, or that hold something besides policies."""
        index = self.index
        made = {one.name for one in index.shard(CLUSTER).namespaces}
        used = {key for key in index.shards if key is not None and key not in (UNKNOWN_NAMESPACE, CLUSTER)}
        return frozenset(made | used)

    @property
    def whole_namespaces(self) -> frozenset[str]:
        """The namespaces whose pods are all known: a snapshot of the cluster shows them.

        A snapshot shows the pods of a namespace when it holds some there, or when it holds the Namespace, and pods of others.
        """
        READS.note(WHOLE)
        return self._whole_namespaces

    @lazy
    def _whole_namespaces(self) -> frozenset[str]:
        with READS.paused():
            index = self.index
            shown = {
                key
                for key, shard in index.shards.items()
                if key is not None and key not in (UNKNOWN_NAMESPACE, CLUSTER) and shard.shows_pods
            }
            if len(shown) > 1:
                shown |= {one.name for one in index.shard(CLUSTER).namespaces if one.is_context}
            return frozenset(shown)

    @property
    def knows_all_namespaces(self) -> bool:
        """Whether a snapshot of the cluster shows all Namespaces: it holds more than one."""
        return sum(one.is_context for one in self.index.shard(CLUSTER).namespaces) > 1

    def workloads_in(self, namespace: str | None) -> tuple[WorkloadFacts, ...]:
        """The workloads of a namespace; for None those that name none."""
        return self.index.shard(namespace).workloads

    def services_in(self, namespace: str | None) -> tuple[ServiceFacts, ...]:
        """The Services of a namespace; for None those that name none."""
        return self.index.shard(namespace).services

    def other_policies_in(self, namespace: str | None) -> tuple[OtherPolicyFacts, ...]:
        """Policies of kinds that are not modelled, in a namespace; those that are cluster-wide, too."""
        return (*self.index.shard(namespace).other_policies, *self.index.shard(CLUSTER).other_policies)

    @property
    def nodes(self) -> tuple[NodeFacts, ...]:
        """The Nodes."""
        return self.index.shard(CLUSTER).nodes

    def is_known_whole(self, namespace: str | None) -> bool:
        """Whether all pods of a namespace are known."""
        return namespace is not None and namespace in self.whole_namespaces

    def resources(self) -> Iterator[tuple[str | None, ResourceShard]]:
        """All resources by namespace: see `netpol_lsp.workspace.index` for the keys of what is in none."""
        return iter(self.index.shards.items())

    def file_span(self, origin: Origin) -> Span:
        """The place of a fact in its file."""
        return self.places.span(origin.uri, origin.document, Span(origin.start, origin.end))

    def written_at(self, origin: Origin) -> tuple[str, Span]:
        """The file in which someone wrote a fact, by its URI, and the place in it."""
        return self.places.written(origin.uri, origin.document, Span(origin.start, origin.end))

    def _visible(self, policies: Iterable[LocatedPolicy]) -> Iterator[LocatedPolicy]:
        """Without what the context says of policies that are linted."""
        if not self.index.context:
            return iter(policies)
        is_superseded = self.index.is_superseded
        return (located for located in policies if not is_superseded(located))

    def policies_on(self, cni: str | None) -> tuple[LocatedPolicy, ...]:
        """The policies that are linted and whose `cni` is this one, by place; none for None.

        Who asks depends on which is the first, and how many they are.
        """
        if cni is None:
            return ()
        READS.note(FIRST_ON, cni)
        with READS.paused():
            found = self.index.shelf(cni_key(cni))
            return tuple(sorted((located for located in found if not located.is_context), key=place_in_files))

    def may_select(self, located: LocatedPolicy) -> tuple[LocatedPolicy, ...]:
        """The other policies that may select some of the pods that this one selects."""
        return tuple(other for other in self.neighbours(located) if selects_all_of(other, located) is not Ternary.NO)

    def neighbours(self, located: LocatedPolicy) -> Iterator[LocatedPolicy]:
        """The other policies that may be in the same namespace, but for most of those that surely select other pods."""
        return (other for other in self.around(located) if not is_same(other, located))

    def wider_neighbours(
        self, located: LocatedPolicy, selector: LabelSelector | None = None
    ) -> Iterator[LocatedPolicy]:
        """The neighbours that may select all that a policy selects, or all that `selector` does, and perhaps more."""
        selector = selector if selector is not None else located.policy.pod_selector
        if not is_satisfiable(selector):
            yield from self.neighbours(located)
            return
        uri = located.uri
        for shelf in self._near(located):
            for other in self._visible(shelf.including(selector)):
                if other.uri != uri or not is_same(other, located):
                    yield other
        for other in self._possible_near(located):
            if not is_same(other, located):
                yield other

    def around(self, located: LocatedPolicy, selector: LabelSelector | None = None) -> Iterator[LocatedPolicy]:
        """The neighbours of a policy, and the policy itself or its other versions where they are in the view.

        Policies that may be there are among them: of kinds that are not modelled, or in documents that cannot be read. With a
        `selector`, those that may select some of its pods instead.
        """
        selector = selector if selector is not None else located.policy.pod_selector
        for shelf in self._near(located):
            yield from self._visible(shelf.candidates(selector))
        yield from self._possible_near(located)

    def _possible_near(self, located: LocatedPolicy) -> tuple[LocatedPolicy, ...]:
        """The policies that may be there, and may be about pods of the same namespace."""
        if self.index.has_no_resources:
            return ()
        policy = located.policy
        key = (policy.is_namespace_unknown, policy.namespace, located.folder)
        return remember(self._possible, key, lambda: tuple(self._find_possible(located)))

    @lazy
    def _possible(self) -> dict[tuple[bool, str | None, str], tuple[tuple[LocatedPolicy, ...], frozenset[Read]]]:
        return {}

    def _find_possible(self, located: LocatedPolicy) -> Iterator[LocatedPolicy]:
        index, namespace = self.index, located.policy.namespace
        if located.policy.is_namespace_unknown:
            shards = list(index.shards.values())
        else:
            shards = [index.shard(key) for key in (namespace, UNKNOWN_NAMESPACE, CLUSTER)]
            if namespace is not None:
                shards.append(index.shard(None))
        facts = self.namespace(namespace)
        own_groups = self._groups(located.uri)
        for shard in shards:
            for other in shard.other_policies:
                yield from of_other_policy(other, namespace, facts)
            for manifest in shard.unknown:
                if may_be_policy(manifest, self._groups(manifest.origin.uri), own_groups):
                    yield of_unknown_manifest(manifest)

    def _groups(self, uri: str) -> frozenset[str]:
        """What a file is applied together with."""
        return self.index.delivery.scope_of(uri).groups

    def _near(self, located: LocatedPolicy) -> tuple[PolicyShelf, ...]:
        """The policies that may be in the same namespace."""
        policy, shelf = located.policy, self.index.shelf
        if policy.is_namespace_unknown:
            return (shelf(ALL_POLICIES),)
        namespace = policy.namespace
        in_folder = folder_key(located.folder, names_one=namespace is None)
        return (shelf(namespace_key(namespace)), shelf(in_folder), shelf(UNKNOWN_POLICIES))


EMPTY = WorkspaceSnapshot()
"""The view in which nothing but the policy in question is known."""


def place_in_files(located: LocatedPolicy) -> tuple[str, int, str]:
    return (located.uri, located.document, located.path)


def same_namespace(a: LocatedPolicy, b: LocatedPolicy) -> Ternary:
    """Whether two policies end up in one namespace.

    Policies that name none go to the same place when they are applied together, which is only sure within
    one folder.
    """
    if a.policy.is_namespace_unknown or b.policy.is_namespace_unknown:
        return Ternary.UNKNOWN
    named_a, named_b = a.policy.namespace, b.policy.namespace
    if named_a is not None and named_b is not None:
        return Ternary.of(named_a == named_b)
    is_together = a.folder == b.folder
    if named_a is None and named_b is None:
        return Ternary.YES if is_together else Ternary.UNKNOWN
    return Ternary.UNKNOWN if is_together else Ternary.NO


def selects_all_of(a: LocatedPolicy, b: LocatedPolicy) -> Ternary:
    """YES: `a` selects every pod that `b` selects; NO: none of them; UNKNOWN: some, or perhaps."""
    return selects_all_with(a, b, b.policy.pod_selector)


def selects_all_with(a: LocatedPolicy, b: LocatedPolicy, selector: LabelSelector) -> Ternary:
    """As `selects_all_of`, of the pods in the namespace of `b` that `selector` means."""
    mine = a.policy.pod_selector
    if not intersects(mine, selector):
        return Ternary.NO
    if a.policy.is_partial or not includes(mine, selector):
        return same_namespace(a, b).unless_no()
    return same_namespace(a, b)


def isolates_direction(policy: NetworkPolicySemantics, direction: Direction) -> Ternary:
    """Whether a policy isolates its pods in a direction."""
    if policy.is_partial or policy.has_unknown_types:
        return Ternary.UNKNOWN
    return Ternary.YES if direction in policy.types else Ternary.NO


def is_same(a: LocatedPolicy, b: LocatedPolicy) -> bool:
    """Whether two policies are versions of one: the same namespace and name in the same file.

    Where a template decides the name, the place in the document tells them apart.
    """
    if a.uri != b.uri or (a.policy.name, a.policy.namespace) != (b.policy.name, b.policy.namespace):
        return False
    place = (a.path, a.policy.start, a.policy.end)
    return a.policy.name is not None or place == (b.path, b.policy.start, b.policy.end)

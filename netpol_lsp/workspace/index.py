"""What all manifests of a workspace say, by file and by namespace: immutable, and changed file by file.

A change copies the tables of the namespaces that it touches, and nothing else: what depends on a namespace holds as long as its
shard is the same value.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from netpol_lsp.text.lazy import lazy
from netpol_lsp.workspace.common_folder import common_folder
from netpol_lsp.workspace.delivered_policy import delivered_policy
from netpol_lsp.workspace.delivered_resources import NAMESPACED, delivered
from netpol_lsp.workspace.delivery import NO_DELIVERY, DeliveryMap, DeliveryScope
from netpol_lsp.workspace.file_order import with_entries
from netpol_lsp.workspace.file_resources import NO_RESOURCES, ResourceFacts
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.reads import (
    DELIVERY,
    FILE,
    NO_RESOURCES_AT_ALL,
    POLICY_NAMESPACES,
    READS,
    ROOT,
    SHARDS,
)
from netpol_lsp.workspace.resource_shard import ResourceShard, empty_shard
from netpol_lsp.workspace.shelf import Policies, PolicyShelf, empty_shelf
from netpol_lsp.workspace.shelf_keys import UNKNOWN_NAMESPACE, changed_groups

CLUSTER = "\1"
"""The key of what belongs to no namespace: Namespaces, Nodes, cluster-wide policies, webhooks."""

K = TypeVar("K")
Table = TypeVar("Table", PolicyShelf, ResourceShard)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the documents of one file say, and where they start: (number, offset) of each that does not start at 0."""

    policies: Policies = ()
    resources: ResourceFacts = NO_RESOURCES
    starts: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.policies) or self.resources is not NO_RESOURCES

    def with_cni(self, cni: str | None) -> FileFacts:
        """The same for another network plugin."""
        if all(located.cni == cni for located in self.policies):
            return self
        return replace(self, policies=tuple(replace(located, cni=cni) for located in self.policies))


NO_FACTS = FileFacts()


class WorkspaceIndex:
    """The facts of all files. `context`: the files that count but are not linted.

    `shelves`: policies, by namespace and by folder. `resources_token`: another value whenever the resources of any
    namespace, or their delivery, are others. `known_root` is `root` once someone asked; `has_same_files` says that it
    still holds. `touched`: the keys of the shelves that are others than in the index that this one was made of.
    """

    def __init__(
        self,
        files: Mapping[str, FileFacts],
        context: frozenset[str],
        names: Mapping[tuple[str | None, str | None], int],
        shelves: Mapping[Hashable, PolicyShelf],
        shards: Mapping[str | None, ResourceShard],
        delivery: DeliveryMap = NO_DELIVERY,
        previous: WorkspaceIndex | None = None,
        *,
        has_same_files: bool = False,
        touched: frozenset[Hashable] = frozenset(),
    ) -> None:
        self.files = files
        self.context = context
        self.names = names
        self.shelves = shelves
        self._shards = shards
        self._delivery = delivery
        self.touched = touched
        is_same = previous is not None and previous._shards is shards and previous._delivery is delivery  # noqa: SLF001
        # These stand for the indexes, which must not keep the ones before them alive.
        self.moment: object = object()
        has_other_policies_only = is_same and has_same_files and not context
        self._moment_before: object = previous.moment if previous is not None and has_other_policies_only else None
        self.resources_token: object = previous.resources_token if previous is not None and is_same else object()
        self.known_root: str | None = previous.known_root if previous is not None and has_same_files else None

    @property
    def root(self) -> str:
        """The folder, with a slash at its end, that holds all files but those of the context."""
        READS.note(ROOT)
        if self.known_root is None and not self.context and self.files:
            # They are in order: what the first and the last one have in common, all have.
            self.known_root = common_folder((next(iter(self.files)), next(reversed(tuple(self.files)))))
        elif self.known_root is None:
            self.known_root = common_folder(uri for uri in self.files if uri not in self.context)
        return self.known_root

    def touched_since(self, moment: object) -> frozenset[Hashable] | None:
        """The keys of the shelves that are others than in the index of a moment; None where more may be, or nobody knows."""
        if moment is self.moment:
            return frozenset()
        return self.touched if moment is not None and moment is self._moment_before else None

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process gets: it makes the tables by itself."""
        return build, (self.files, self.context)

    def with_files(self, changed: Mapping[str, FileFacts], context: Iterable[str] = ()) -> WorkspaceIndex:
        """The index with these files instead, `context` of them as such; itself when no fact is another.

        No facts: the file is gone.
        """
        as_context = frozenset(context)
        marked = {uri: _as_context(facts) if uri in as_context else facts for uri, facts in changed.items()}
        really = {
            uri: facts
            for uri, facts in marked.items()
            if self.files.get(uri, NO_FACTS) != facts
            or (uri in self.context) is not (uri in as_context and bool(facts))
        }
        if not really:
            return self
        return _Change(self, really, as_context).result()

    def shelf(self, key: Hashable) -> PolicyShelf:
        """The policies of a kind; see the `..._key` functions."""
        found = self.shelves.get(key)
        return found if found is not None else empty_shelf(key)

    def shard(self, namespace: str | None) -> ResourceShard:
        """The resources of a namespace; of those that name none for None."""
        found = self._shards.get(namespace)
        return found if found is not None else empty_shard(namespace)

    @property
    def shards(self) -> Mapping[str | None, ResourceShard]:
        """The resources by namespace; None where none is named."""
        READS.note(SHARDS)
        return self._shards

    @property
    def has_no_resources(self) -> bool:
        """Whether there is nothing but policies."""
        READS.note(NO_RESOURCES_AT_ALL)
        return not self._shards

    @property
    def delivery(self) -> DeliveryMap:
        """How files reach the cluster."""
        READS.note(DELIVERY)
        return self._delivery

    @property
    def policy_namespaces(self) -> frozenset[str | None]:
        """The namespaces that policies name; None where one names none, and the key of those that a template names."""
        READS.note(POLICY_NAMESPACES)
        return self._policy_namespaces

    @lazy
    def _policy_namespaces(self) -> frozenset[str | None]:
        return frozenset(key[1] for key in self.shelves if isinstance(key, tuple) and key[0] == "namespace")

    def policies_of_file(self, uri: str) -> Policies:
        """The policies of a file as they are written."""
        READS.note(FILE, uri)
        return self.files.get(uri, NO_FACTS).policies

    def is_superseded(self, located: LocatedPolicy) -> bool:
        """Whether a policy of the context is an older copy of one that is linted."""
        return located.is_context and (located.policy.namespace, located.policy.name) in self.names


def build(files: Mapping[str, FileFacts], context: Iterable[str] = ()) -> WorkspaceIndex:
    """The index of these files."""
    return EMPTY_INDEX.with_files(files, context)


EMPTY_INDEX = WorkspaceIndex({}, frozenset(), {}, {}, {})


class _Change:
    """An index on its way to the next: copies each table once, when it is first touched."""

    def __init__(self, old: WorkspaceIndex, changed: Mapping[str, FileFacts], as_context: frozenset[str]) -> None:
        self.old = old
        self.changed = changed
        self.as_context = as_context
        self.delivery = old.delivery
        self.touched: frozenset[Hashable] = frozenset()

    def result(self) -> WorkspaceIndex:
        """The next index."""
        old, changed = self.old, self.changed
        files = with_entries(old.files, changed)
        for uri, facts in changed.items():
            if not facts:
                files.pop(uri)
        context = (old.context - changed.keys()) | {uri for uri in self.as_context & changed.keys() if uri in files}
        self.delivery = self._delivery(files)
        before, after = self._policies()
        return WorkspaceIndex(
            files,
            context,
            self._names(before, after),
            self._shelves(before, after),
            self._shards(self.delivery),
            self.delivery,
            old,
            has_same_files=len(files) == len(old.files)
            and changed.keys() <= old.files.keys()
            and context == old.context,
            touched=self.touched,
        )

    def _policies(self) -> tuple[dict[str, Policies], dict[str, Policies]]:
        """The policies of the files that may be others now, before and after, as they reach the cluster."""
        uris = self.changed if self.delivery is self.old.delivery else self._all_uris()
        before, after = {}, {}
        for uri in uris:
            old = self._old(uri)
            new = self.changed.get(uri, old)
            if old.policies or new.policies:
                before[uri] = delivered_policies(old.policies, self.old.delivery.scope_of(uri))
                after[uri] = delivered_policies(new.policies, self.delivery.scope_of(uri))
        return before, after

    def _names(
        self, before: Mapping[str, Policies], after: Mapping[str, Policies]
    ) -> Mapping[tuple[str | None, str | None], int]:
        names = self.old.names
        gone, come = (
            [(one.policy.namespace, one.policy.name) for found in files.values() for one in found if not one.is_context]
            for files in (before, after)
        )
        if gone == come:
            return names
        counts = dict(names)
        for name in come:
            counts[name] = counts.get(name, 0) + 1
        for name in gone:
            counts[name] -= 1
            if not counts[name]:
                del counts[name]
        return counts

    def _all_uris(self) -> Iterable[str]:
        """The files of before and of now, in an order that is the same in each run."""
        return dict.fromkeys((*self.old.files, *self.changed))

    def _old(self, uri: str) -> FileFacts:
        return self.old.files.get(uri, NO_FACTS)

    def _shelves(self, before: Mapping[str, Policies], after: Mapping[str, Policies]) -> Mapping[Hashable, PolicyShelf]:
        touched: dict[Hashable, dict[str, Policies]] = {}
        for uri, policies in after.items():
            if before[uri] == policies:
                continue
            for key, mine in changed_groups(before[uri], policies):
                touched.setdefault(key, {})[uri] = mine
        if not touched:
            return self.old.shelves
        self.touched = frozenset(touched)
        return _filled(self.old.shelves, {key: self.old.shelf(key).with_files(some) for key, some in touched.items()})

    def _shards(self, delivery: DeliveryMap) -> Mapping[str | None, ResourceShard]:
        touched: dict[str | None, dict[str, ResourceFacts]] = {}
        is_delivery_same = delivery is self.old.delivery
        uris = self.changed if is_delivery_same else self._all_uris()
        for uri in uris:
            old = self._old(uri).resources
            new = self.changed[uri].resources if uri in self.changed else old
            if is_delivery_same and old == new:
                continue
            before = by_namespace(_delivered(old, self.old.delivery, uri))
            after = by_namespace(_delivered(new, delivery, uri))
            for key in dict.fromkeys((*before, *after)):
                mine = after.get(key, NO_RESOURCES)
                if before.get(key, NO_RESOURCES) != mine:
                    touched.setdefault(key, {})[uri] = mine
        if not touched:
            return self.old.shards
        shards = _filled(self.old.shards, {key: self.old.shard(key).with_files(some) for key, some in touched.items()})
        if shards.keys() == self.old.shards.keys():
            return shards
        return dict(sorted(shards.items(), key=lambda item: item[0] or ""))

    def _delivery(self, files: Mapping[str, FileFacts]) -> DeliveryMap:
        same = all(
            self._old(uri).resources.deliveries == facts.resources.deliveries for uri, facts in self.changed.items()
        )
        if same:
            return self.old.delivery
        return DeliveryMap.of(one for facts in files.values() for one in facts.resources.deliveries)


def _filled(old: Mapping[K, Table], changed: Mapping[K, Table]) -> dict[K, Table]:
    """The tables with the changed ones instead; one that nothing is in any more is gone, as if it had never been."""
    tables = {**old, **changed}
    for key, table in changed.items():
        if not table.files:
            del tables[key]
    return tables


def delivered_policies(policies: Policies, scope: DeliveryScope) -> Policies:
    """The policies of a file as they reach the cluster. A patch holds none of its own."""
    if not policies or not (scope.is_delivered or scope.is_patch):
        return policies
    if scope.is_patch:
        return ()
    return tuple(replace(one, policy=delivered_policy(one.policy, scope)) for one in policies)


def _delivered(resources: ResourceFacts, delivery: DeliveryMap, uri: str) -> ResourceFacts:
    # Most workspaces say nothing of the delivery of most files, and there are many files.
    return (
        delivered(resources, delivery.scope_of(uri)) if delivery.facts and resources is not NO_RESOURCES else resources
    )


_CLUSTER_WIDE = ("namespaces", "webhooks", "nodes", "deliveries")


def by_namespace(resources: ResourceFacts) -> dict[str | None, ResourceFacts]:
    """The resources of a file by the namespace that they belong to."""
    groups: dict[str | None, dict[str, list[Any]]] = {}
    for name in NAMESPACED:
        for fact in getattr(resources, name):
            groups.setdefault(_namespace_of(fact), {}).setdefault(name, []).append(fact)
    for name in _CLUSTER_WIDE:
        if facts := getattr(resources, name):
            groups.setdefault(CLUSTER, {})[name] = list(facts)
    return {
        key: ResourceFacts(**{name: tuple(facts) for name, facts in group.items()}) for key, group in groups.items()
    }


def _namespace_of(fact: Any) -> str | None:
    if getattr(fact, "is_cluster_wide", False):
        return CLUSTER
    if fact.is_namespace_unknown:
        return UNKNOWN_NAMESPACE
    namespace: str | None = fact.namespace
    return namespace


def _as_context(facts: FileFacts) -> FileFacts:
    """The facts of a file that counts but is not linted."""
    resources = facts.resources
    if resources is not NO_RESOURCES:
        marked = {
            one.name: tuple(_marked(fact) for fact in getattr(resources, one.name))
            for one in fields(ResourceFacts)
            if one.name != "deliveries"
        }
        resources = replace(resources, **marked)
    return FileFacts(tuple(_marked(located) for located in facts.policies), resources, facts.starts)


def _marked(fact: Any) -> Any:
    return fact if fact.is_context else replace(fact, is_context=True)

"""What a rule may ask about the other manifests: an immutable snapshot of all policies.

Questions are answered with yes, no or unknown. The policy that is asked about need not be in the view:
a version in it with the same file, namespace and name gives way to the one in the question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from netpol_lsp.kube.label_selector import LabelSelector, includes, intersects
from netpol_lsp.kube.net.port_set import PortSet
from netpol_lsp.kube.selector_index import SelectorIndex
from netpol_lsp.policies.networkpolicy.policy import Direction
from netpol_lsp.policies.networkpolicy.semantics import StoredPolicy, StoredRule
from netpol_lsp.policies.networkpolicy.semantics_json import policy_to_json
from netpol_lsp.workspace.endpoint import Target, rule_allows
from netpol_lsp.workspace.ternary import Answer, all_of, any_of

RuleAnswer = Callable[[StoredPolicy, StoredRule], Answer]


@dataclass(frozen=True, slots=True)
class PlacedPolicy:
    """A policy and where it stands: the file, the number of the document in it, the object's path in the document.

    `path` is "" or `items[0]` in a List. `uri` is "" for a text that is no file. `is_context`: it counts, but
    is not linted itself.
    """

    policy: StoredPolicy
    uri: str = ""
    document: int = 0
    path: str = ""
    is_context: bool = False

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return self.uri.rpartition("/")[0]


@dataclass(frozen=True, eq=False)
class WorkspaceView:
    """The policies of a workspace, by file. Two views are the same only when they are one value."""

    files: Mapping[str, tuple[PlacedPolicy, ...]] = field(default_factory=dict)

    @staticmethod
    def of(policies: Iterable[PlacedPolicy]) -> WorkspaceView:
        """The view of these policies."""
        files: dict[str, list[PlacedPolicy]] = {}
        for placed in policies:
            files.setdefault(placed.uri, []).append(placed)
        return WorkspaceView({uri: tuple(found) for uri, found in files.items()})

    def with_file(self, uri: str, policies: Iterable[PlacedPolicy]) -> WorkspaceView:
        """The view in which a file holds these policies instead; itself when nothing changes."""
        found = tuple(policies)
        if self.files.get(uri, ()) == found:
            return self
        files = dict(self.files)
        if found:
            files[uri] = found
        else:
            del files[uri]
        return WorkspaceView(files)

    def with_context(self, policies: Iterable[PlacedPolicy]) -> WorkspaceView:
        """The view with policies that count but are not linted.

        One with the namespace and name of a policy in the view is an older copy of it, as it may be in the cluster, and
        is left out.
        """
        known = {(placed.policy.namespace, placed.policy.name) for placed in self}
        more = [placed for placed in policies if (placed.policy.namespace, placed.policy.name) not in known]
        return WorkspaceView.of((*self, *(replace(placed, is_context=True) for placed in more))) if more else self

    def __iter__(self) -> Iterator[PlacedPolicy]:
        for placed in self.files.values():
            yield from placed

    def __len__(self) -> int:
        return sum(map(len, self.files.values()))

    def __bool__(self) -> bool:
        return True

    def policies_in(self, namespace: str | None) -> tuple[PlacedPolicy, ...]:
        """The policies of a namespace; for None those that name no namespace and have no default."""
        return self._by_namespace.get(namespace, ())

    @property
    def policies_of_unknown_namespace(self) -> tuple[PlacedPolicy, ...]:
        """The policies whose namespace a template decides."""
        return self._by_namespace.get(_UNKNOWN, ())

    def policies_selecting_all_of(self, placed: PlacedPolicy) -> tuple[PlacedPolicy, ...]:
        """The other policies that surely select every pod that this one selects."""
        return tuple(other for other in self.neighbours(placed) if selects_all_of(other, placed) is Answer.YES)

    def may_select(self, placed: PlacedPolicy) -> tuple[PlacedPolicy, ...]:
        """The other policies that may select some of the pods that this one selects."""
        return tuple(other for other in self.neighbours(placed) if selects_all_of(other, placed) is not Answer.NO)

    def union_allows(self, placed: PlacedPolicy, direction: Direction, target: Target, ports: PortSet) -> Answer:
        """Whether the policies that select the same pods, together, allow `target` on all of `ports`.

        YES and NO hold for every pod that `placed` selects, as far as the manifests in the view go.
        """
        return self.union_answer(placed, direction, lambda policy, rule: rule_allows(rule, policy, target, ports))

    def union_answer(self, placed: PlacedPolicy, direction: Direction, rule_answer: RuleAnswer) -> Answer:
        """Whether `rule_answer` holds for some rule that applies to the pods of `placed`; YES when they are not isolated."""
        selecting = [(placed, Answer.YES)]
        selecting += [(other, selects_all_of(other, placed)) for other in self.neighbours(placed)]
        allowed: list[Answer] = []
        isolated: list[Answer] = []
        for other, selects in selecting:
            if selects is Answer.NO:
                continue
            isolates = all_of((selects, isolates_direction(other.policy, direction)))
            isolated.append(isolates)
            if isolates is not Answer.NO:
                allowed.append(all_of((isolates, _policy_answer(other.policy, direction, rule_answer))))
        is_isolated = any_of(isolated)
        if is_isolated is Answer.NO:
            return Answer.YES
        return any_of(allowed) if is_isolated is Answer.YES else any_of((*allowed, Answer.UNKNOWN))

    def digest(self, namespace: str | None) -> str:
        """A stable hash of all facts that answers about this namespace's policies can depend on."""
        from hashlib import blake2b  # noqa: PLC0415 - start-up is a feature, and small runs have no cache

        relevant = self if namespace is None else (*self.policies_in(namespace), *self.policies_in(None))
        known = {*map(_fact, relevant), *map(_fact, self.policies_of_unknown_namespace)}
        return blake2b("\n".join(sorted(known)).encode(), digest_size=16).hexdigest()

    @cached_property
    def memo(self) -> dict[Hashable, Any]:
        """What others have worked out about this very view, so that it is done once; the types are theirs to know."""
        return {}

    @cached_property
    def _by_namespace(self) -> dict[str | None, tuple[PlacedPolicy, ...]]:
        found: dict[str | None, list[PlacedPolicy]] = {}
        for placed in self:
            key = _UNKNOWN if placed.policy.is_namespace_unknown else placed.policy.namespace
            found.setdefault(key, []).append(placed)
        return {key: tuple(policies) for key, policies in found.items()}

    @cached_property
    def _named_by_folder(self) -> dict[str, list[PlacedPolicy]]:
        return _by_folder(placed for placed in self if placed.policy.namespace is not None)

    @cached_property
    def _nameless_by_folder(self) -> dict[str, list[PlacedPolicy]]:
        return _by_folder(self.policies_in(None))

    @cached_property
    def _indexes(self) -> dict[Hashable, SelectorIndex[PlacedPolicy]]:
        return {}

    def neighbours(self, placed: PlacedPolicy) -> Iterator[PlacedPolicy]:
        """The other policies that may be in the same namespace, but for most of those that surely select other pods."""
        return (other for other in self.around(placed) if not is_same(other, placed))

    def around(self, placed: PlacedPolicy) -> Iterator[PlacedPolicy]:
        """The neighbours of a policy, and the policy itself or its other versions where they are in the view."""
        for index in self._near(placed):
            yield from index.candidates(placed.policy.pod_selector)

    def _near(self, placed: PlacedPolicy) -> Iterator[SelectorIndex[PlacedPolicy]]:
        """The policies that may be in the same namespace."""
        policy, folder = placed.policy, placed.folder
        if policy.is_namespace_unknown:
            yield self._index("all", self)
            return
        namespace = policy.namespace
        by_folder = self._named_by_folder if namespace is None else self._nameless_by_folder
        yield self._index(("namespace", namespace), self.policies_in(namespace))
        yield self._index(("folder", folder, namespace is None), by_folder.get(folder, ()))
        yield self._index("unknown", self.policies_of_unknown_namespace)

    def _index(self, name: Hashable, policies: Iterable[PlacedPolicy]) -> SelectorIndex[PlacedPolicy]:
        found = self._indexes.get(name)
        if found is None:
            found = self._indexes[name] = SelectorIndex(policies, _pod_selector)
        return found


_UNKNOWN = "\0"
"""The key of policies whose namespace a template decides; no namespace is called so."""

EMPTY = WorkspaceView()
"""The view in which nothing but the policy in question is known."""


def same_namespace(a: PlacedPolicy, b: PlacedPolicy) -> Answer:
    """Whether two policies end up in one namespace.

    Policies that name none go to the same place when they are applied together, which is only sure within
    one folder.
    """
    if a.policy.is_namespace_unknown or b.policy.is_namespace_unknown:
        return Answer.UNKNOWN
    named_a, named_b = a.policy.namespace, b.policy.namespace
    if named_a is not None and named_b is not None:
        return Answer.of(named_a == named_b)
    is_together = a.folder == b.folder
    if named_a is None and named_b is None:
        return Answer.YES if is_together else Answer.UNKNOWN
    return Answer.UNKNOWN if is_together else Answer.NO


def selects_all_of(a: PlacedPolicy, b: PlacedPolicy) -> Answer:
    """YES: `a` selects every pod that `b` selects; NO: none of them; UNKNOWN: some, or perhaps."""
    if not intersects(a.policy.pod_selector, b.policy.pod_selector):
        return Answer.NO
    covered = includes(a.policy.pod_selector, b.policy.pod_selector) and not a.policy.is_partial
    return all_of((same_namespace(a, b), Answer.YES if covered else Answer.UNKNOWN))


def isolates_direction(policy: StoredPolicy, direction: Direction) -> Answer:
    """Whether a policy isolates its pods in a direction."""
    if policy.is_partial or policy.has_unknown_types:
        return Answer.UNKNOWN
    return Answer.of(direction in policy.types)


def is_same(a: PlacedPolicy, b: PlacedPolicy) -> bool:
    """Whether two policies are versions of one: the same namespace and name in the same file."""
    return (a.policy.name, a.policy.namespace, a.uri) == (b.policy.name, b.policy.namespace, b.uri)


def _policy_answer(policy: StoredPolicy, direction: Direction, rule_answer: RuleAnswer) -> Answer:
    if policy.is_partial:
        return Answer.UNKNOWN
    return any_of(rule_answer(policy, rule) for rule in policy.rules(direction))


def _by_folder(policies: Iterable[PlacedPolicy]) -> dict[str, list[PlacedPolicy]]:
    found: dict[str, list[PlacedPolicy]] = {}
    for placed in policies:
        found.setdefault(placed.folder, []).append(placed)
    return found


def _pod_selector(placed: PlacedPolicy) -> LabelSelector:
    return placed.policy.pod_selector


@lru_cache(maxsize=8192)
def _fact(placed: PlacedPolicy) -> str:
    place = [placed.uri, placed.document, placed.path]
    return json.dumps([place, policy_to_json(placed.policy)], sort_keys=True)

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
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.policies.networkpolicy.semantics_json import policy_to_json
from netpol_lsp.workspace.endpoint import Endpoint, rule_allows
from netpol_lsp.workspace.ternary import Ternary, all_of, any_of

RuleTernary = Callable[[NetworkPolicySemantics, RuleSemantics], Ternary]


@dataclass(frozen=True, slots=True)
class LocatedPolicy:
    """A policy and where it stands: the file, the number of the document in it, the object's path in the document.

    `path` is "" or `items[0]` in a List. `uri` is "" for a text that is no file. `is_context`: it counts, but
    is not linted itself. `cni`: the network plugin of its file's configuration, where the workspace is to be told
    something about it once and not at each policy.
    """

    policy: NetworkPolicySemantics
    uri: str = ""
    document: int = 0
    path: str = ""
    is_context: bool = False
    cni: str | None = None

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return self.uri.rpartition("/")[0]


@dataclass(frozen=True, eq=False)
class WorkspaceSnapshot:
    """The policies of a workspace, by file. Two views are the same only when they are one value."""

    files: Mapping[str, tuple[LocatedPolicy, ...]] = field(default_factory=dict)

    @staticmethod
    def of(policies: Iterable[LocatedPolicy]) -> WorkspaceSnapshot:
        """The view of these policies."""
        files: dict[str, list[LocatedPolicy]] = {}
        for located in policies:
            files.setdefault(located.uri, []).append(located)
        return WorkspaceSnapshot({uri: tuple(found) for uri, found in files.items()})

    def with_file(self, uri: str, policies: Iterable[LocatedPolicy]) -> WorkspaceSnapshot:
        """The view in which a file holds these policies instead; itself when nothing changes."""
        found = tuple(policies)
        if self.files.get(uri, ()) == found:
            return self
        files = dict(self.files)
        if found:
            files[uri] = found
        else:
            del files[uri]
        return WorkspaceSnapshot(files)

    def with_context(self, policies: Iterable[LocatedPolicy]) -> WorkspaceSnapshot:
        """The view with policies that count but are not linted.

        One with the namespace and name of a policy in the view is an older copy of it, as it may be in the cluster, and
        is left out.
        """
        known = {(located.policy.namespace, located.policy.name) for located in self}
        more = [located for located in policies if (located.policy.namespace, located.policy.name) not in known]
        return WorkspaceSnapshot.of((*self, *(replace(located, is_context=True) for located in more))) if more else self

    def __iter__(self) -> Iterator[LocatedPolicy]:
        for located in self.files.values():
            yield from located

    def __len__(self) -> int:
        return sum(map(len, self.files.values()))

    def __bool__(self) -> bool:
        return True

    def policies_in(self, namespace: str | None) -> tuple[LocatedPolicy, ...]:
        """The policies of a namespace; for None those that name no namespace and have no default."""
        return self._by_namespace.get(namespace, ())

    @property
    def policies_of_unknown_namespace(self) -> tuple[LocatedPolicy, ...]:
        """The policies whose namespace a template decides."""
        return self._by_namespace.get(_UNKNOWN, ())

    def policies_on(self, cni: str | None) -> tuple[LocatedPolicy, ...]:
        """The policies that are linted and whose `cni` is this one, by place; none for None."""
        return self._by_cni.get(cni, ())

    def policies_selecting_all_of(self, located: LocatedPolicy) -> tuple[LocatedPolicy, ...]:
        """The other policies that surely select every pod that this one selects."""
        return tuple(other for other in self.neighbours(located) if selects_all_of(other, located) is Ternary.YES)

    def may_select(self, located: LocatedPolicy) -> tuple[LocatedPolicy, ...]:
        """The other policies that may select some of the pods that this one selects."""
        return tuple(other for other in self.neighbours(located) if selects_all_of(other, located) is not Ternary.NO)

    def union_allows(self, located: LocatedPolicy, direction: Direction, target: Endpoint, ports: PortSet) -> Ternary:
        """Whether the policies that select the same pods, together, allow `target` on all of `ports`.

        YES and NO hold for every pod that `located` selects, as far as the manifests in the view go.
        """
        return self.union_answer(located, direction, lambda policy, rule: rule_allows(rule, policy, target, ports))

    def union_answer(self, located: LocatedPolicy, direction: Direction, rule_answer: RuleTernary) -> Ternary:
        """Whether `rule_answer` holds for some rule that applies to the pods of `located`; YES when they are not isolated."""
        selecting = [(located, Ternary.YES)]
        selecting += [(other, selects_all_of(other, located)) for other in self.neighbours(located)]
        allowed: list[Ternary] = []
        isolated: list[Ternary] = []
        for other, selects in selecting:
            if selects is Ternary.NO:
                continue
            isolates = all_of((selects, isolates_direction(other.policy, direction)))
            isolated.append(isolates)
            if isolates is not Ternary.NO:
                allowed.append(all_of((isolates, _policy_answer(other.policy, direction, rule_answer))))
        is_isolated = any_of(isolated)
        if is_isolated is Ternary.NO:
            return Ternary.YES
        return any_of(allowed) if is_isolated is Ternary.YES else any_of((*allowed, Ternary.UNKNOWN))

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
    def _by_cni(self) -> dict[str | None, tuple[LocatedPolicy, ...]]:
        found: dict[str | None, list[LocatedPolicy]] = {}
        for located in self:
            if located.cni is not None and not located.is_context:
                found.setdefault(located.cni, []).append(located)
        return {cni: tuple(sorted(policies, key=_place)) for cni, policies in found.items()}

    @cached_property
    def _by_namespace(self) -> dict[str | None, tuple[LocatedPolicy, ...]]:
        found: dict[str | None, list[LocatedPolicy]] = {}
        for located in self:
            key = _UNKNOWN if located.policy.is_namespace_unknown else located.policy.namespace
            found.setdefault(key, []).append(located)
        return {key: tuple(policies) for key, policies in found.items()}

    @cached_property
    def _named_by_folder(self) -> dict[str, list[LocatedPolicy]]:
        return _by_folder(located for located in self if located.policy.namespace is not None)

    @cached_property
    def _nameless_by_folder(self) -> dict[str, list[LocatedPolicy]]:
        return _by_folder(self.policies_in(None))

    @cached_property
    def _indexes(self) -> dict[Hashable, SelectorIndex[LocatedPolicy]]:
        return {}

    def neighbours(self, located: LocatedPolicy) -> Iterator[LocatedPolicy]:
        """The other policies that may be in the same namespace, but for most of those that surely select other pods."""
        return (other for other in self.around(located) if not is_same(other, located))

    def around(self, located: LocatedPolicy) -> Iterator[LocatedPolicy]:
        """The neighbours of a policy, and the policy itself or its other versions where they are in the view."""
        for index in self._near(located):
            yield from index.candidates(located.policy.pod_selector)

    def _near(self, located: LocatedPolicy) -> Iterator[SelectorIndex[LocatedPolicy]]:
        """The policies that may be in the same namespace."""
        policy, folder = located.policy, located.folder
        if policy.is_namespace_unknown:
            yield self._index("all", self)
            return
        namespace = policy.namespace
        by_folder = self._named_by_folder if namespace is None else self._nameless_by_folder
        yield self._index(("namespace", namespace), self.policies_in(namespace))
        yield self._index(("folder", folder, namespace is None), by_folder.get(folder, ()))
        yield self._index("unknown", self.policies_of_unknown_namespace)

    def _index(self, name: Hashable, policies: Iterable[LocatedPolicy]) -> SelectorIndex[LocatedPolicy]:
        found = self._indexes.get(name)
        if found is None:
            found = self._indexes[name] = SelectorIndex(policies, _pod_selector)
        return found


_UNKNOWN = "\0"
"""The key of policies whose namespace a template decides; no namespace is called so."""

EMPTY = WorkspaceSnapshot()
"""The view in which nothing but the policy in question is known."""


def _place(located: LocatedPolicy) -> tuple[str, int, str]:
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
    if not intersects(a.policy.pod_selector, b.policy.pod_selector):
        return Ternary.NO
    covered = includes(a.policy.pod_selector, b.policy.pod_selector) and not a.policy.is_partial
    return all_of((same_namespace(a, b), Ternary.YES if covered else Ternary.UNKNOWN))


def isolates_direction(policy: NetworkPolicySemantics, direction: Direction) -> Ternary:
    """Whether a policy isolates its pods in a direction."""
    if policy.is_partial or policy.has_unknown_types:
        return Ternary.UNKNOWN
    return Ternary.of(direction in policy.types)


def is_same(a: LocatedPolicy, b: LocatedPolicy) -> bool:
    """Whether two policies are versions of one: the same namespace and name in the same file."""
    return (a.policy.name, a.policy.namespace, a.uri) == (b.policy.name, b.policy.namespace, b.uri)


def _policy_answer(policy: NetworkPolicySemantics, direction: Direction, rule_answer: RuleTernary) -> Ternary:
    if policy.is_partial:
        return Ternary.UNKNOWN
    return any_of(rule_answer(policy, rule) for rule in policy.rules(direction))


def _by_folder(policies: Iterable[LocatedPolicy]) -> dict[str, list[LocatedPolicy]]:
    found: dict[str, list[LocatedPolicy]] = {}
    for located in policies:
        found.setdefault(located.folder, []).append(located)
    return found


def _pod_selector(located: LocatedPolicy) -> LabelSelector:
    return located.policy.pod_selector


@lru_cache(maxsize=8192)
def _fact(located: LocatedPolicy) -> str:
    place = [located.uri, located.document, located.path]
    return json.dumps([place, policy_to_json(located.policy)], sort_keys=True)

"""Policies that are asked about together, so that a file of them can be replaced without counting all of them anew."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from netpol_lsp.kube.label_selector import LabelSelector, includes, intersects
from netpol_lsp.kube.selector_index import SelectorIndex
from netpol_lsp.workspace.file_order import with_entries
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.reads import ALIKE, POLICIES, READS

Policies = tuple[LocatedPolicy, ...]
_MOST_CHANGED = 64
"""Files that may differ from those of the large selector index before it is made anew."""


_FEW = 8
"""Files that change at once, as by edits, up to which a version of a shelf knows what is different in it."""


class Question(StrEnum):
    """What can be asked of a shelf about a selector or a name."""

    INTERSECTING = "intersecting"
    """Who may select a pod that the selector does."""
    INCLUDING = "including"
    """Who may select all pods that the selector, a satisfiable one, does."""
    NAMED = "named"
    """Who has the name."""


Asked = tuple[Hashable, Question, LabelSelector | str | None]
"""The key of a shelf, what was asked of it, and what about."""


class PolicyShelf:
    """Policies by file; immutable but for its selector index, which is made when someone first asks.

    The index is handed on to the next version, which has a small one of its own for the files that changed since. Two shelves are the
    same only when they are one value: so one that is still there tells that none of its policies changed.
    """

    __slots__ = ("_before", "_by_name", "_changed", "_index", "_others", "_recent", "files", "key")

    def __init__(self, files: Mapping[str, Policies], key: Hashable = None) -> None:
        self.files = files
        self.key = key
        self._index: SelectorIndex[LocatedPolicy] | None = None
        self._recent: SelectorIndex[LocatedPolicy] | None = None
        self._changed: frozenset[str] = frozenset()
        self._by_name: dict[str | None, Policies] | None = None
        # The files of the version before, and the policies that only one of the two has.
        self._before: Mapping[str, Policies] | None = None
        self._others: Policies = ()

    def with_files(self, changed: Mapping[str, Policies]) -> PolicyShelf:
        """The shelf with these files instead; no policies: the file is gone."""
        files = with_entries(self.files, changed)
        for uri, policies in changed.items():
            if not policies:
                del files[uri]
        new = PolicyShelf(files, self.key)
        if len(changed) <= _FEW:
            new._before, new._others = self.files, _others(self.files, changed)
        if self._index is not None and self.files and len(self._changed) + len(changed) <= _MOST_CHANGED:
            new._index = self._index
            new._changed = self._changed | changed.keys()
        return new

    def __iter__(self) -> Iterator[LocatedPolicy]:
        READS.note(POLICIES, self.key)
        for policies in self.files.values():
            yield from policies

    def candidates(self, selector: LabelSelector) -> Iterable[LocatedPolicy]:
        """The policies that may select a pod that `selector` does, and perhaps more; none twice.

        An answer must not depend on those that share no pod with `selector`: they do not count as read.
        """
        READS.note(ALIKE, (self.key, Question.INTERSECTING, selector))
        return self._look_up(Question.INTERSECTING, selector)

    def including(self, selector: LabelSelector) -> Iterable[LocatedPolicy]:
        """The policies that may select all pods that a satisfiable `selector` does, and perhaps more; none twice.

        An answer must not depend on those that do not: they do not count as read.
        """
        READS.note(ALIKE, (self.key, Question.INCLUDING, selector))
        return self._look_up(Question.INCLUDING, selector)

    def named(self, name: str | None) -> tuple[LocatedPolicy, ...]:
        """The policies of a name; None: of those whose name is not known."""
        READS.note(ALIKE, (self.key, Question.NAMED, name))
        return self._named(name)

    def _named(self, name: str | None) -> Policies:
        if self._by_name is None:
            by_name: dict[str | None, list[LocatedPolicy]] = {}
            for located in chain.from_iterable(self.files.values()):
                by_name.setdefault(located.policy.name, []).append(located)
            self._by_name = {one: tuple(found) for one, found in by_name.items()}
        return self._by_name.get(name, ())

    def answer(self, question: Question, about: LabelSelector | str | None) -> Policies:
        """The policies that answer a question, and no others. Nothing is noted."""
        if not isinstance(about, LabelSelector):
            return self._named(about)
        return tuple(located for located in self._look_up(question, about) if _is_answer(located, question, about))

    def answers_as_before(self, files: Mapping[str, Policies], questions: Iterable[Asked]) -> bool:
        """Whether it surely answers these questions as the shelf with `files` did: as the one before it, if nothing else.

        An edit makes another policy of one. Who asked a question that neither answers has the answer of before.
        """
        return self._before is files and not any(
            _is_answer(one, question, about) for _, question, about in questions for one in self._others
        )

    def _look_up(self, question: Question, selector: LabelSelector) -> Iterable[LocatedPolicy]:
        if not self.files:
            return ()
        ask = SelectorIndex.candidates if question is Question.INTERSECTING else SelectorIndex.including
        if self._index is None:
            self._index = SelectorIndex(chain.from_iterable(self.files.values()), _pod_selector)
        if not self._changed:
            return ask(self._index, selector)
        if self._recent is None:
            changed = (located for uri in self._changed for located in self.files.get(uri, ()))
            self._recent = SelectorIndex(changed, _pod_selector)
        unchanged = (located for located in ask(self._index, selector) if located.uri not in self._changed)
        return chain(unchanged, ask(self._recent, selector))


@lru_cache(maxsize=4096)
def empty_shelf(key: Hashable) -> PolicyShelf:
    """The shelf without policies: of one that is not there, the same value each time."""
    return PolicyShelf({}, key)


def _pod_selector(located: LocatedPolicy) -> LabelSelector:
    return located.policy.pod_selector


def _others(before: Mapping[str, Policies], changed: Mapping[str, Policies]) -> Policies:
    """The policies that some files had, or have now, and not both."""
    return tuple([one for uri, policies in changed.items() for one in differing(before.get(uri, ()), policies)])


def differing(before: Policies, after: Policies) -> Policies:
    """The policies of a file before and after between the first and the last place where it has other values."""
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] is after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] is after[-1 - end]:
        end += 1
    return before[start : len(before) - end] + after[start : len(after) - end]


def _is_answer(located: LocatedPolicy, question: Question, about: LabelSelector | str | None) -> bool:
    """Whether a policy answers a question of a shelf."""
    if not isinstance(about, LabelSelector):
        return located.policy.name == about
    ask = intersects if question is Question.INTERSECTING else includes
    return ask(located.policy.pod_selector, about)

"""The parts of a workspace that answers are read from, to be compared with those of another moment."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.reads import (
    ALIKE,
    ANSWER,
    DELIVERY,
    FILE,
    FIRST_ON,
    KNOWN,
    MATCHING,
    NAMESPACE,
    NO_FILES,
    NO_RESOURCES_AT_ALL,
    POLICIES,
    POLICY_NAMESPACES,
    READS,
    ROOT,
    SHARDS,
    WATCHED,
    WHOLE,
    Read,
)
from netpol_lsp.workspace.shelf import Asked, Policies
from netpol_lsp.workspace.shelf_keys import ALL_POLICIES, cni_key, namespace_key
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot, place_in_files

_NOT_ASKED = object()
_KNOWN: Memo[WorkspaceSnapshot, Read, object] = Memo()
_WHOLE_VIEW: Mapping[str, Callable[[WorkspaceSnapshot], object]] = {
    KNOWN: lambda view: view.known,
    ROOT: lambda view: view.index.root,
    NO_FILES: lambda view: not view.index.files,
    NO_RESOURCES_AT_ALL: lambda view: view.index.has_no_resources,
    WHOLE: lambda view: view.whole_namespaces,
    SHARDS: lambda view: frozenset(view.index.shards),
    DELIVERY: lambda view: view.index.delivery,
    POLICY_NAMESPACES: lambda view: view.index.policy_namespaces,
}
_OF_POLICIES = frozenset({POLICIES, FILE, FIRST_ON, POLICY_NAMESPACES, NAMESPACE, ROOT, NO_FILES, ANSWER})
"""What depends on policies, or on which files there are."""


_QUESTIONS: dict[str, Callable[[WorkspaceSnapshot, Any], object]] = {}
Answering = TypeVar("Answering", bound=Callable[[WorkspaceSnapshot, Any], object])


def answers(name: str) -> Callable[[Answering], Answering]:
    """Let a function answer what is noted as `ANSWER` under a name: the layer that asks knows how.

    Its argument is made of words, None, truth values, selectors and tuples of these, so that it can be written down.
    """

    def register(function: Answering) -> Answering:
        _QUESTIONS[name] = function
        return function

    return register


def ask(view: WorkspaceSnapshot, name: str, about: Any = None) -> Any:
    """The answer to a question, worked out once a workspace; noted as such, whatever it was read from."""
    READS.note(ANSWER, (name, about))
    return part_of(view, (ANSWER, (name, about)))


def part_of(view: WorkspaceSnapshot, read: Read) -> object:
    """A part of a workspace that was read: equal as long as what was read of it is the same."""
    known = _KNOWN.of(view)
    found = known.get(read, _NOT_ASKED)
    if found is _NOT_ASKED:
        with READS.paused():
            found = known[read] = _part(view, *read)
    return found


def _part(view: WorkspaceSnapshot, kind: str, key: Any) -> object:
    if kind in _WHOLE_VIEW:
        return _WHOLE_VIEW[kind](view)
    if kind == POLICIES:
        return view.index.shelf(key).files
    if kind == NAMESPACE:
        return view.namespace(key)
    if kind == FILE:
        return view.policies_of_file(key or "")
    if kind == FIRST_ON:
        policies = view.policies_on(key)
        return (place_in_files(policies[0]), len(policies)) if policies else None
    if kind == MATCHING:
        return view.index.shard(key[0]).answer(key[1])
    if kind == ANSWER:
        return _QUESTIONS[key[0]](view, key[1])
    found: object = getattr(view.index.shard(key), kind)
    return found


class _Values:
    """What some parts of a workspace were at one moment. Those who read the same parts share it, and compare it once."""

    __slots__ = ("_compared", "_token", "_values", "reads")

    def __init__(self, view: WorkspaceSnapshot, reads: frozenset[Read]) -> None:
        self.reads = reads
        self._values = [part_of(view, read) for read in reads]
        # Stands for these values where they must not be kept alive: each moment would keep the next one.
        self._token = object()
        self._compared: tuple[object, bool] | None = None

    def is_same_as(self, other: _Values) -> bool:
        """Whether the same parts are what they were at another moment."""
        if other is self:
            return True
        if self._compared is None or self._compared[0] is not other._token:
            # A set that is not changed is gone through in the same order each time.
            pairs = zip(self._values, other._values, strict=True)
            self._compared = (other._token, all(before is now or before == now for before, now in pairs))
        return self._compared[1]


_VALUES: Memo[WorkspaceSnapshot, frozenset[Read], _Values] = Memo()


def _values_of(view: WorkspaceSnapshot, reads: frozenset[Read]) -> _Values:
    known = _VALUES.of(view)
    found = known.get(reads)
    if found is None:
        found = known[reads] = _Values(view, reads)
    return found


class Dependencies:
    """What an answer was read from, and what was there: it holds as long as these are the same.

    What depends on resources alone is not looked at while no resource is another. What was asked of shelves is kept by shelf,
    as one that is still the same answers all as before; of one without policies it is kept that it has none.
    """

    __slots__ = ("_resources", "_resources_token", "_shelves", "_values")

    def __init__(self, view: WorkspaceSnapshot, reads: Iterable[Read]) -> None:
        parts, resources = set[Read](), set[Read]()
        answers: dict[Hashable, list[tuple[Asked, Policies]]] = {}
        for read in reads:
            kind, key = read
            if kind == WATCHED:
                continue
            if kind != ALIKE:
                (parts if kind in _OF_POLICIES else resources).add(read)
            elif view.index.shelf(key[0]).files:
                answers.setdefault(key[0], []).append((key, _alike(view, key)))
            else:
                parts.add((POLICIES, key[0]))
        self._values = _values_of(view, frozenset(parts))
        self._resources, self._resources_token = _values_of(view, frozenset(resources)), view.index.resources_token
        self._shelves = {key: (_state_of_shelf(view, key), tuple(known)) for key, known in answers.items()}

    def hold_in(self, view: WorkspaceSnapshot) -> bool:
        """Whether all that was read is the same in another workspace, which is what they are compared with from then on."""
        now = _values_of(view, self._values.reads)
        if not self._values.is_same_as(now):
            return False
        self._values = now
        if self._resources_token is not view.index.resources_token:
            now = _values_of(view, self._resources.reads)
            if not self._resources.is_same_as(now):
                return False
            self._resources, self._resources_token = now, view.index.resources_token
        for key, (before, answers) in self._shelves.items():
            state = _state_of_shelf(view, key)
            if state[0] is before[0] and state[1] is before[1]:
                continue
            is_surely_same = state[1] is before[1] and view.index.shelf(key).answers_as_before(
                before[0], (asked for asked, _ in answers)
            )
            if not is_surely_same and any(_alike(view, asked) != known for asked, known in answers):
                return False
            self._shelves[key] = (state, answers)
        return True


def shelves_of(reads: Iterable[Read]) -> frozenset[Hashable]:
    """The keys of the shelves that something was read from."""
    keys: set[Hashable] = set()
    for kind, key in reads:
        if kind == ALIKE:
            keys.add(key[0])
        elif kind in (POLICIES, WATCHED):
            keys.add(key)
        elif kind == NAMESPACE:
            keys.add(namespace_key(key))
        elif kind == FIRST_ON:
            keys.add(cni_key(key))
        elif kind in (POLICY_NAMESPACES, FILE):
            keys.add(ALL_POLICIES)
    return frozenset(keys)


def _alike(view: WorkspaceSnapshot, asked: Asked) -> Policies:
    known = _ANSWERS.of(view)
    found = known.get(asked)
    if found is None:
        found = known[asked] = view.policies_alike(asked)
    return found


_ANSWERS: Memo[WorkspaceSnapshot, Asked, Policies] = Memo()


def _state_of_shelf(view: WorkspaceSnapshot, key: Hashable) -> tuple[Mapping[str, Policies], object]:
    """What the answers of a shelf depend on: its policies, and the names by which policies of the context give way."""
    index = view.index
    return index.shelf(key).files, index.names if index.context else None

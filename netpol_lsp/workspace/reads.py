"""Which parts of a workspace an answer was read from: it holds as long as these parts are the same.

The tables of a workspace note what is read of them, each under a name (`Read`). Whoever wants to keep an answer
records them, and compares the parts later: by value while a process lives, by digest between runs. Answers that are
remembered pass on what they were read from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, overload

Read = tuple[str, Any]
"""A part of a workspace: what is in it (`policies`, `workloads`, …), and the key of the table, such as a namespace."""

POLICIES = "policies"
ALIKE = "policies alike"
SHARDS = "shards"
NO_RESOURCES_AT_ALL = "no resources"
NO_FILES = "no files"
DELIVERY = "delivery"
POLICY_NAMESPACES = "policy namespaces"
NAMESPACE = "namespace"
ROOT = "root"
FILE = "file"
KNOWN = "known"
WHOLE = "whole namespaces"
FIRST_ON = "first policies on"
MATCHING = "workloads matching"
ANSWER = "answer"
WATCHED = "watched policies"
"""What is read besides the facts of shards, which are called as their properties are.

The policies of a shelf; of a shelf those that answer a question (its key: the shelf's, the question, what it is about); of an index the namespaces with resources, whether there are none, or no files, the delivery, the namespaces
of policies, the folder of all files, the policies of one file as they are written; of a snapshot what is known of a namespace,
what is known besides policies, the namespaces known whole, and which policy on a network plugin is the first; of a shard
the workloads that a selector matches; the answer to a question of a layer above, its key the question's name and what it is about;
and the shelves that this one is looked for in, which say when to look again and are not compared.
"""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recorder(threading.local):
    """Notes what is read while someone records: each thread for itself, as the server makes pages while rules run."""

    def __init__(self) -> None:
        self._current: set[Read] | None = None

    def note(self, kind: str, key: Any = None) -> None:
        """Something is read."""
        if self._current is not None:
            self._current.add((kind, key))

    def note_all(self, reads: Iterable[Read]) -> None:
        """What a remembered answer was read from."""
        if self._current is not None:
            self._current.update(reads)

    @contextmanager
    def recording(self) -> Iterator[set[Read]]:
        """Collect what is read; who records around it gets it as well."""
        outer = self.start()
        assert self._current is not None
        try:
            yield self._current
        finally:
            self.stop(outer)

    def start(self) -> set[Read] | None:
        """Begin to collect what is read; gives what `stop` takes. For where a context manager costs more than the answer."""
        outer, self._current = self._current, set()
        return outer

    def stop(self, outer: set[Read] | None) -> set[Read]:
        """What was read since `start`; who recorded before it gets it as well."""
        found = self._current or set()
        self._current = outer
        if outer is not None:
            outer |= found
        return found

    def paused(self) -> Paused:
        """Collect nothing: what is read is noted in another way."""
        return Paused(self)


class Paused:
    """While it is entered, its recorder collects nothing. Written out: a generator takes five times as long."""

    __slots__ = ("_outer", "_recorder")

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __enter__(self) -> None:
        recorder = self._recorder
        self._outer, recorder._current = recorder._current, None  # noqa: SLF001 - it is a part of it

    def __exit__(self, *_: object) -> None:
        self._recorder._current = self._outer  # noqa: SLF001


READS = Recorder()
"""The recorder of the thread that asks."""


def remember(
    results: MutableMapping[Key, tuple[Value, frozenset[Read]]], key: Key, compute: Callable[[], Value]
) -> Value:
    """The result for a key, worked out once; each time what it was read from is noted."""
    known = results.get(key)
    if known is None:
        outer = READS.start()
        try:
            value = compute()
        finally:
            found = READS.stop(outer)
        results[key] = (value, frozenset(found))
        return value
    READS.note_all(known[1])
    return known[0]


class remembered(Generic[Value]):  # noqa: N801 - reads like `property`
    """A property that is worked out once and notes each time what it was read from."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_remembered_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> remembered[Value]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> Value | remembered[Value]:
        if instance is None:
            return self
        compute = self._compute
        value: Value = remember(instance.__dict__, self._name, lambda: compute(instance))
        return value

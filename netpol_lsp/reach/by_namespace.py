"""Things by the namespace that they are in, in a fixed order: what did not change of one namespace is the same tuple."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol, TypeVar, overload


class InNamespace(Protocol):
    """What is in a namespace; None where no one knows which."""

    @property
    def namespace(self) -> str | None:
        """The namespace."""
        ...


T = TypeVar("T", bound=InNamespace)
Groups = Mapping[str | None, tuple[T, ...]]


class ByNamespace(Sequence[T]):
    """All things, one namespace after the other; `groups` by namespace."""

    __slots__ = ("_all", "groups")

    def __init__(self, groups: Groups[T]) -> None:
        self.groups = groups
        self._all: tuple[T, ...] | None = None

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self.groups.values())

    def __len__(self) -> int:
        return sum(map(len, self.groups.values()))

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if self._all is None:
            self._all = tuple(self)
        return self._all[index]


def groups_of(items: Iterable[T]) -> Groups[T]:
    """Things by their namespace."""
    if isinstance(items, ByNamespace):
        return items.groups
    found: dict[str | None, list[T]] = {}
    for item in items:
        found.setdefault(item.namespace, []).append(item)
    return {namespace: tuple(some) for namespace, some in found.items()}


def difference(before: Groups[T], after: Groups[T]) -> tuple[list[T], list[T]]:
    """What is gone and what has come, in order: the same object counts as unchanged."""
    gone: list[T] = []
    come: list[T] = []
    for namespace in {**before, **after}:
        old, new = before.get(namespace, ()), after.get(namespace, ())
        if old is new:
            continue
        had, has = set(map(id, old)), set(map(id, new))
        gone += [item for item in old if id(item) not in has]
        come += [item for item in new if id(item) not in had]
    return gone, come

"""Remembers what one layer has worked out about the values of another."""

from __future__ import annotations

import weakref
from typing import Generic, TypeVar

Owner = TypeVar("Owner")
Key = TypeVar("Key")
Value = TypeVar("Value")


class Memo(Generic[Owner, Key, Value]):
    """Results about an owner by key, kept as long as the owner lives. Owners are told apart by identity.

    The layer that computes the results owns the memo, so that the owner's type need not know of it.
    """

    __slots__ = ("_by_owner",)

    def __init__(self) -> None:
        self._by_owner: dict[int, tuple[weakref.ref[Owner], dict[Key, Value]]] = {}

    def __len__(self) -> int:
        return len(self._by_owner)

    def of(self, owner: Owner) -> dict[Key, Value]:
        """The results about an owner, to look one up or to add one."""
        number = id(owner)
        known = self._by_owner.get(number)
        if known is not None and known[0]() is owner:
            return known[1]
        by_owner = self._by_owner

        def forget(reference: weakref.ref[Owner]) -> None:
            # The number may have gone to a new owner meanwhile.
            entry = by_owner.get(number)
            if entry is not None and entry[0] is reference:
                del by_owner[number]

        results: dict[Key, Value] = {}
        by_owner[number] = (weakref.ref(owner, forget), results)
        return results

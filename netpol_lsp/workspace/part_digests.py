"""Digests of the parts of a workspace, which tell between two runs whether a part is still the same.

What is only a place in a file does not count: where findings show places of another file, they depend on this file's
content, which is a part of its own (`CONTENT`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.delivery import DeliveryMap
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.parts import part_of
from netpol_lsp.workspace.read_codec import read_from_json, read_to_json
from netpol_lsp.workspace.reads import ALIKE, POLICIES, WATCHED, Read
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

CONTENT = "content"
"""A part that no rule reads by itself: the content of a file, a place of which is shown beside a finding of another file."""


class PartState(NamedTuple):
    """A part of a workspace, and what it was: the read as JSON, its digest, and that of the shelf which was asked.

    `shelf` is "" where it was not about policies that are alike. A shelf that is the same answers all as before.
    """

    read: str
    digest: str
    shelf: str = ""


def content_state(uri: str, digest: str) -> PartState:
    """The content of a file as a part that findings were read from."""
    return PartState(read_to_json((CONTENT, uri)), digest)


class PartDigests:
    """The digests of the parts of one workspace. `contents`: of the content of each file, by URI."""

    def __init__(self, view: WorkspaceSnapshot, contents: Mapping[str, str] | None = None) -> None:
        self._view = view
        self._contents = contents or {}
        self._states = _STATES.of(view)
        self._policies = _POLICIES.of(view)
        self._holding: dict[PartState, bool] = {}

    def states(self, reads: Iterable[Read]) -> tuple[PartState, ...]:
        """The parts that were read, as they are."""
        return tuple([self._state(read) for read in reads if read[0] != WATCHED])

    def hold(self, state: PartState) -> bool:
        """Whether a part is what it was; of what cannot be read it is not."""
        known = self._holding.get(state)
        if known is None:
            try:
                known = self._holds(state)
            except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
                known = False
            self._holding[state] = known
        return known

    def now(self, state: PartState) -> PartState:
        """A part that holds, as it is to be compared from now on."""
        if not state.shelf:
            return state
        read = read_from_json(state.read)
        return state if self._shelf(read) == state.shelf else self._state(read)

    def _holds(self, state: PartState) -> bool:
        read = read_from_json(state.read)
        if read[0] == CONTENT:
            return self._contents.get(read[1], "") == state.digest != ""
        if state.shelf and self._shelf(read) == state.shelf:
            return True
        return self._state(read).digest == state.digest != ""

    def _state(self, read: Read) -> PartState:
        found = self._states.get(read)
        if found is None:
            shelf = self._shelf(read) if read[0] == ALIKE else ""
            found = self._states[read] = PartState(read_to_json(read), self._digest(read), shelf)
        return found

    def _shelf(self, read: Read) -> str:
        """The digest of the shelf that something was asked of."""
        return self._state((POLICIES, read[1][0])).digest

    def _digest(self, read: Read) -> str:
        """The digest of a part; "" for one that has none and is never the same."""
        try:
            return self._of_part(*read)
        except TypeError:
            return ""

    def _of_part(self, kind: str, key: Any) -> str:
        read = (kind, key)
        if kind == ALIKE:
            return _digest([self._policy(located) for located in self._view.policies_alike(key)])
        if kind == POLICIES:
            return self._of_shelf(key)
        value = part_of(self._view, read)
        if isinstance(value, DeliveryMap):
            return _digest(value.facts)
        # JSON has no keys but strings.
        return _digest(tuple(value.items()) if isinstance(value, Mapping) else value)

    def _of_shelf(self, key: Hashable) -> str:
        """All policies of a shelf, and which of them give way to others of their name."""
        index = self._view.index
        policies = [located for some in index.shelf(key).files.values() for located in some]
        gives_way = [number for number, located in enumerate(policies) if index.is_superseded(located)]
        return _digest([list(map(self._policy, policies)), gives_way])

    def _policy(self, located: LocatedPolicy) -> str:
        """The digest of one policy, which is in many answers."""
        known = self._policies.get(id(located))
        if known is None:
            # Kept with the policy itself, so that no other one gets its identity.
            known = self._policies[id(located)] = (located, _digest(located))
        return known[1]


_STATES: Memo[WorkspaceSnapshot, Read, PartState] = Memo()
_POLICIES: Memo[WorkspaceSnapshot, int, tuple[LocatedPolicy, str]] = Memo()


def _digest(value: object) -> str:
    """The digest of a value: of two runs equal if and only if the values are, but for places."""
    from hashlib import blake2b  # noqa: PLC0415 - small runs have no cache

    return blake2b(_encode(value).encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    """What JSON does not know, as what it knows."""
    if isinstance(value, Origin):
        return value.uri, value.document, value.object_path, value.field, bool(value.end)
    if isinstance(value, frozenset):
        return sorted(value, key=repr)
    if isinstance(value, Mapping):
        return list(value.items())
    plain = _parts_of(value.__class__)(value)
    if isinstance(value, RuleSemantics):
        # A tuple of places, which JSON would take as it is.
        return plain, [(item.place, item.ports) for item in value.port_items]
    return plain


_encode = json.JSONEncoder(default=_plain, separators=(",", ":"), check_circular=False).encode


@cache
def _parts_of(kind: type[Any]) -> Callable[[Any], Any]:
    """What takes the fields of a dataclass out of a value, but for places."""
    return attrgetter(*(one.name for one in fields(kind) if one.name not in ("start", "end", "port_items")))

"""The parts of a workspace that answers are read from, to be compared with those of another moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.reads import (
    DELIVERY,
    FILE,
    FIRST_ON,
    KNOWN,
    NO_RESOURCES_AT_ALL,
    POLICIES,
    POLICY_NAMESPACES,
    READS,
    ROOT,
    SHARDS,
    WHOLE,
    Read,
)
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot, place_in_files

_NOT_ASKED = object()
_KNOWN: Memo[WorkspaceSnapshot, Read, object] = Memo()
_WHOLE_VIEW: Mapping[str, Callable[[WorkspaceSnapshot], object]] = {
    KNOWN: lambda view: view.known,
    ROOT: lambda view: view.index.root,
    NO_RESOURCES_AT_ALL: lambda view: view.index.has_no_resources,
    WHOLE: lambda view: view.whole_namespaces,
    SHARDS: lambda view: frozenset(view.index.shards),
    DELIVERY: lambda view: view.index.delivery,
    POLICY_NAMESPACES: lambda view: view.index.policy_namespaces,
}


def part_of(view: WorkspaceSnapshot, read: Read) -> object:
    """A part of a workspace that was read: equal as long as what was read of it is the same."""
    known = _KNOWN.of(view)
    found = known.get(read, _NOT_ASKED)
    if found is _NOT_ASKED:
        with READS.paused():
            found = known[read] = _part(view, *read)
    return found


def _part(view: WorkspaceSnapshot, kind: str, key: str | None) -> object:
    if kind in _WHOLE_VIEW:
        return _WHOLE_VIEW[kind](view)
    if kind == POLICIES:
        return view.index.shelf(key).files
    if kind == FILE:
        return view.policies_of_file(key or "")
    if kind == FIRST_ON:
        policies = view.policies_on(key)
        return (place_in_files(policies[0]), len(policies)) if policies else None
    found: object = getattr(view.index.shard(key), kind)
    return found

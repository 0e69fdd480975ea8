"""On which shelves of a workspace a policy is, and which of them an edit of its file touches."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.shelf import Policies, differing

UNKNOWN_NAMESPACE = "\0"
"""The key of what a template gives its namespace; no namespace is called so."""

ALL_POLICIES = "all"
UNKNOWN_POLICIES = ("namespace", UNKNOWN_NAMESPACE)
_FEW = 8
"""Policies that differ up to which their groups are looked for, rather than all groups made anew."""


def namespace_key(namespace: str | None) -> Hashable:
    """The key of the policies of a namespace; None: of those that name none."""
    return ("namespace", namespace)


def folder_key(folder: str, *, names_one: bool) -> Hashable:
    """The key of the policies in a folder that name a namespace, or that name none."""
    return ("folder", folder, names_one)


def cni_key(cni: str) -> Hashable:
    """The key of the policies whose configuration names a network plugin."""
    return ("cni", cni)


def changed_groups(before: Policies, after: Policies) -> Iterator[tuple[Hashable, Policies]]:
    """The groups of the policies of a file that are others now, by the keys of their shelves.

    An edit makes another policy of one; the others are the same values, and only the groups of this one are compared.
    """
    others = differing(before, after) if before and after else ()
    if not others or len(others) > _FEW:
        were, are = _by_shelf(before), _by_shelf(after)
        for key in dict.fromkeys((*were, *are)):
            mine = tuple(are.get(key, ()))
            if tuple(were.get(key, ())) != mine:
                yield key, mine
        return
    for key in dict.fromkeys(key for one in others for key in _shelves_of(one)):
        mine = _on_shelf(after, key)
        if _on_shelf(before, key) != mine:
            yield key, mine


def _by_shelf(policies: Policies) -> dict[Hashable, list[LocatedPolicy]]:
    """The policies of a file by the shelves that they belong to."""
    found: dict[Hashable, list[LocatedPolicy]] = {}
    for located in policies:
        for key in _shelves_of(located):
            found.setdefault(key, []).append(located)
    return found


def _shelves_of(located: LocatedPolicy) -> list[Hashable]:
    """The keys of the shelves that a policy belongs to."""
    policy = located.policy
    keys: list[Hashable] = [ALL_POLICIES]
    if policy.is_namespace_unknown:
        keys.append(UNKNOWN_POLICIES)
    else:
        names_one = policy.namespace is not None
        keys += [namespace_key(policy.namespace), folder_key(located.folder, names_one=names_one)]
    if located.cni is not None:
        keys.append(cni_key(located.cni))
    return keys


def _on_shelf(policies: Policies, key: Any) -> Policies:
    """Those of the policies of a file that belong to the shelf of a key; it is that of some policy of the file."""
    if key == ALL_POLICIES:
        return policies
    if key == UNKNOWN_POLICIES:
        return tuple([one for one in policies if one.policy.is_namespace_unknown])
    if key[0] == "cni":
        return tuple([one for one in policies if one.cni == key[1]])
    known = [one for one in policies if not one.policy.is_namespace_unknown]
    if key[0] == "namespace":
        return tuple([one for one in known if one.policy.namespace == key[1]])
    return tuple([one for one in known if (one.policy.namespace is not None) is key[2]])

"""What a selector that matches nothing was probably meant to match: words that differ by a slip, never by intent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from netpol_lsp.kube.label_selector import LabelRequirement, LabelSelector, Operator, label_selector, matches
from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.text.edit_distance import distance

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import WorkloadFacts

# Keys under which people write the name of an application.
NAME_KEYS = (
    "app",
    "app.kubernetes.io/name",
    "k8s-app",
    "name",
    "run",
    "app.kubernetes.io/component",
    "component",
    "app.kubernetes.io/instance",
)
_TOKENS = re.compile(r"[0-9]+|[A-Za-z]+")
_SHORTEST = 4
"""Letters of a word from which one that differs by a letter is taken for a slip."""
_MOST_CONDITIONS = 16
"""Each condition is left out in turn: a selector with more of them than people write is not looked at."""


class NearMiss(NamedTuple):
    """What a selector that matches no pod was probably meant to match.

    `requirement`: the condition that fails. `hint` ends a sentence: "did you mean `frontend`?". `key`, `value`: what
    to write instead, None where something else is to be changed. `origin`, `note`: the place that shows it, and a word on it.
    `is_elsewhere`: the pods are in another namespace.
    """

    requirement: LabelRequirement
    hint: str
    key: str | None = None
    value: str | None = None
    origin: Origin = NOWHERE
    note: str = ""
    is_elsewhere: bool = False


def near_miss(
    selector: LabelSelector,
    pool: Sequence[WorkloadFacts],
    elsewhere: Mapping[str, Sequence[WorkloadFacts]],
) -> NearMiss | None:
    """The one near miss of a selector that matches none of `pool`, the pods that it could mean; None when there is none.

    `elsewhere`: the pods in other namespaces that it matches.
    """
    wanted = [one for one in selector.requirements if one.operator is Operator.IN and len(one.values) == 1]
    if not wanted or len(selector.requirements) > _MOST_CONDITIONS:
        return None
    return (
        _on_the_owner(selector, wanted[0], pool)
        or next((found for one in wanted if (found := _other_value(selector, one, pool)) is not None), None)
        or next((found for one in wanted if (found := _other_key(selector, one, pool)) is not None), None)
        or _in_other_namespaces(wanted[0], elsewhere)
    )


def _on_the_owner(selector: LabelSelector, wanted: LabelRequirement, pool: Sequence[WorkloadFacts]) -> NearMiss | None:
    """The label is on the object that makes the pods, and not on its pods."""
    for workload in pool:
        if not workload.owner_labels or not matches(selector, {**workload.labels, **workload.owner_labels}):
            continue
        missing = [one for one in selector.requirements if not one.allowed.contains(workload.labels.get(one.key))]
        blamed = missing[0] if missing else wanted
        if blamed.key not in workload.owner_labels:
            continue
        owner = f"{workload.kind} `{workload.name}`"
        return NearMiss(
            blamed,
            f"{owner} has it in its own metadata, and not in that of its pods",
            origin=workload.owner_label_origins.get(blamed.key, NOWHERE),
            note="this label is not on the pods",
        )
    return None


def _without(selector: LabelSelector, wanted: LabelRequirement) -> LabelSelector:
    return label_selector(one for one in selector.requirements if one.index != wanted.index)


def _other_value(selector: LabelSelector, wanted: LabelRequirement, pool: Sequence[WorkloadFacts]) -> NearMiss | None:
    """The pods have the label with a value that differs by a slip."""
    rest = _without(selector, wanted)
    by_value = {one.labels[wanted.key]: one for one in pool if wanted.key in one.labels and matches(rest, one.labels)}
    value = nearest(wanted.values[0], by_value)
    if value is None:
        return None
    workload = by_value[value]
    return NearMiss(
        wanted,
        f"did you mean `{value}`?",
        value=value,
        origin=workload.label_origins.get(wanted.key, NOWHERE),
        note=f"{workload.kind} `{workload.name}` makes pods with `{wanted.key}: {value}`",
    )


def _other_key(selector: LabelSelector, wanted: LabelRequirement, pool: Sequence[WorkloadFacts]) -> NearMiss | None:
    """The pods have the value under another key: a slip, or another of the keys for an application's name."""
    rest, value = _without(selector, wanted), wanted.values[0]
    found: dict[str, WorkloadFacts] = {}
    for workload in pool:
        if wanted.key in workload.labels or not matches(rest, workload.labels):
            continue
        for key, other in workload.labels.items():
            is_alike = is_slip(wanted.key, key) or (wanted.key in NAME_KEYS and key in NAME_KEYS)
            if other == value and is_alike:
                found.setdefault(key, workload)
    if len(found) != 1:
        return None
    key, workload = next(iter(found.items()))
    return NearMiss(
        wanted,
        f"{workload.kind} `{workload.name}` has `{key}: {value}`",
        key=key,
        origin=workload.label_origins.get(key, NOWHERE),
        note=f"the pods have `{key}: {value}`",
    )


def _in_other_namespaces(wanted: LabelRequirement, elsewhere: Mapping[str, Sequence[WorkloadFacts]]) -> NearMiss | None:
    """The pods are in another namespace."""
    if not elsewhere:
        return None
    names = sorted(elsewhere)
    workload = elsewhere[names[0]][0]
    listed = " and ".join(f"`{name}`" for name in names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    plural = "s" if len(names) > 1 else ""
    return NearMiss(
        wanted,
        f"such pods are in namespace{plural} {listed}",
        origin=workload.label_origins.get(wanted.key, workload.origin),
        note=f"{workload.kind} `{workload.name}` in namespace `{names[0]}`",
        is_elsewhere=True,
    )


def is_slip(wanted: str, known: str) -> bool:
    """Whether `wanted` is `known` with a slip of the pen: another case, another separator, a letter or two.

    Words that differ in a number, or in a word of their own (`team-a`, `team-b`; `web`, `web-canary`), name different things.
    """
    if wanted == known or not wanted or not known:
        return False
    if _folded(wanted) == _folded(known):
        return True
    mine, theirs = _TOKENS.findall(wanted.lower()), _TOKENS.findall(known.lower())
    if len(mine) != len(theirs):
        return False
    others = [(left, right) for left, right in zip(mine, theirs, strict=True) if left != right]
    if len(others) != 1:
        return False
    left, right = others[0]
    if left.isdigit() or right.isdigit() or min(len(left), len(right)) < _SHORTEST:
        return False
    limit = 2 if min(len(left), len(right)) >= 2 * _SHORTEST else 1
    return left[0] == right[0] and distance(left, right, limit) <= limit


def nearest(wanted: str, known: Iterable[str]) -> str | None:
    """The one word that `wanted` is a slip of; None when there is none, or more than one."""
    found = {word for word in known if is_slip(wanted, word)}
    same = {word for word in found if _folded(word) == _folded(wanted)}
    found = same or found
    return next(iter(found)) if len(found) == 1 else None


def _folded(word: str) -> str:
    return re.sub(r"[-_.]", "", word.lower())

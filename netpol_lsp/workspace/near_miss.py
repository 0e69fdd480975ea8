"""What a selector that matches nothing was probably meant to match: words that differ by a slip, never by intent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from netpol_lsp.text.edit_distance import distance

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

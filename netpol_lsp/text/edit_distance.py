"""Did you mean: how far two words are apart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def distance(left: str, right: str, limit: int) -> int:
    """The number of letters to insert, delete, replace or swap with a neighbour; `limit + 1` when it is more than `limit`."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for number, char in enumerate(left, 1):
        earlier, before, row = before, row, [number]
        for column, other in enumerate(right, 1):
            cost = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + (char != other))
            if number > 1 and column > 1 and char == right[column - 2] and left[number - 2] == other:
                cost = min(cost, earlier[column - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def closest(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidates near enough to be what `word` was meant to be, nearest first; ties are all there."""
    return list(_closest(word, tuple(candidates)))


@lru_cache(maxsize=1024)
def _closest(word: str, candidates: tuple[str, ...]) -> tuple[str, ...]:
    limit = max(1, min(3, len(word) // 3))
    folded = word.casefold()
    scored = []
    for candidate in candidates:
        score = 0 if candidate.casefold() == folded else distance(folded, candidate.casefold(), limit)
        if score <= limit:
            scored.append((score, candidate))
    return tuple(candidate for _, candidate in sorted(scored))

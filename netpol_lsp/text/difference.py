"""The edits that turn one text into another, whole lines at a time."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span

_LONGEST = 2000
"""Lines up to which the middle is compared line by line; difflib's time grows with their square."""
_MOST_PAIRS = 20_000
"""Pairs of equal lines up to which it is: of a thousand lines that are all the same, each is compared with each."""


def difference(before: str, after: str) -> tuple[TextEdit, ...]:
    """Edits of `before` that give `after`; none when they are equal."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    at = sum(map(len, old[:head]))
    counts = Counter(new_middle)
    is_long = max(len(old_middle), len(new_middle)) > _LONGEST
    if is_long or sum(counts[line] for line in old_middle) > _MOST_PAIRS:
        return (TextEdit(Span(at, at + sum(map(len, old_middle))), "".join(new_middle)),)
    starts = [at]
    for line in old_middle:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, old_middle, new_middle, autojunk=False)
    return tuple(
        TextEdit(Span(starts[i], starts[j]), "".join(new_middle[k:m]))
        for kind, i, j, k, m in matcher.get_opcodes()
        if kind != "equal"
    )


def _common(one: list[str], other: list[str]) -> int:
    """How many lines at the start are the same."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count

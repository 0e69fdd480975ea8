"""Interval arithmetic against sets of numbers."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.intervals import Intervals

NUMBERS = st.integers(0, 24)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=6)


def members(pairs: list[tuple[int, int]] | Intervals) -> set[int]:
    return {number for first, last in pairs for number in range(first, last + 1)}


@given(PAIRS)
def test_normalise_keeps_the_numbers_and_leaves_gaps(pairs):
    result = intervals.normalise(pairs)
    assert members(result) == members(pairs)
    assert all(first <= last for first, last in result)
    assert all(left[1] + 1 < right[0] for left, right in itertools.pairwise(result))
    assert intervals.size(result) == len(members(pairs))


@given(PAIRS, PAIRS)
def test_operations_are_those_of_sets(left_pairs, right_pairs):
    left, right = intervals.normalise(left_pairs), intervals.normalise(right_pairs)
    a, b = members(left), members(right)
    assert members(intervals.union(left, right)) == a | b
    assert members(intervals.intersection(left, right)) == a & b
    assert members(intervals.difference(left, right)) == a - b
    assert intervals.covers(left, right) == (a >= b)
    assert intervals.intersects(left, right) == bool(a & b)
    for result in (intervals.union, intervals.intersection, intervals.difference):
        assert intervals.normalise(result(left, right)) == result(left, right)

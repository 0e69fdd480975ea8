"""Sets of integers as sorted, disjoint, closed intervals: the arithmetic below ports and addresses."""

from __future__ import annotations

from collections.abc import Iterable

Interval = tuple[int, int]
"""First and last number, both inside."""

Intervals = tuple[Interval, ...]
"""Sorted and disjoint, and not even touching: equal sets are equal tuples."""


def normalise(intervals: Iterable[Interval]) -> Intervals:
    """The set that these intervals cover together; an interval whose last is below its first is empty."""
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if last < first:
            continue
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def union(left: Intervals, right: Intervals) -> Intervals:
    """Numbers of either set."""
    if not left or not right:
        return left or right
    return left if left == right else normalise(left + right)


def intersection(left: Intervals, right: Intervals) -> Intervals:
    """Numbers of both sets."""
    found: list[Interval] = []
    at_left = at_right = 0
    while at_left < len(left) and at_right < len(right):
        first = max(left[at_left][0], right[at_right][0])
        last = min(left[at_left][1], right[at_right][1])
        if first <= last:
            found.append((first, last))
        if left[at_left][1] < right[at_right][1]:
            at_left += 1
        else:
            at_right += 1
    return tuple(found)


def difference(left: Intervals, right: Intervals) -> Intervals:
    """Numbers of `left` that are not in `right`."""
    if not right or not left:
        return left
    found: list[Interval] = []
    for start, last in left:
        first = start
        for cut_first, cut_last in right:
            if cut_last < first:
                continue
            if cut_first > last:
                break
            if cut_first > first:
                found.append((first, cut_first - 1))
            first = cut_last + 1
        if first <= last:
            found.append((first, last))
    return tuple(found)


def covers(left: Intervals, right: Intervals) -> bool:
    """Whether every number of `right` is in `left`."""
    at_left = 0
    for first, last in right:
        while at_left < len(left) and left[at_left][1] < first:
            at_left += 1
        if at_left == len(left) or left[at_left][0] > first or left[at_left][1] < last:
            return False
    return True


def intersects(left: Intervals, right: Intervals) -> bool:
    """Whether a number is in both sets."""
    at_right = 0
    for first, last in left:
        while at_right < len(right) and right[at_right][1] < first:
            at_right += 1
        if at_right == len(right):
            return False
        if right[at_right][0] <= last:
            return True
    return False


def size(intervals: Intervals) -> int:
    """How many numbers the set holds."""
    return sum(last - first + 1 for first, last in intervals)

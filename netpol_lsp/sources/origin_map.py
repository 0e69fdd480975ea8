"""The place where someone wrote what a rendering says: exactly, by its line, or not known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from netpol_lsp.text.span import Span


class Precision(StrEnum):
    """How well the place of something rendered is known."""

    EXACT = "exact"
    """The very characters: what is changed there changes the rendering in the same way."""
    LINE = "line"
    """The action, the value or the line that made it."""
    UNKNOWN = "unknown"
    """The file or the object at most."""


@dataclass(frozen=True, slots=True)
class Written:
    """A place in a file: its absolute path, `/`-separated, and a span of its text."""

    path: str
    span: Span
    precision: Precision


class OriginMap(Protocol):
    """From a rendered text to what people wrote; spans count from the start of the rendered text."""

    def find(self, span: Span) -> Written:
        """Where someone wrote what is at a span of the rendered text."""
        ...

    def has_rendered(self, path: str, span: Span) -> bool:
        """Whether something came of what is written at a span of a file."""
        ...

    def decides(self, span: Span) -> bool:
        """Whether what is said of the object at a span of the rendered text can be said from this text only.

        Not so where the object is in a file as it is, comments and all.
        """
        ...


@dataclass(frozen=True, slots=True)
class Segment:
    """`start`..`end` of a rendered text came of `source_start`..`source_end` of a file; `is_literal`: letter by letter."""

    start: int
    end: int
    path: str
    source_start: int
    source_end: int
    is_literal: bool

    def shift(self, offset: int) -> Segment:
        """The segment in a rendered text that starts `offset` code points earlier."""
        return Segment(
            self.start + offset, self.end + offset, self.path, self.source_start, self.source_end, self.is_literal
        )


class SegmentMap:
    """An origin map of segments in the order of the rendered text; they do not overlap.

    `fallback`: where to point for what is in none of them.
    """

    def __init__(self, segments: Iterable[Segment], fallback: Sequence[tuple[int, Written]]) -> None:
        self.segments = sorted(segments, key=lambda one: (one.start, one.end))
        self._starts = [one.start for one in self.segments]
        self._fallback = fallback
        self._by_path: dict[str, list[Segment]] = {}
        for one in self.segments:
            self._by_path.setdefault(one.path, []).append(one)

    def find(self, span: Span) -> Written:
        """Where someone wrote what is at a span of the rendered text."""
        touched = self._touched(span)
        if not touched:
            return self._elsewhere(span)
        first, last = touched[0], touched[-1]
        start = _in_source(first, span.start, at_end=False)
        if all(one.is_literal for one in touched) and _is_one_text(touched):
            return Written(first.path, Span(start, _in_source(last, span.end, at_end=True)), Precision.EXACT)
        made = next((one for one in touched if not one.is_literal), first)
        if len({one.path for one in touched}) > 1 or any(one.source_start < first.source_start for one in touched):
            return Written(made.path, Span(made.source_start, made.source_end), Precision.LINE)
        end = _in_source(last, span.end, at_end=True)
        return Written(first.path, Span(start, max(start, end)), Precision.LINE)

    def has_rendered(self, path: str, span: Span) -> bool:
        """Whether something came of what is written at a span of a file."""
        end = max(span.end, span.start + 1)
        return any(one.source_start < end and span.start < one.source_end for one in self._by_path.get(path, ()))

    def decides(self, span: Span) -> bool:  # noqa: ARG002 - what a template renders is known from the rendering only
        """Always: a template keeps its comments, and what it renders is in no file."""
        return True

    def _touched(self, span: Span) -> list[Segment]:
        """The segments of a span without those of white space before it; the nearest one for a span without width."""
        at = max(0, bisect_right(self._starts, span.start) - 1)
        stop = bisect_left(self._starts, span.end) if len(span) else at + 2
        near = self.segments[at:stop]
        if not len(span):
            inside = [one for one in near if one.start <= span.start < one.end]
            return (inside or [one for one in near if one.end == span.start])[:1]
        return [one for one in near if one.start < span.end and span.start < one.end]

    def _elsewhere(self, span: Span) -> Written:
        found = self._fallback[0][1]
        for start, written in self._fallback:
            if start > span.start:
                break
            found = written
        return found


def _in_source(segment: Segment, offset: int, *, at_end: bool) -> int:
    if not segment.is_literal:
        return segment.source_end if at_end else segment.source_start
    return segment.source_start + min(max(offset, segment.start), segment.end) - segment.start


def _is_one_text(segments: Sequence[Segment]) -> bool:
    """Whether literal segments follow one another in one file, too."""
    return all(
        one.path == following.path and one.source_end == following.source_start and one.end == following.start
        for one, following in pairwise(segments)
    )

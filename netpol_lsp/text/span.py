"""Half-open ranges of code points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The half-open range `[start, end)` of a text, in code points from 0."""

    start: int
    end: int

    def shift(self, offset: int) -> Span:
        """The span in a text that starts `offset` code points earlier."""
        return Span(self.start + offset, self.end + offset)

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, offset: int) -> bool:
        """Whether `offset` lies in the span or at its end (where a caret may be)."""
        return self.start <= offset <= self.end

    def touches(self, other: Span) -> bool:
        """Whether the spans overlap or share a border."""
        return self.start <= other.end and other.start <= self.end

    def covers(self, other: Span) -> bool:
        """Whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

"""Yes, no, or unknown: what is not known is never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Ternary(StrEnum):
    """A value of Kleene's three-valued logic."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, known: bool) -> Ternary:  # noqa: FBT001 - it converts the bool
        """YES or NO."""
        return cls.YES if known else cls.NO

    def unless_no(self) -> Ternary:
        """NO stays NO; anything else is only a perhaps."""
        return self if self is Ternary.NO else Ternary.UNKNOWN


def any_of(answers: Iterable[Ternary]) -> Ternary:
    """YES when one is, NO when all are; no answers: NO. Stops at the first YES."""
    result = Ternary.NO
    for answer in answers:
        if answer is Ternary.YES:
            return answer
        if answer is Ternary.UNKNOWN:
            result = answer
    return result


def all_of(answers: Iterable[Ternary]) -> Ternary:
    """NO when one is, YES when all are; no answers: YES. Stops at the first NO."""
    result = Ternary.YES
    for answer in answers:
        if answer is Ternary.NO:
            return answer
        if answer is Ternary.UNKNOWN:
            result = answer
    return result

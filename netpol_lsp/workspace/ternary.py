"""Yes, no, or unknown: what is not known is never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Answer(StrEnum):
    """A value of Kleene's three-valued logic."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, known: bool) -> Answer:  # noqa: FBT001 - it converts the bool
        """YES or NO."""
        return cls.YES if known else cls.NO

    def unless_no(self) -> Answer:
        """NO stays NO; anything else is only a perhaps."""
        return self if self is Answer.NO else Answer.UNKNOWN


def any_of(answers: Iterable[Answer]) -> Answer:
    """YES when one is, NO when all are; no answers: NO. Stops at the first YES."""
    result = Answer.NO
    for answer in answers:
        if answer is Answer.YES:
            return answer
        if answer is Answer.UNKNOWN:
            result = answer
    return result


def all_of(answers: Iterable[Answer]) -> Answer:
    """NO when one is, YES when all are; no answers: YES. Stops at the first NO."""
    result = Answer.YES
    for answer in answers:
        if answer is Answer.NO:
            return answer
        if answer is Answer.UNKNOWN:
            result = answer
    return result

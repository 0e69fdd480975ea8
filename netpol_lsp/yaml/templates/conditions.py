"""Conditions of a template: what is true together, and what never is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """How the operands of a condition are joined."""

    ATOM = "atom"
    """A question that only a rendering answers; conditions with the same name have the same answer."""
    ALL = "and"
    ANY = "or"
    NOT = "not"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition. `name` is an atom's text, spaces folded; `rival`: of the atoms with the same one at most one is true."""

    operator: Operator
    name: str = ""
    operands: tuple[Condition, ...] = ()
    is_true: bool = False
    rival: str = ""


UNKNOWN = Condition(Operator.ATOM)
"""An atom without a name is like no other one."""
ALWAYS = Condition(Operator.CONSTANT, is_true=True)
NEVER = Condition(Operator.CONSTANT, is_true=False)


def atom(name: str, rival: str = "") -> Condition:
    """A question by its text."""
    return Condition(Operator.ATOM, " ".join(name.split()), rival=" ".join(rival.split()))


def negation(condition: Condition) -> Condition:
    """The opposite."""
    if condition.operator is Operator.NOT:
        return condition.operands[0]
    if condition.operator is Operator.CONSTANT:
        return NEVER if condition.is_true else ALWAYS
    return Condition(Operator.NOT, operands=(condition,))


def both(operands: tuple[Condition, ...]) -> Condition:
    """True when all operands are."""
    return operands[0] if len(operands) == 1 else Condition(Operator.ALL, operands=operands)


def either(operands: tuple[Condition, ...]) -> Condition:
    """True when one of the operands is."""
    return operands[0] if len(operands) == 1 else Condition(Operator.ANY, operands=operands)


class Answers:
    """Answers to atoms by name; what was not asked for is open."""

    __slots__ = ("_known", "_order", "_taken")

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}
        # The atom that took a rivalry, and the atoms in the order in which they were settled.
        self._taken: dict[str, str] = {}
        self._order: list[Condition] = []

    def require(self, condition: Condition, *, is_true: bool) -> bool:
        """Make a condition come out so, as far as it is open; whether that can be. Nothing changes when it cannot."""
        return self.require_all(((condition, is_true),))

    def require_all(self, wanted: Iterable[tuple[Condition, bool]]) -> bool:
        """As `require`, for several conditions."""
        mark = len(self._order)
        if all(self._settle(condition, is_true=is_true) for condition, is_true in wanted):
            return True
        while len(self._order) > mark:
            undone = self._order.pop()
            del self._known[undone.name]
            if self._taken.get(undone.rival) == undone.name:
                del self._taken[undone.rival]
        return False

    def _settle(self, condition: Condition, *, is_true: bool) -> bool:
        operator = condition.operator
        if operator is Operator.ATOM:
            return self._answer(condition, is_true=is_true)
        if operator is Operator.CONSTANT:
            return condition.is_true is is_true
        if operator is Operator.NOT:
            return self._settle(condition.operands[0], is_true=not is_true)
        if is_true is (operator is Operator.ALL):
            return all(self._settle(operand, is_true=is_true) for operand in condition.operands)
        return any(self.require(operand, is_true=is_true) for operand in condition.operands)

    def _answer(self, question: Condition, *, is_true: bool) -> bool:
        known = self._known.get(question.name)
        if known is not None:
            return known is is_true
        if is_true and question.rival:
            if question.rival in self._taken:
                return False
            self._taken[question.rival] = question.name
        self._known[question.name] = is_true
        self._order.append(question)
        return True

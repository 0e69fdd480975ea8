"""Limits of work: where an input asks for more, the search ends and says so."""

from __future__ import annotations


class OverBudgetError(Exception):
    """A search asks for more steps than it may take; the message says for what, without a dot at its end."""


class Budget:
    """A number of steps that a search may take. Steps are counted, not seconds, so that every machine finds the same."""

    __slots__ = ("_left", "_steps", "_what", "has_refused")

    def __init__(self, steps: int, what: str) -> None:
        self._left = self._steps = steps
        self._what = what
        self.has_refused = False
        """Whether something was left undone because there were too few steps for it."""

    @property
    def is_spent(self) -> bool:
        """Whether no step is left."""
        return self._left < 0

    def admits(self, steps: int = 0) -> bool:
        """Whether something that takes so many steps may begin: the first one always, and what is left suffices for."""
        is_first = self._left == self._steps
        fits = is_first or (not self.is_spent and self._left >= steps)
        self.has_refused |= not fits
        return fits

    def take(self, steps: int = 1) -> bool:
        """Take steps; False when there were not so many left."""
        self._left -= steps
        return self._left >= 0

    def spend(self, steps: int = 1) -> None:
        """Take steps; raises OverBudgetError when there were not so many left."""
        if not self.take(steps):
            raise OverBudgetError(self._what)

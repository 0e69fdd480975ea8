"""No regular expression of the package backtracks exponentially, whatever it is matched against.

An expression does when, from one place of it back to the same place, a text can be read in two ways: each repetition
doubles the work. It is read into an automaton, two copies of which walk along the same text; if they can part and meet
where they started, there is such a text (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular
Expression Matchers by Using Ambiguity of NFA"). What is inside of an atomic group or a possessive repetition is read
alone, since nothing comes back into it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import netpol_lsp

_ALPHABET = [chr(code) for code in range(128)] + [
    "\x85",
    "\u00a0",
    "\u00e9",
    "\u2028",
    "\u4e2d",
    "\ue000",
    "\U0001f680",
]
_MOST_COPIES = 3
_PARTS = {sre.POSSESSIVE_REPEAT: 2, sre.ASSERT: 1, sre.ASSERT_NOT: 1}
_READ_ALONE = {*_PARTS, sre.ATOMIC_GROUP}


class Automaton:
    """States with edges on sets of characters, and edges on nothing."""

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.steps: list[list[tuple[frozenset[str], int]]] = []
        self.free: list[list[int]] = []
        self.atomic: list[Any] = []

    def state(self) -> int:
        self.steps.append([])
        self.free.append([])
        return len(self.steps) - 1

    def read(self, items: Any, start: int) -> int:
        """Add a sequence from `start` on; its last state."""
        for operator, value in items:
            start = self._one(operator, value, start)
        return start

    def _one(self, operator: Any, value: Any, start: int) -> int:
        if operator in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            end = self.state()
            self.steps[start].append((self._letters(operator, value), end))
            return end
        if operator is sre.BRANCH:
            end = self.state()
            for branch in value[1]:
                self.free[self.read(branch, start)].append(end)
            return end
        if operator is sre.SUBPATTERN:
            return self.read(value[3], start)
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self._repeat(*value, start)
        if operator in _READ_ALONE:
            self.atomic.append(value[_PARTS[operator]] if operator in _PARTS else value)
        else:
            assert operator in (sre.AT, sre.GROUPREF), operator
        return start

    def _repeat(self, least: int, most: Any, items: Any, start: int) -> int:
        for _ in range(min(least, _MOST_COPIES)):
            start = self.read(items, start)
        if most is sre.MAXREPEAT:
            loop, end = self.state(), self.state()
            self.free[start].append(loop)
            self.free[self.read(items, loop)].append(loop)
            self.free[loop].append(end)
            return end
        end = self.state()
        self.free[start].append(end)
        for _ in range(min(most - least, _MOST_COPIES)):
            start = self.read(items, start)
            self.free[start].append(end)
        return end

    def _letters(self, operator: Any, value: Any) -> frozenset[str]:
        shape = _parser.SubPattern(_parser.State(), [(operator, value)])
        shape.state.flags = self.flags
        shape.state.str = ""
        one = re._compiler.compile(shape, self.flags & ~re.VERBOSE)  # type: ignore[attr-defined]
        return frozenset(letter for letter in _ALPHABET if one.fullmatch(letter))

    def reached(self, state: int) -> list[tuple[int, tuple[int, ...]]]:
        """Each way to states with a character to read, without reading one."""
        found: list[tuple[int, tuple[int, ...]]] = []

        def walk(at: int, path: tuple[int, ...]) -> None:
            if self.steps[at]:
                found.append((at, path))
            for after in self.free[at]:
                if after not in path:
                    walk(after, (*path, after))
                elif self.steps[after]:
                    found.append((after, (*path, after)))

        walk(state, (state,))
        return found

    def edges(self) -> list[list[tuple[frozenset[str], int, int]]]:
        """Of each state that reads: what it reads, the next one that does, and by which of the ways there."""
        edges: list[list[tuple[frozenset[str], int, int]]] = [[] for _ in self.steps]
        for state, steps in enumerate(self.steps):
            for letters, end in steps:
                edges[state] += [(letters, after, way) for way, (after, _) in enumerate(self.reached(end))]
        return edges


def doubling(pattern: str, flags: int = 0) -> bool:
    """Whether there is a text on which the work of an expression doubles with each repetition of a piece."""
    parsed = _parser.parse(pattern, flags)
    todo = [parsed]
    while todo:
        automaton = Automaton(parsed.state.flags)
        automaton.read(todo.pop(), automaton.state())
        todo += automaton.atomic
        if _is_ambiguous(automaton.edges()):
            return True
    return False


def _is_ambiguous(edges: list[list[tuple[frozenset[str], int, int]]]) -> bool:
    return any(edges[home] and _parts_and_meets(edges, home) for home in range(len(edges)))


def _parts_and_meets(edges: list[list[tuple[frozenset[str], int, int]]], home: int) -> bool:
    """Whether two walkers from `home` come back to it on the same text by different ways."""
    start = (home, home, False)
    seen = {start}
    todo = [start]
    while todo:
        one, other, apart = todo.pop()
        for letters, after, way in edges[one]:
            for others, other_after, other_way in edges[other]:
                if not letters & others:
                    continue
                parts = apart or one != other or after != other_after or way != other_way
                parts = parts or (others, other_after) != (letters, after)
                if parts and after == other_after == home:
                    return True
                pair = (after, other_after, parts)
                if pair not in seen:
                    seen.add(pair)
                    todo.append(pair)
    return False


def _expressions() -> Iterator[tuple[str, str, int]]:
    seen: set[tuple[str, int]] = set()
    for module in pkgutil.walk_packages(netpol_lsp.__path__, "netpol_lsp."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            values = (
                value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
            )
            for one in values:
                for expression in one if isinstance(one, tuple) else (one,):
                    if isinstance(expression, re.Pattern) and (str(expression.pattern), expression.flags) not in seen:
                        seen.add((str(expression.pattern), expression.flags))
                        text = expression.pattern
                        flags = expression.flags & ~re.UNICODE
                        if isinstance(text, bytes):
                            text = text.decode("latin-1")
                        yield f"{module.name}.{name}", text, flags


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(?:a|a)*b", r"(?:x?(?:\r\n|\n|\r))*\Z", "(?:[ab]*,?)*c", r"(?:\s*\w*)*;"]
)
def test_expressions_that_double_are_known(pattern: str) -> None:
    assert doubling(pattern)


@pytest.mark.parametrize(
    "pattern", ["a+b", r"(?:\r\n|\n|\r)*+\Z", "(?:a+,)*b", r"\s*\w+\s*", r"(?:(?>\r\n|\n|\r)x)*y", "(?:ab|a)c"]
)
def test_expressions_that_do_not_double_are_known(pattern: str) -> None:
    assert not doubling(pattern)


def test_no_expression_of_the_package_doubles() -> None:
    expressions = list(_expressions())
    assert len(expressions) > 100
    assert [name for name, pattern, flags in expressions if doubling(pattern, flags)] == []

r"""Regular expressions that people write into configurations, matched in time that grows with the text only.

What Python's `re` has, without what needs backtracking: no references to groups, no looking ahead or after. The pattern
becomes an automaton whose states are followed side by side (Thompson's construction), so that no pattern takes long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from netpol_lsp.text.budget import Budget

_MOST_STATES = 5000
_DEEPEST = 50
_MOST_STEPS = 2_000_000
_SHORTHANDS = "dDwWsS"
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}


class PatternError(ValueError):
    """A pattern that is not valid or too large; the message says why, without a dot at its end."""


@dataclass(slots=True)
class _State:
    """A state of the automaton: what it takes (None: nothing), and where it leads."""

    takes: re.Pattern[str] | None = None
    anchor: str = ""
    """`^`, `$`, `b` or `B`: it is passed only where that holds."""
    to: list[int] = field(default_factory=list)


class LinearPattern:
    """A compiled pattern."""

    __slots__ = ("_end", "_start", "_states")

    def __init__(self, pattern: str) -> None:
        """Raises PatternError."""
        parser = _Parser(pattern)
        self._start, self._end = parser.parse()
        self._states = parser.states

    def fullmatch(self, text: str) -> bool:
        """Whether the whole of `text` is matched. Raises OverBudgetError for a large pattern and a very long text."""
        budget = Budget(_MOST_STEPS, "the pattern is too large for so long a text")
        current = self._closure([self._start], text, 0, budget)
        for at, char in enumerate(text):
            states = self._states
            budget.spend(len(current))
            reached = [
                target
                for number in current
                if (takes := states[number].takes) is not None and takes.match(char)
                for target in states[number].to
            ]
            if not reached:
                return False
            current = self._closure(reached, text, at + 1, budget)
        return self._end in current

    def _closure(self, numbers: list[int], text: str, at: int, budget: Budget) -> set[int]:
        """The states that can be reached without taking a character."""
        seen: set[int] = set()
        stack = list(numbers)
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            state = self._states[number]
            if state.anchor and not _holds(state.anchor, text, at):
                continue
            seen.add(number)
            if state.takes is None:
                budget.spend()
                stack += state.to
        return seen


@lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> LinearPattern:
    """Compile a pattern; raises PatternError."""
    return LinearPattern(pattern)


def _holds(anchor: str, text: str, at: int) -> bool:
    if anchor == "^":
        return at == 0
    if anchor == "$":
        return at == len(text)
    is_border = _is_word(text[at - 1 : at] if at else "") != _is_word(text[at : at + 1])
    return is_border is (anchor == "b")


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


Fragment = tuple[int, int]
"""A part of the automaton: its first and its last state."""


class _Parser:
    """Reads a pattern and builds its automaton."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.states: list[_State] = []
        self.flags = 0
        self.depth = 0

    def parse(self) -> Fragment:
        """The automaton of the whole pattern."""
        flags = re.match(r"\(\?([aiLmsux]+)\)", self.text)
        if flags is not None:
            self.at = flags.end()
            if set(flags.group(1)) - {"i", "s"}:
                message = f"of the flags only `(?i)` and `(?s)` are known, not `{flags.group()}`"
                raise PatternError(message)
            self.flags = (re.IGNORECASE if "i" in flags.group(1) else 0) | (re.DOTALL if "s" in flags.group(1) else 0)
        found = self.alternatives()
        if self.at < len(self.text):
            message = f"`)` at position {self.at} closes nothing"
            raise PatternError(message)
        return found

    def alternatives(self) -> Fragment:
        """What `|` separates."""
        self.depth += 1
        if self.depth > _DEEPEST:
            message = f"groups are nested more than {_DEEPEST} levels deep"
            raise PatternError(message)
        options = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence())
        self.depth -= 1
        if len(options) == 1:
            return options[0]
        start, end = self.new(), self.new()
        for first, last in options:
            self.states[start].to.append(first)
            self.states[last].to.append(end)
        return start, end

    def sequence(self) -> Fragment:
        """Atoms, each with its quantifier, one after the other."""
        start = end = self.new()
        while self.peek() not in ("", "|", ")"):
            begin = self.at
            fragment = self.atom()
            for least, most in self.quantifiers():
                fragment = self.repeat(fragment, begin, least, most)
            self.states[end].to.append(fragment[0])
            end = fragment[1]
        return start, end

    def quantifiers(self) -> Iterator[tuple[int, int | None]]:
        """How often the atom before may come; None: any number of times."""
        char = self.peek()
        counted = re.compile(r"\{(\d*)(,?)(\d*)\}").match(self.text, self.at)
        if char and char in "*+?":
            self.at += 1
            bounds: tuple[int, int | None] = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        elif counted is not None and (counted[1] or counted[3]):
            self.at = counted.end()
            if max(len(counted[1]), len(counted[3])) > 4:
                message = f"`{counted.group()}` is too often"
                raise PatternError(message)
            least = int(counted[1] or 0)
            bounds = (least, int(counted[3]) if counted[3] else None if counted[2] else least)
        else:
            return
        if bounds[1] is not None and bounds[1] < bounds[0]:
            message = f"`{counted.group() if counted else char}`: the smaller number comes first"
            raise PatternError(message)
        yield bounds
        if self.peek() == "?":
            self.at += 1  # As few as possible: no matter for a match of the whole.
        elif self.peek() in ("*", "+"):
            message = f"`{self.peek()}` at position {self.at} repeats a repetition"
            raise PatternError(message)

    def repeat(self, fragment: Fragment, begin: int, least: int, most: int | None) -> Fragment:
        """A fragment several times. Each further time is read from the pattern anew."""
        after = self.at
        copies = [fragment]
        for _ in range(max(least, most or 1) - 1):
            self.at = begin
            copies.append(self.atom())
        self.at = after
        start, end = self.new(), self.new()
        place = start
        for number, (first, last) in enumerate(copies):
            self.states[place].to.append(first)
            if number >= least:
                self.states[place].to.append(end)
            place = last
        if most is None:
            self.states[place].to.append(copies[-1][0])
        if most != 0:
            self.states[place].to.append(end)
        else:
            self.states[start].to = [end]
        return start, end

    def atom(self) -> Fragment:
        """One character, class, anchor or group."""
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self.group()
        if char in "*+?":
            message = f"there is nothing to repeat for `{char}` at position {self.at - 1}"
            raise PatternError(message)
        if char == "[":
            return self.one(self.bracket())
        if char == ".":
            return self.one(".")
        if char in "^$":
            return self.anchor(char)
        if char == "\\":
            return self.escape()
        return self.one(re.escape(char))

    def group(self) -> Fragment:
        """What follows `(`."""
        opened = self.at - 1
        if self.peek() == "?":
            named = re.compile(r"\?(?::|P<\w+>)").match(self.text, self.at)
            if named is None:
                sign = self.text[opened : opened + 4]
                message = f"`{sign}` at position {opened} is not known here: it cannot be matched in one pass"
                raise PatternError(message)
            self.at = named.end()
        found = self.alternatives()
        if self.peek() != ")":
            message = f"`(` at position {opened} is not closed"
            raise PatternError(message)
        self.at += 1
        return found

    def escape(self) -> Fragment:
        """What follows a backslash."""
        if self.at >= len(self.text):
            raise PatternError("there is nothing after the last `\\`")
        char = self.text[self.at]
        self.at += 1
        if char in _SHORTHANDS:
            return self.one(f"\\{char}")
        if char in "AZz":
            return self.anchor("^" if char == "A" else "$")
        if char in "bB":
            return self.anchor(char)
        return self.one(re.escape(self.character(char)))

    def character(self, char: str) -> str:
        """The character that an escape sequence stands for."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        length = {"x": 2, "u": 4}.get(char)
        if length is not None:
            digits = self.text[self.at : self.at + length]
            if not re.fullmatch(f"[0-9a-fA-F]{{{length}}}", digits):
                message = f"`\\{char}` needs {length} hexadecimal digits"
                raise PatternError(message)
            self.at += length
            return chr(int(digits, 16))
        if char.isascii() and char.isalnum():
            message = f"`\\{char}` is not known here"
            raise PatternError(message)
        return char

    def bracket(self) -> str:
        """The inside of a class, as an expression for one character."""
        opened = self.at - 1
        negated = self.peek() == "^"
        self.at += negated
        first, listed = self.at, ""
        while self.peek() != "]" or self.at == first:
            if not self.peek():
                message = f"`[` at position {opened} is not closed"
                raise PatternError(message)
            start = self.bracket_item()
            if len(start) == 1 and self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                end = self.bracket_item()
                if len(end) != 1 or end < start:
                    message = f"a range in `[` at position {opened} ends before it begins"
                    raise PatternError(message)
                listed += f"{re.escape(start)}-{re.escape(end)}"
            else:
                listed += start if len(start) > 1 else re.escape(start)
        self.at += 1
        return f"[{'^' if negated else ''}{listed}]"

    def bracket_item(self) -> str:
        r"""A character of a class, or a shorthand such as `\\d`."""
        char = self.text[self.at]
        self.at += 1
        if char != "\\":
            return char
        if self.at >= len(self.text):
            raise PatternError("there is nothing after the last `\\`")
        char = self.text[self.at]
        self.at += 1
        if char in _SHORTHANDS:
            return f"\\{char}"
        return "\b" if char == "b" else self.character(char)

    def one(self, expression: str) -> Fragment:
        """A state that takes one character."""
        start, end = self.new(), self.new()
        self.states[start].takes = _character(expression, self.flags)
        self.states[start].to.append(end)
        return start, end

    def anchor(self, sign: str) -> Fragment:
        """A state that is passed at certain places only."""
        start = self.new()
        self.states[start].anchor = sign
        return start, start

    def new(self) -> int:
        """A new state."""
        if len(self.states) >= _MOST_STATES:
            message = f"it is too large: more than {_MOST_STATES:,} steps"
            raise PatternError(message)
        self.states.append(_State())
        return len(self.states) - 1

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]


@lru_cache(maxsize=512)
def _character(expression: str, flags: int) -> re.Pattern[str]:
    return re.compile(expression, flags)

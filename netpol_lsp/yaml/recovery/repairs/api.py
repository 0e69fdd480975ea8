"""What a repair of broken YAML is, and the place around an error that repairs look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.recovery.offset_map import OffsetMap, SwapMap


@dataclass(frozen=True, slots=True)
class Repair:
    """A small change after which the parser may read on, and the sentence that it stands for.

    `cost` is how unlikely it is; `is_plain`: when it helps, nothing else can have been meant; `title` is
    the fix's. `kind` is the rule that speaks of it.
    """

    edits: tuple[TextEdit, ...]
    span: Span
    message: str
    title: str
    hint: str = ""
    cost: float = 1.0
    is_plain: bool = False
    kind: ProblemKind = ProblemKind.SYNTAX
    related: Span | None = None
    note: str = ""
    # The two lines that change places, where the edits do that.
    swap: tuple[Span, Span] | None = None

    @property
    def offsets(self) -> OffsetMap:
        """The way back from the repaired text."""
        return OffsetMap(self.edits) if self.swap is None else SwapMap(*self.swap)


@dataclass(frozen=True, slots=True)
class ErrorSite:
    """Where the parser stopped.

    `at` is the error's offset and `number` its line; `context` the line where what it was reading began.
    `fields` are known field names.
    """

    text: str
    lines: list[Line]
    at: int
    number: int
    context: int
    message: str
    fields: frozenset[str]

    @property
    def line(self) -> Line:
        """The error's line."""
        return self.lines[self.number]

    @property
    def newline(self) -> str:
        """The line ending that the text uses."""
        ending = re.search(r"\r\n|\n|\r", self.text)
        return ending.group() if ending else "\n"

    def may_become_field(self, word: str) -> bool:
        """Whether a word is the start of a known field: someone may be typing it."""
        return any(name.startswith(word) for name in self.fields)

    def block_end(self, line: Line) -> int:
        """The number of the last line that is further in than `line` and follows it without a break."""
        last = line.number
        for one in self.lines[line.number + 1 :]:
            if one.is_empty:
                continue
            if one.indent <= line.indent:
                break
            last = one.number
        return last

    def before(self, number: int) -> Line | None:
        """The nearest line above with something on it."""
        for candidate in reversed(self.lines[:number]):
            if not candidate.is_empty:
                return candidate
        return None

    def after(self, number: int) -> Line | None:
        """The nearest line below with something on it."""
        return next((line for line in self.lines[number + 1 :] if not line.is_empty), None)

    def near(self) -> list[Line]:
        """The lines where the mistake is likely, the likeliest first: the error's, the one before, the context's."""
        found = [self.line]
        above = self.before(self.number)
        if above is not None:
            found.append(above)
            higher = self.before(above.number)
            found += [higher] if higher is not None else []
        found.append(self.lines[self.context])
        unique: dict[int, Line] = {line.number: line for line in found if not line.is_empty}
        return list(unique.values())

    def between(self) -> list[Line]:
        """The lines from the context's to the error's that hold something, last first, as far as one may look."""
        above = self.before(self.number)
        first = max(min(self.context, above.number if above else self.number), self.number - 60)
        return [line for line in reversed(self.lines[first : self.number + 1]) if not line.is_empty]


RepairProvider = Callable[[ErrorSite], Iterator[Repair]]


def insert(offset: int, text: str) -> TextEdit:
    """An edit that inserts."""
    return TextEdit(Span(offset, offset), text)

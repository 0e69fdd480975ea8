"""Text edits, fixes and the one function that applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import overload

from netpol_lsp.text.span import Span


class Applicability(StrEnum):
    """How far a fix may be trusted."""

    SAFE = "safe"
    """Keeps what the manifest does, or only makes a refused one say what it plainly meant."""
    UNSAFE = "unsafe"
    """Changes which traffic is allowed, or guesses: applied only when asked for."""
    DISPLAY = "display"
    """Shown, never applied by itself."""


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """Replaces the text of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of one file that repair a finding together. `title` is an imperative sentence."""

    title: str
    edits: tuple[TextEdit, ...]
    applicability: Applicability = Applicability.SAFE

    @property
    def span(self) -> Span:
        """The smallest span that covers all edits."""
        return Span(min(e.span.start for e in self.edits), max(e.span.end for e in self.edits))


class Fixes(Sequence[Fix]):
    """Fixes that are worked out when someone first asks for them: most findings are only looked at.

    Equal to a tuple of the same fixes. When `make` raises, the only fix is one without edits that says so.
    """

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Iterable[Fix]]) -> None:
        self._make: Callable[[], Iterable[Fix]] | None = make
        self._made: tuple[Fix, ...] = ()

    @property
    def made(self) -> tuple[Fix, ...]:
        """The fixes."""
        # Once it has been asked, it is let go: it holds on to all that it needs, a whole document.
        make, self._make = self._make, None
        if make is not None:
            try:
                self._made = tuple(make())
            except Exception as error:  # noqa: BLE001 - a mistake in a fix must not hide the finding
                what = f"{type(error).__name__}: {error}"
                title = f"(internal error while this fix was worked out: {what}; please report it)"
                self._made = (Fix(title, (), Applicability.DISPLAY),)
        return self._made

    @overload
    def __getitem__(self, index: int) -> Fix: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Fix, ...]: ...

    def __getitem__(self, index: int | slice) -> Fix | tuple[Fix, ...]:
        return self.made[index]

    def __len__(self) -> int:
        return len(self.made)

    def __iter__(self) -> Iterator[Fix]:
        return iter(self.made)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fixes | tuple) and self.made == tuple(other)

    def __hash__(self) -> int:
        return hash(self.made)

    def __repr__(self) -> str:
        return repr(self.made)


def may_have_fixes(fixes: Sequence[Fix]) -> bool:
    """Whether there are fixes, or may be: those that nobody has asked for yet are not worked out for this."""
    return isinstance(fixes, Fixes) or bool(fixes)


def move_fixes(fixes: Sequence[Fix], offset: int) -> Sequence[Fix]:
    """The fixes for a text that is `offset` code points further on."""
    return Fixes(lambda: [_move(fix, offset) for fix in fixes]) if may_have_fixes(fixes) else ()


def _move(fix: Fix, offset: int) -> Fix:
    edits = (TextEdit(edit.span.shift(offset), edit.text) for edit in fix.edits)
    return Fix(fix.title, tuple(edits), fix.applicability)


def overlaps(edits: Sequence[TextEdit]) -> bool:
    """Whether two of the edits touch the same text, or insert at the same place."""
    return _touch(in_order(edits))


def in_order(edits: Iterable[TextEdit]) -> list[TextEdit]:
    """Edits by their place: no two that can be made together start at the same one."""
    return sorted(edits, key=_start_of)


def _start_of(edit: TextEdit) -> int:
    return edit.span.start


def _touch(ordered: Sequence[TextEdit]) -> bool:
    return any(
        left.span.end > right.span.start or left.span.start == right.span.start for left, right in pairwise(ordered)
    )


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with all edits made; raises ValueError when they overlap or leave the text."""
    ordered = in_order(edits)
    if _touch(ordered):
        raise ValueError("edits overlap")
    parts: list[str] = []
    position = 0
    for edit in ordered:
        if edit.span.start < position or edit.span.end > len(text):
            message = f"edit {edit.span} leaves the text of {len(text)} characters"
            raise ValueError(message)
        parts += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    parts.append(text[position:])
    return "".join(parts)


def compatible_fixes(fixes: Iterable[Fix]) -> tuple[list[Fix], list[Fix]]:
    """Fixes that can be applied together, first come first served, and those left over.

    A fix is taken whole or not at all; one that is equal to a taken one is dropped as done.
    """
    taken: list[Fix] = []
    left: list[Fix] = []
    spans: list[Span] = []
    done: set[tuple[TextEdit, ...]] = set()
    for fix in fixes:
        if fix.edits in done:
            continue
        if any(_clash(edit.span, span) for edit in fix.edits for span in spans):
            left.append(fix)
            continue
        taken.append(fix)
        done.add(fix.edits)
        spans += [edit.span for edit in fix.edits]
    return taken, left


def _clash(one: Span, other: Span) -> bool:
    return (one.start < other.end and other.start < one.end) or one.start == other.start

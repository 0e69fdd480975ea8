"""Marks in a tree what a template may still add to it.

`Mapping.is_open` and `Sequence.is_open`: the collection may hold any further key or item. A value that lines of
the template are is an unknown one (see `masking.is_unknown`), not null.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null, walk
from netpol_lsp.yaml.templates.masking import MASK
from netpol_lsp.yaml.templates.reading import MaskedText, Opening
from netpol_lsp.yaml.templates.tokens import Token


@dataclass(frozen=True, slots=True)
class Misfit:
    """Lines that come in at a column where the document has no place for them.

    `columns` are those that would do; `key` is the key whose value they would be, if they were deeper. `is_doubled`:
    spaces before the action and `indent` both indent their first line.
    """

    opening: Opening
    columns: tuple[int, ...] = ()
    key: Entry | None = None
    is_doubled: bool = False


def mark_open(root: Node | None, masked: MaskedText, loops: Iterable[Span]) -> tuple[Misfit, ...]:
    """Mark the collections of a freshly parsed text that its openings and loops leave open.

    `loops` are bodies that come any number of times.
    """
    if root is None:
        return ()
    marker = _Marker(root, masked)
    misfits = [misfit for opening in masked.openings if (misfit := marker.open(opening)) is not None]
    for loop in loops:
        marker.repeat(loop)
    for node in walk(root):
        if isinstance(node, Mapping):
            node.is_open = node.is_open or any(_is_masked(entry.key) for entry in node.entries)
        elif isinstance(node, Sequence):
            node.is_open = node.is_open or any(_is_masked(item) for item in node.items)
    return tuple(misfits)


def fill_in(root: Node | None, words: Iterable[Token]) -> None:
    """Give the values that a template writes out as literals what they will be."""
    known = {token.start: token for token in words if token.output.literal is not None or token.output.is_string}
    if root is None or not known:
        return
    for node in walk(root):
        token = known.get(node.start) if isinstance(node, Scalar) and not node.style else None
        if token is not None and isinstance(node, Scalar) and node.end == token.end and node.value.strip(MASK) == "":
            if token.output.literal is not None:
                node.value = token.output.literal
            if token.output.is_string:
                node.style = '"'


def _is_masked(node: Node) -> bool:
    """Whether a template decides the whole of a key or item."""
    return isinstance(node, Scalar) and not node.style and node.value[:1] == MASK and not node.value.strip(MASK)


@dataclass(slots=True)
class _Level:
    """A collection around a place: its children's column, and the child in which the place lies (None before the first)."""

    node: Mapping | Sequence
    column: int
    child: int | None


class _Marker:
    """Finds places in one tree."""

    def __init__(self, root: Node, masked: MaskedText) -> None:
        self.root = root
        self.text = masked.text
        self.removed = masked.removed
        self._starts: dict[int, list[int]] = {}

    def starts(self, node: Mapping | Sequence) -> list[int]:
        """Where the children of a collection begin: their keys or dashes."""
        known = self._starts.get(id(node))
        if known is None:
            if isinstance(node, Mapping):
                known = [entry.key.start for entry in node.entries]
            else:
                known = [item.start if node.flow else self._dash(item.start) for item in node.items]
            self._starts[id(node)] = known
        return known

    def _dash(self, start: int) -> int:
        at = start - 1
        while at >= 0 and self.text[at] in " \t\r\n":
            at -= 1
        return at if at >= 0 and self.text[at] == "-" else start

    def column(self, offset: int) -> int:
        """The column of an offset, from 0, once nothing is left of what is removed."""
        start = 1 + max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset))
        gone = 0
        for at in range(bisect_left(self.removed, offset, key=lambda span: span.start) - 1, -1, -1):
            if self.removed[at].start < start:
                break
            gone += len(self.removed[at])
        return offset - start - gone

    def levels(self, offset: int) -> tuple[list[_Level], Node | None]:
        """The collections around a place from the root inwards, and the scalar that comes last before it."""
        found: list[_Level] = []
        node: Node = self.root
        while isinstance(node, Mapping | Sequence):
            if node.flow and not node.start < offset < node.end:
                return found, node
            starts = self.starts(node)
            child = bisect_left(starts, offset) - 1
            column = self.column(starts[0]) if starts else self.column(node.start)
            found.append(_Level(node, column, child if child >= 0 else None))
            if child < 0:
                return found, None
            node = node.entries[child].value if isinstance(node, Mapping) else node.items[child]
        return found, node

    def open(self, opening: Opening) -> Misfit | None:
        """Mark what an opening leaves open."""
        start = opening.span.start
        levels, last = self.levels(start)
        if isinstance(last, Scalar) and last.start < start < last.end:
            return None  # inside a text
        if not levels or (isinstance(last, Scalar) and last.style in ("|", ">") and self._is_in_block(opening, levels)):
            return None
        if opening.is_value:
            return self._open_value(opening, levels, last)
        is_missing = isinstance(last, Scalar) and (_is_masked(last) or (last.start == last.end and is_null(last)))
        if opening.column is None:
            return self._open_all(opening, levels, last if isinstance(last, Scalar) else None, is_missing=is_missing)
        inner = levels[-1]
        if inner.child is None and len(levels) > 1 and opening.column != inner.column:
            # Whatever is to come between a key and the first line below it has to line up with that line.
            self._mark(levels, opening, levels)
            return Misfit(opening, (inner.column,))
        fitting = [level for level in levels if level.column == opening.column]
        if is_missing and opening.column >= levels[-1].column:
            self._put_unknown(levels, opening)
            self._mark(fitting, opening, levels)
            # At the column of their key the lines can only be a list.
            entry = _entry(levels[-1]) if fitting and fitting[-1] is levels[-1] else None
            return Misfit(opening, (opening.column + 2,), entry) if entry is not None else None
        if fitting:
            self._mark(fitting, opening, levels)
            return None
        self._mark(levels, opening, levels)
        if is_missing:
            self._put_unknown(levels, opening)
        return Misfit(opening, tuple(level.column for level in levels))

    def _open_all(
        self, opening: Opening, levels: list[_Level], last: Scalar | None, *, is_missing: bool
    ) -> Misfit | None:
        """Mark all collections around lines whose column is not known."""
        self._mark(levels, opening, levels)
        token = opening.token
        if is_missing:
            self._put_unknown(levels, opening)
        elif last is not None and token is not None and token.trims_before:
            last.value += MASK  # what comes in may go on on its line
        is_doubled = token is not None and token.output.added is not None and not token.trims_before
        return Misfit(opening, is_doubled=True) if is_doubled else None

    def _open_value(self, opening: Opening, levels: list[_Level], last: Node | None) -> Misfit | None:
        """Mark the value of the key, or the item of the dash, on the opening's own line."""
        owner = next((number for number, level in enumerate(levels) if self._owns(level, opening)), None)
        if owner is None:
            self._mark(levels, opening, levels)
            return None
        if owner == len(levels) - 1:
            if isinstance(last, Scalar) and is_null(last):
                self._put_unknown(levels, opening)
            elif isinstance(last, Mapping | Sequence):
                last.is_open = True
            inner = levels[owner].column + 1
        else:
            value = levels[owner + 1]
            value.node.is_open = True
            inner = value.column
            self._reach(levels[: owner + 2], opening)
        if opening.column is None or opening.column == inner or owner == len(levels) - 1:
            return None
        return Misfit(opening, (inner,), _entry(levels[owner]))

    def _owns(self, level: _Level, opening: Opening) -> bool:
        if level.child is None:
            return False
        start = self.starts(level.node)[level.child]
        return self.column(start) == opening.owner and "\n" not in self.text[start : opening.span.start]

    def _is_in_block(self, opening: Opening, levels: list[_Level]) -> bool:
        """Whether the lines belong to a block of text that came last."""
        return opening.column is None or opening.column > levels[-1].column

    def _mark(self, opened: Iterable[_Level], opening: Opening, levels: list[_Level]) -> None:
        for level in opened:
            level.node.is_open = True
            self._reach(levels[: levels.index(level) + 1], opening)

    def _reach(self, levels: AbstractSequence[_Level], opening: Opening) -> None:
        """Let collections reach as far as the action, unless it is before them."""
        for level in levels:
            if level.node.start <= opening.span.start:
                level.node.end = max(level.node.end, opening.span.end)

    def _put_unknown(self, levels: list[_Level], opening: Opening) -> None:
        """Put an unknown value where none is written, or one that is known no better."""
        level = levels[-1]
        unknown = Scalar(opening.span.start, opening.span.end, MASK)
        assert level.child is not None
        if isinstance(level.node, Mapping):
            level.node.entries[level.child].value = unknown
        else:
            level.node.items[level.child] = unknown
            self._starts.pop(id(level.node), None)
        self._reach(levels, opening)

    def repeat(self, loop: Span) -> None:
        """Mark the list whose items a loop brings."""
        node: Node = self.root
        while isinstance(node, Mapping | Sequence):
            starts = self.starts(node)
            first = bisect_left(starts, loop.start)
            if first < len(starts) and starts[first] < loop.end:
                if isinstance(node, Sequence):
                    node.is_open = True
                return
            child = bisect_right(starts, loop.start) - 1
            if child < 0:
                return
            node = node.entries[child].value if isinstance(node, Mapping) else node.items[child]


def _entry(level: _Level) -> Entry | None:
    return level.node.entries[level.child] if isinstance(level.node, Mapping) and level.child is not None else None

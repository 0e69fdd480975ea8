"""Where each line of a text without indentation belongs: a search for the reading that fits a shape best.

A reading places every row in a mapping or list that is open at that point. What is odd about it adds to
its cost: a field that is not known, a required one that is missing, a label called like a field. The
cheapest reading wins; how much costlier the next one is tells how sure it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from netpol_lsp.text.budget import Budget
from netpol_lsp.yaml.line_scanner import Line
from netpol_lsp.yaml.recovery.indent_state import Frame, IndentHypothesis, PlacedLine, State
from netpol_lsp.yaml.recovery.logical_lines import LogicalLine, LogicalLineKind
from netpol_lsp.yaml.recovery.schema_shape import ANYTHING, FieldShape, ObjectShape

_BEAM = 12
# How much costlier than the best a reading may be at any point and still win in the end.
_WINDOW = 8.0
_STEP = 2
_LABEL_KEY = re.compile(r"(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\Z", re.ASCII)
_WORD = re.compile(r"[A-Za-z][\w./-]*\Z", re.ASCII)

UNKNOWN_FIELD, PROSE, ODD_VALUE, MISSING, NAMED_LIKE_FIELD, EMPTY, DEDENT = 5.0, 6.0, 3.0, 4.0, 3.0, 2.0, 0.5
ANOTHER_ITEM, NEARER = 1.5, 0.01
_STATE_WORK = 10
_MOST_WORK = 400_000
"""Collections carried along, with a few for each state: one or two seconds. A pasted policy takes thousands, a long one 200,000."""
SURE = 2.0
"""How much costlier the next reading must be for the best one to be taken for granted."""


def read(rows: Sequence[LogicalLine], shape: ObjectShape) -> IndentHypothesis | None:
    """The best reading of a text's rows, or None when there is none, or when looking for it would take too long."""
    states = [State()]
    # A page that loses its bullets loses all of them.
    is_bare = not any(row.line.dashes for row in rows)
    budget = Budget(_MOST_WORK, "the indentation is lost")
    for row in rows:
        if row.kind is LogicalLineKind.SEPARATOR:
            states = [_close(state, 0) for state in states]
            continue
        if row.kind is not LogicalLineKind.CONTENT:
            continue
        reached = _reached(states, row, shape, is_bare=is_bare)
        # Each open collection is a place to go on, and is carried along by each way to go on.
        if not budget.take(sum(_STATE_WORK + len(state.frames) for state in reached)):
            return None
        states = _prune(reached)
    ends = sorted((_close(state, 0) for state in states), key=lambda state: state.cost)
    if not ends or not ends[0].documents:
        return None
    best = ends[0]
    chosen = _chain(best)
    rival = next((end.cost for end in ends[1:] if _differs(chosen, _chain(end))), best.cost + 2 * SURE)
    return IndentHypothesis(
        rows=chosen,
        cost=best.cost,
        documents=best.documents,
        is_certain=rival - best.cost >= SURE and not best.odd,
        lost=tuple(placed for placed in chosen if placed.lost),
    )


def _reached(states: Sequence[State], row: LogicalLine, shape: ObjectShape, *, is_bare: bool) -> list[State]:
    """Every way to go on with a row that may still win. `states`: cheapest first."""
    # Any row can be read as prose: what costs so much more than that is pruned anyhow, and need not be made.
    limit = states[0].cost + _prose_cost(row.line) + _WINDOW
    found: list[State] = []
    for state in states:
        ways = [way for way in _place(state, row, shape, limit, is_bare=is_bare) if way.cost <= limit]
        if ways:
            found += ways
            limit = min(limit, min(map(_cost, ways)) + _WINDOW)
    return found


def _differs(one: tuple[PlacedLine, ...], other: tuple[PlacedLine, ...]) -> bool:
    return any(
        (left.column, left.is_prose, left.starts, left.dash) != (right.column, right.is_prose, right.starts, right.dash)
        for left, right in zip(one, other, strict=True)
    )


def _chain(state: State) -> tuple[PlacedLine, ...]:
    found: list[PlacedLine] = []
    link = state.placed
    while link is not None:
        before, placed = link
        if placed is not None:
            found.append(placed)
        link = before  # type: ignore[assignment]
    return tuple(reversed(found))


def _cost(state: State) -> float:
    return state.cost


def _prune(states: list[State]) -> list[State]:
    """The cheapest states, at most two of those that will go on alike."""
    states.sort(key=_cost)
    alike: dict[object, int] = {}
    kept: list[State] = []
    for state in states:
        key = (state.frames, state.documents)
        if alike.get(key, 0) < 2 and state.cost <= states[0].cost + _WINDOW:
            alike[key] = alike.get(key, 0) + 1
            kept.append(state)
            if len(kept) == _BEAM:
                break
    return kept


def _place(state: State, row: LogicalLine, shape: ObjectShape, limit: float, *, is_bare: bool) -> Iterator[State]:
    """The ways to go on with a row that cost at most `limit`. `is_bare`: dashes are lost, too."""
    line = row.line
    places = tuple(_places(state, limit))
    if line.dashes:
        yield from _place_items(places, row)
    elif line.key is not None:
        yield from _place_key(state, places, row, shape, limit)
    if is_bare and not line.dashes:
        yield from _place_bare_items(state, places, row)
    yield _as_prose(state, row)


def _places(state: State, limit: float) -> Iterator[State]:
    """The state, then without its innermost collection, and so on, as far as closing them costs at most `limit`."""
    cost = state.cost
    for level in range(len(state.frames), 0, -1):
        if level < len(state.frames):
            cost += _closing_cost(state.frames[level])
        if cost > limit:
            return
        yield State(state.frames[:level], cost, state.documents, state.placed, state.odd)


def _prose_cost(line: Line) -> float:
    if line.key is None and not line.dashes:
        return 3.0 if _WORD.match(line.body) else 0.5
    if not _LABEL_KEY.match(line.key or "") and not line.dashes:
        return 1.0
    return PROSE


def _as_prose(state: State, row: LogicalLine) -> State:
    column = state.frames[-1].column if state.frames else 0
    return _add(state, PlacedLine(row, column, is_prose=True), _prose_cost(row.line), odd=1)


def _place_key(
    state: State, places: Sequence[State], row: LogicalLine, shape: ObjectShape, limit: float
) -> Iterator[State]:
    line = row.line
    key = line.key or ""
    for place in places:
        frame = place.frames[-1]
        if frame.shape.form not in (FieldShape.MAPPING, FieldShape.ANY) or key in frame.seen:
            continue
        known = key in frame.shape.fields
        if not known and frame.shape.form is FieldShape.MAPPING and frame.shape.values is None:
            cost, child = UNKNOWN_FIELD, ANYTHING
        else:
            child = frame.shape.child(key)
            cost = 0.0 if known else _entry_cost(place.frames[:-1], frame, line)
        if place.cost + cost <= limit:
            yield _enter_key(place, row, child, cost)
    frames = state.frames
    heads = _heads(shape)
    if not frames or (key in heads and (key in frames[0].seen or not frames[0].seen.isdisjoint(_bodies(shape)))):
        if key not in shape.fields:
            return
        fresh = _close(state, 0)
        root = Frame("", shape, 0, line.indent, line.indent)
        fresh = State((root,), fresh.cost, fresh.documents + 1, fresh.placed, fresh.odd)
        cost = 0.0 if key in heads else 3.0
        yield _enter_key(fresh, row, shape.child(key), cost, starts=True)


@lru_cache(maxsize=8)
def _heads(shape: ObjectShape) -> frozenset[str]:
    """The keys that an object starts with: those that say what it is."""
    return frozenset(name for name in shape.required if shape.fields[name].form is FieldShape.SCALAR)


@lru_cache(maxsize=8)
def _bodies(shape: ObjectShape) -> frozenset[str]:
    """The keys that hold what an object does: after one of them another object may start."""
    return frozenset(shape.fields) - shape.required


def _entry_cost(outer: tuple[Frame, ...], frame: Frame, line: Line) -> float:
    """How odd a line is as an entry of labels, annotations, or of something unknown."""
    key = line.key or ""
    cost = 0.0
    if any(key in one.shape.fields and key not in one.seen for one in outer):
        cost += NAMED_LIKE_FIELD
    if frame.shape.form is FieldShape.ANY:
        return cost + 0.5
    if not _LABEL_KEY.match(key):
        cost += UNKNOWN_FIELD
    if (
        not line.value
        or line.value[0] in "[{"
        or (frame.name != "annotations" and line.value[0] not in "'\"" and " " in line.value)
    ):
        cost += ODD_VALUE
    return cost


def _enter_key(state: State, row: LogicalLine, child: ObjectShape, cost: float, *, starts: bool = False) -> State:
    """The state after a key in its innermost frame."""
    line = row.line
    frame = state.frames[-1]
    lost = not starts and frame.rows == 0 and bool(frame.name) and line.indent <= frame.parent_residual
    if not starts:
        cost += _indent_cost(frame, line)
    grown = frame.grown(line.indent, line.key or "")
    inner = _child_frame(line.key or "", child, frame.column, line.indent, line)
    cost += _value_cost(child, line)
    frames = (*state.frames[:-1], grown, *inner)
    placed = PlacedLine(row, frame.column, starts=starts, lost=lost, parent=frame.name)
    return _add(state, placed, cost, frames=frames)


def _indent_cost(frame: Frame, line: Line) -> float:
    """What the spaces that are left say against this place."""
    if frame.rows:
        # Behind a dash the first key is further right than what is left of the next ones.
        stands = (frame.residual, frame.parent_residual) if not frame.name else (frame.residual,)
        return 0.0 if line.indent in stands else DEDENT
    return DEDENT if line.indent < frame.parent_residual else 0.0


def _child_frame(name: str, shape: ObjectShape, column: int, residual: int, line: Line) -> tuple[Frame, ...]:
    """The collection that a key without a value opens."""
    if line.value and not re.fullmatch(r"[&!]\S*(?:\s+[&!]\S*)?", line.value):
        return ()
    if shape.form is FieldShape.SCALAR:
        return ()
    return (Frame(name, shape, column + _STEP, residual, residual),)


def _value_cost(shape: ObjectShape, line: Line) -> float:
    value = line.value
    if shape.form in (FieldShape.MAPPING, FieldShape.LIST):
        opens = "{" if shape.form is FieldShape.MAPPING else "["
        plain = value and value[0] not in ("*&!~") and not value.startswith(opens)
        return ODD_VALUE if plain and value not in ("null", "Null", "NULL") else 0.0
    if shape.form is FieldShape.SCALAR:
        return 1.0 if not value else ODD_VALUE if value[0] in "[{" else 0.0
    return 0.0


def _place_items(places: Sequence[State], row: LogicalLine) -> Iterator[State]:
    for place in places:
        frame = place.frames[-1]
        if frame.shape.form is FieldShape.LIST or (frame.shape.form is FieldShape.ANY and not frame.seen):
            yield _enter_item(place, row)


def _place_bare_items(state: State, places: Sequence[State], row: LogicalLine) -> Iterator[State]:
    """A row as the start of a list item whose dash is lost: a known key of the item, or a word where words are listed."""
    line = row.line
    for place in places:
        frame = place.frames[-1]
        item = frame.shape.item
        if frame.shape.form is not FieldShape.LIST or item is None:
            continue
        if line.key is None and item.form is FieldShape.SCALAR and " " not in line.body:
            placed = PlacedLine(row, frame.column, parent=frame.name, dash=True, lost=frame.rows == 0)
            yield _add(place, placed, 0.0, frames=(*place.frames[:-1], frame.grown(line.indent)))
        elif line.key is not None and line.key in item.fields:
            level = len(place.frames)
            open_item = state.frames[level] if len(state.frames) > level else None
            # What the item above can take belongs to it.
            cost = ANOTHER_ITEM if open_item is not None and line.key not in open_item.seen else 0.0
            yield _enter_bare_item(place, row, item, cost)


def _enter_bare_item(state: State, row: LogicalLine, item: ObjectShape, cost: float) -> State:
    frame, line = state.frames[-1], row.line
    key = line.key or ""
    child = item.child(key)
    column = frame.column + _STEP
    inner = Frame("", item, column, line.indent, line.indent, frozenset({key}), 1)
    frames = (
        *state.frames[:-1],
        frame.grown(line.indent),
        inner,
        *_child_frame(key, child, column, line.indent, line),
    )
    placed = PlacedLine(row, frame.column, parent=frame.name, dash=True, lost=frame.rows == 0)
    return _add(state, placed, cost + _value_cost(child, line), frames=frames)


def _enter_item(state: State, row: LogicalLine) -> State:
    line = row.line
    frame = state.frames[-1]
    shape = frame.shape.item or ANYTHING
    cost = _indent_cost(frame, line)
    if len(line.dashes) > 1:
        cost += UNKNOWN_FIELD
    grown = frame.grown(line.indent)
    frames: tuple[Frame, ...] = (*state.frames[:-1], grown)
    column = frame.column + line.body_start - line.dashes[0] if line.body else frame.column + _STEP
    residual = line.body_column if line.body else line.indent
    key = line.key
    if key is not None and not line.body.startswith(("{", "[")):
        if shape.form is FieldShape.SCALAR:
            cost += MISSING
        elif shape.form is FieldShape.MAPPING and key not in shape.fields:
            cost += UNKNOWN_FIELD
        child = shape.child(key) if shape.form is not FieldShape.SCALAR else ANYTHING
        cost += _value_cost(child, line)
        inner = Frame("", shape, column, residual, line.indent, frozenset({key}), 1)
        frames = (*frames, inner, *_child_frame(key, child, column, line.indent, line))
    elif not line.body:
        cost += 1.0
        frames = (*frames, Frame("", shape, column, residual, line.indent))
    elif shape.form is FieldShape.MAPPING and line.body[0] not in "{*&!~":
        cost += UNKNOWN_FIELD
    elif shape.form is FieldShape.SCALAR and line.body[0] in "[{":
        cost += ODD_VALUE
    return _add(state, PlacedLine(row, frame.column, parent=frame.name), cost, frames=frames)


def _close(state: State, level: int) -> State:
    """The state with only the outermost `level` frames left: what the closed ones lack costs."""
    if len(state.frames) == level:
        return state
    cost = state.cost + sum(map(_closing_cost, state.frames[level:]))
    return State(state.frames[:level], cost, state.documents, state.placed, state.odd)


def _closing_cost(frame: Frame) -> float:
    """What a collection that is closed lacks. Of two places that fit equally well, the nearer one is meant."""
    shape = frame.shape
    if shape.form is FieldShape.MAPPING:
        if frame.rows == 0 and frame.name:
            return NEARER + EMPTY
        return NEARER + MISSING * len(shape.required - frame.seen) + _usual_cost(frame)
    if shape.form is FieldShape.LIST and frame.rows == 0:
        return NEARER + 0.25
    return NEARER


def _usual_cost(frame: Frame) -> float:
    return sum(usual.weight for usual in frame.shape.usual if frame.seen.isdisjoint(usual.keys))


def _add(
    state: State, placed: PlacedLine, cost: float, *, frames: tuple[Frame, ...] | None = None, odd: int = 0
) -> State:
    odd += int(cost >= UNKNOWN_FIELD and not placed.is_prose)
    return State(
        state.frames if frames is None else frames,
        state.cost + cost,
        state.documents,
        (state.placed, placed),
        state.odd + odd,
    )

"""Repairs of list items: dashes too many, too few, or in the wrong place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line
from netpol_lsp.yaml.recovery.repairs.api import ErrorSite, Repair, insert

_MOST_ABOVE = 60


def dashes(scene: ErrorSite) -> Iterator[Repair]:
    """A list dash too many or too few, or one without its space."""
    for line in scene.near():
        if line.dashes:
            yield from _extra_dash(scene, line)
        elif re.match(r"-[^\s-]", line.body):
            yield Repair(
                (insert(line.body_start + 1, " "),),
                Span(line.body_start, line.body_start + 1),
                f"a space is missing after the dash of `{line.body[:30]}`",
                "Add the space after the dash",
                hint=f"write `- {line.body[1:30]}`",
                cost=0.2,
                is_plain=True,
            )
        elif re.match(r"--+[ \t]", line.body):
            yield Repair(
                (TextEdit(Span(line.body_start, line.body_start + line.body.rfind("-", 0, 4)), ""),),
                Span(line.body_start, line.body_start + 1),
                "a list item has one dash",
                "Remove the second dash",
                cost=0.3,
            )
        elif line.body:
            yield from _missing_dash(scene, line)


def _extra_dash(scene: ErrorSite, line: Line) -> Iterator[Repair]:
    """A dash among keys: what it is before moves to its place, or stays where it is."""
    start, behind = line.dashes[0], line.body_start
    what = line.key or line.body[:30]
    name = _holder(scene, line)
    place = f" among the keys of `{name}`" if name else " among these keys"
    removed = TextEdit(Span(start, behind), "")
    below = (one for one in _below(scene, line) if one.indent >= behind - line.start)
    with_block = (removed, *(_shift(one, start - behind) for one in below))
    blanked = (TextEdit(Span(start, behind), " " * (behind - start)),)
    for edits, cost in {with_block: 0.85, (removed,): 0.8, blanked: 0.9}.items():
        yield Repair(
            edits,
            Span(start, start + 1),
            f"`- {what}` starts a list item{place}",
            "Remove the dash",
            hint="remove the dash",
            cost=cost,
        )


def first_without_dash(scene: ErrorSite) -> Iterator[Repair]:
    """The first item of a list has no dash, and all its lines are where they would with one."""
    line = scene.line
    first = None
    for above in reversed(scene.lines[max(0, line.number - _MOST_ABOVE) : line.number] if line.dashes else []):
        if above.is_empty:
            continue
        if above.indent <= line.indent:
            break
        if above.indent <= line.body_column:
            first = above
    if first is not None and not first.dashes:
        yield _add_dash(first, line.indent, 1.3)


def deleted_dash(scene: ErrorSite) -> Iterator[Repair]:
    """A dash was taken away and its space was left: the line is one column before what goes on with it."""
    line = scene.line
    above = [one for one in scene.lines[max(0, line.number - _MOST_ABOVE) : line.number] if not one.is_empty]
    if not line.dashes and any(one.dashes and one.indent == line.indent - 1 for one in above):
        # A key that the item above lacks is rather one of its own, a space short.
        yield _add_dash(line, line.indent - 1, 0.85 if _is_in_item(above, line) else 1.2)
    for one in reversed(above):
        if one.indent < line.indent - 1:
            break
        if one.indent == line.indent - 1 and one.indent > 0 and not one.dashes:
            yield _add_dash(one, one.indent - 1, 0.85)


def _is_in_item(above: list[Line], line: Line) -> bool:
    """Whether the list item above a line has its key already, or the line is none of a mapping."""
    if line.key is None:
        return True
    for one in reversed(above):
        if one.indent < line.indent - 1:
            break
        if one.dashes and one.indent == line.indent - 1:
            return one.key is None or one.key == line.key
        if one.indent == line.indent + 1 and one.key == line.key:
            return True
    return False


def items_after_other_key(scene: ErrorSite) -> Iterator[Repair]:
    """Items of a list that come after another key of the same mapping: `- ipBlock` below `ports` where `to` is meant."""
    line = scene.line
    if not line.dashes:
        return
    between = _first_between(scene, line)
    if between is None:
        return
    holder = _holder_of_items(scene, line, between)
    if holder is None:
        return
    items = _items_from(scene, line)
    last = scene.lines[items]
    moved = Span(_with_comments(scene, line), last.end)
    passed = Span(_with_comments(scene, scene.lines[between]), moved.start)
    text = scene.text
    # The two blocks change places; the line break between them stays one.
    above = text[moved.start : moved.end] + scene.newline
    below = text[passed.start : passed.end].rstrip("\r\n")
    key = scene.lines[between].key
    yield Repair(
        (TextEdit(Span(passed.start, moved.end), above + below),),
        line.key_span,
        f"this item of `{holder.key}` comes after `{key}`: all items of a list must follow one another",
        f"Move it above `{key}`",
        hint=f"move it above `{key}`",
        cost=0.3,
        related=holder.key_span,
        note="it belongs to this list",
        swap=(Span(passed.start, passed.start + len(below)), moved),
    )


def _with_comments(scene: ErrorSite, line: Line) -> int:
    """Where a line starts, with the comments right above it."""
    start = line.start
    for one in reversed(scene.lines[: line.number]):
        if not one.is_empty or one.comment is None:
            break
        start = one.start
    return start


def _first_between(scene: ErrorSite, line: Line) -> int | None:
    """The first of the keys that are between a line and the list items in its column."""
    found = None
    for one in reversed(scene.lines[max(0, line.number - _MOST_ABOVE) : line.number]):
        if one.is_empty or one.indent > line.indent:
            continue
        if one.indent < line.indent or one.dashes:
            return found if one.dashes and one.indent == line.indent else None
        found = one.number
    return None


def _holder_of_items(scene: ErrorSite, line: Line, between: int) -> Line | None:
    """The key of the list whose items are in a line's column."""
    for one in reversed(scene.lines[max(0, between - _MOST_ABOVE) : between]):
        if one.is_empty or one.indent > line.indent or (one.indent == line.indent and one.dashes):
            continue
        return one if one.key is not None and not one.value and one.body_column == line.indent else None
    return None


def _items_from(scene: ErrorSite, line: Line) -> int:
    """The number of the last line of the items that start with `line`."""
    last = line.number
    for one in scene.lines[line.number :]:
        if one.is_empty:
            continue
        if one.indent < line.indent or (one.indent == line.indent and not one.dashes):
            break
        last = one.number
    return last


def _missing_dash(scene: ErrorSite, line: Line) -> Iterator[Repair]:
    columns = [line.indent, max(0, line.indent - 2)]
    columns += [one.indent for one in (scene.before(line.number), scene.after(line.number)) if one and one.dashes]
    for column in dict.fromkeys(columns):
        yield _add_dash(line, column, 1.1 if line is scene.line else 1.3)


def _add_dash(line: Line, column: int, cost: float) -> Repair:
    return Repair(
        (TextEdit(Span(line.start, line.body_start), " " * column + "- "),),
        line.key_span,
        f"`{line.key or line.body[:30]}` is in a list but has no dash before it",
        "Add the dash",
        hint="put `- ` before it",
        cost=cost,
    )


def _below(scene: ErrorSite, line: Line) -> list[Line]:
    last = scene.block_end(line)
    return [one for one in scene.lines[line.number + 1 : last + 1] if not one.is_empty]


def _shift(line: Line, delta: int) -> TextEdit:
    return TextEdit(Span(line.start, line.start + line.indent), " " * max(0, line.indent + delta))


def _holder(scene: ErrorSite, line: Line) -> str | None:
    """The key that the line is below."""
    for one in reversed(scene.lines[: line.number]):
        if not one.is_empty and one.key is not None and one.indent < line.indent:
            return one.key
    return None


def list_on_key_line(scene: ErrorSite) -> Iterator[Repair]:
    """`key: - item`."""
    line = scene.line
    if line.key is not None and re.match(r"-(?:\s|\Z)", line.value):
        start = line.key_span.end + 1
        yield Repair(
            (TextEdit(Span(start, line.value_start), scene.newline + " " * (line.body_column + 2)),),
            Span(line.value_start, line.value_start + 1),
            f"a list item cannot be on the line of its key `{line.key}`",
            "Put the item on the next line",
            hint="put it on the next line",
            cost=0.3,
        )

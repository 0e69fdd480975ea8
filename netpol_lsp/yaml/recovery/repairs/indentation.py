"""Repairs of where lines are: columns, tabs, text without a key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.recovery.logical_lines import is_block_head
from netpol_lsp.yaml.recovery.repairs.api import ErrorSite, Repair, insert

_LEADING = re.compile(r"[ \t]*(?:-[ \t]+)*")
_HALF_SEPARATOR = re.compile(r"--|-{4,}")
_LEFT_OUT = frozenset({"...", "…", "[...]", "[…]", "(...)", "<...>", "etc.", "<snip>", "[snip]"})
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |\Z)")


def tabs(scene: ErrorSite) -> Iterator[Repair]:
    """Tabs before a line's text, those of comments and empty lines as well: the parser stops at them, too."""
    heads = [(line, _LEADING.match(scene.text, line.start)) for line in scene.lines]
    tabbed = [(line, head.group()) for line, head in heads if head and "\t" in head.group()]
    if not tabbed:
        return
    first, head = tabbed[0]
    start = first.start + head.index("\t")
    end = start + len(head[head.index("\t") :]) - len(head[head.index("\t") :].lstrip("\t"))
    count = len(tabbed)
    message = "a tab cannot indent a line in YAML" + (f", nor can the ones on {count - 1} more" if count > 1 else "")
    for width in (2, 4, 8):
        for fill in (False, True):
            edits = tuple(
                TextEdit(Span(line.start, line.start + len(head)), expand(head, width, fill=fill))
                for line, head in tabbed
            )
            yield Repair(
                edits,
                Span(start, end),
                message,
                "Replace the tabs with spaces",
                hint="use spaces",
                cost=0.05 + width / 1000 + fill / 5000,
                is_plain=True,
                kind=ProblemKind.TAB,
            )


def expand(head: str, width: int, *, fill: bool) -> str:
    """Blanks for the tabs of a line's head: `width` each, or, with `fill`, up to the next multiple of it; one after a dash."""
    written = ""
    for char in head:
        if char != "\t":
            written += char
        elif written.endswith("-"):
            written += " "
        else:
            written += " " * (width - len(written) % width if fill else width)
    return written


def wrong_column(scene: ErrorSite) -> Iterator[Repair]:
    """A line, or one with all that is below it, that is a bit too far left or right."""
    for rank, line in enumerate(_suspects(scene)):
        for column in _columns(scene, line):
            if column == line.indent:
                continue
            block = scene.block_end(line)
            for last in {line.number, block}:
                moved = [one for one in scene.lines[line.number : last + 1] if not one.is_empty or one.comment]
                delta = column - line.indent
                if min(one.indent for one in moved) + delta < 0:
                    continue
                cost = 0.9 + 0.05 * rank + 0.02 * abs(delta) + 0.1 * (len(moved) > 1)
                # Words without a colon are more likely to lack it than to go on with the line above.
                is_text = line.key is None and not line.dashes
                yield _move(scene, line, moved, delta, cost + 2.0 * is_text)


def _suspects(scene: ErrorSite) -> list[Line]:
    """The error's line, the one before, the lines that it may belong below, and the first line below each of those."""
    found = [scene.line]
    above = scene.before(scene.number)
    found += [above] if above else []
    least = 10_000
    for line in reversed(scene.lines[max(0, scene.number - 60) : scene.number]):
        if not line.is_empty and line.indent < least:
            least = line.indent
            found.append(line)
            below = scene.after(line.number)
            found += [below] if below else []
    unique = {line.number: line for line in found if not line.is_empty}
    return list(unique.values())[:10]


def _columns(scene: ErrorSite, line: Line) -> list[int]:
    """The columns that other lines near it stand at, the nearest first; two further in than its parent's, too."""
    around = scene.lines[max(0, line.number - 25) : line.number + 8]
    columns = {one.indent for one in around if not one.is_empty}
    columns |= {one.body_column for one in around if one.dashes}
    above = scene.before(line.number)
    if above is not None:
        columns.add(above.body_column + 2)
    return sorted(columns, key=lambda column: abs(column - line.indent))[:7]


def _move(scene: ErrorSite, line: Line, moved: list[Line], delta: int, cost: float) -> Repair:
    column = line.indent + delta
    edits = tuple(TextEdit(Span(one.start, one.start + one.indent), " " * (one.indent + delta)) for one in moved)
    what = ("- " if line.dashes else "") + (line.key or line.body[:30])
    neighbour = _neighbour(scene, line, column)
    side = "far" if delta < 0 else "little"
    message = f"`{what}` is indented too {side}: by {_blanks(line.indent)} instead of {column}"
    above = scene.before(line.number)
    if delta < 0 and above and above.key and above.value and above.body_column < line.indent and not line.dashes:
        message = f"`{what}` is indented further than `{above.key}` above it, which has a value already"
    return Repair(
        edits,
        line.key_span if line.body else Span(line.start + line.indent, line.end),
        message,
        f"Indent `{what}` by {_blanks(column)}" if column else f"Remove the spaces before `{what}`",
        hint=f"indent it by {_blanks(column)}" if column else "it must start the line",
        cost=cost,
        related=None if neighbour is None else neighbour.key_span,
        note="it belongs beside this",
    )


def _blanks(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"


def _neighbour(scene: ErrorSite, line: Line, column: int) -> Line | None:
    """A line at that column near by, that `line` would be beside."""
    for one in reversed(scene.lines[: line.number]):
        if one.is_empty:
            continue
        if one.indent == column or (one.dashes and one.body_column == column):
            return one
        if one.indent < column:
            break
    following = scene.after(line.number)
    return following if following is not None and following.indent == column else None


def swapped(scene: ErrorSite) -> Iterator[Repair]:
    """A line that is between a key and the lines indented below it."""
    for line in scene.near():
        above = scene.before(line.number)
        if above is None or not above.key or above.value or above.dashes or line.dashes or line.indent != above.indent:
            continue
        what = line.key or line.body[:30]
        yield Repair(
            (
                TextEdit(Span(above.start, above.end), scene.text[line.start : line.end]),
                TextEdit(Span(line.start, line.end), scene.text[above.start : above.end]),
            ),
            line.key_span,
            f"`{what}` is between `{above.key}` and its fields",
            f"Move it above `{above.key}`",
            hint=f"move it above `{above.key}`",
            cost=1.3,
            related=above.key_span,
            note="its fields have to follow",
            swap=(Span(above.start, above.end), Span(line.start, line.end)),
        )


def block_text(scene: ErrorSite) -> Iterator[Repair]:
    """Text below `key: |` that is not indented."""
    for line in reversed(scene.lines[max(0, scene.number - 20) : scene.number]):
        if not is_block_head(line):
            continue
        following = [one for one in scene.lines[line.number + 1 :] if one.body or one.comment is not None]
        taken: list[Line] = []
        for one in following:
            if one.key in scene.fields and one.number > line.number + 1:
                break
            taken.append(one)
            edits = tuple(insert(part.start, " " * (line.body_column + 2)) for part in taken)
            if one.number >= scene.number - 1:
                yield Repair(
                    edits,
                    taken[0].key_span,
                    f"the text of `{line.key}` is not indented",
                    "Indent the text",
                    hint=f"indent it further than `{line.key}`",
                    cost=0.6 + 0.05 * len(taken),
                    related=line.key_span,
                    note="the block scalar starts here",
                )
            if len(taken) > 12:
                break


def half_separator(scene: ErrorSite) -> Iterator[Repair]:
    """`--` where `---` starts another document."""
    for line in scene.near():
        if line.indent == 0 and _HALF_SEPARATOR.fullmatch(line.body):
            yield Repair(
                (TextEdit(Span(line.start, line.body_end), "---"),),
                Span(line.start, line.body_end),
                f"`{line.body}` separates no documents: `---` does",
                "Write `---`",
                hint="write `---`",
                cost=0.3,
            )


def no_yaml(scene: ErrorSite) -> Iterator[Repair]:
    """A line that is no YAML at all: prose, a shell prompt, the mark of a merge conflict."""
    for line in scene.near():
        if _CONFLICT.match(line.body) and line.indent == 0:
            marks = [one for one in scene.lines if one.indent == 0 and _CONFLICT.match(one.body)]
            yield Repair(
                tuple(insert(one.start, "# ") for one in marks),
                Span(line.start, line.end),
                "a merge conflict is not resolved",
                "Make the marks comments",
                hint="keep one of both sides",
                cost=0.0,
            )
        elif line.body in _LEFT_OUT:
            yield Repair(
                (insert(line.start, "# "),),
                Span(line.body_start, line.body_end),
                f"`{line.body}` stands for something that was left out, and is not YAML",
                "Make the line a comment",
                hint="write what belongs here, or make it a comment",
                cost=0.2,
            )
        elif line.key is None or " " in line.body[: line.body.find(":")]:
            message = "this line is neither a key with its colon nor a list item"
            if line.dashes:
                message = f"`- {line.body[:30]}` is a list item without the key that its list belongs to"
            yield Repair(
                (insert(line.start, "# "),),
                Span(line.start + line.indent, line.body_end),
                message,
                "Make the line a comment",
                hint="delete it, or make it a comment",
                cost=2.2 if " " in line.body or line.dashes else 3.0,
            )


def first_line(scene: ErrorSite) -> Iterator[Repair]:
    """The first lines are further in than the rest."""
    filled = [line for line in scene.lines if not line.is_empty and not line.is_separator]
    if not filled or filled[0].indent == 0 or scene.number <= filled[0].number:
        return
    head = [line for line in filled if line.number < scene.number]
    width = filled[0].indent
    yield Repair(
        tuple(TextEdit(Span(line.start, line.start + min(width, line.indent)), "") for line in head),
        filled[0].key_span,
        "the first line is indented further than the rest",
        "Remove the spaces before it",
        hint="remove the spaces before it",
        cost=0.4,
    )

"""Repairs of flow collections: their brackets, and what is between their items."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line, read_flow
from netpol_lsp.yaml.recovery.repairs.api import ErrorSite, Repair, insert
from netpol_lsp.yaml.recovery.repairs.tokens import quote_value, remove_sign

_CLOSERS = {"[": "]", "{": "}"}
_OPENERS = {"]": "[", "}": "{"}
_MOST_LINES = 2000
_WORD_BEFORE = re.compile(r"""(?:[A-Za-z][\w./-]*|"[^"\n]*"|'[^'\n]*')\Z""", re.ASCII)


def brackets(scene: ErrorSite) -> Iterator[Repair]:
    """Brackets that are not closed, or that close nothing."""
    for line in scene.between()[:40]:
        flow = read_flow(line.value)
        start = line.value_start
        if flow.opened:
            opened = [start + offset for offset in flow.opened]
            quote = None if flow.quote is None else start + flow.quote
            yield _close(scene, opened, quote, line, 0.6, is_plain=len(line.value) > 1)
            last = scene.lines[scene.block_end(line)]
            if quote is None and last is not line:
                yield _close(scene, opened, None, last, 0.65)
            yield from _take_out(scene, line)
        elif flow.closed:
            at = start + flow.closed[-1]
            if flow.closed[0] > 0:
                for offset in {line.value_start, line.body_start}:
                    yield _open(scene, offset, at)
            yield remove_sign(line, at, 1.0)
        yield from _quote_and_comma(line)
    if "flow" in scene.message or "quoted" in scene.message:
        yield from _close_all(scene)


def _close(
    scene: ErrorSite, opened: list[int], quote: int | None, line: Line, cost: float, *, is_plain: bool = False
) -> Repair:
    """Close what is open at the end of a line: brackets, outermost first, and the quotes inside them."""
    closers = "".join(_CLOSERS[scene.text[offset]] for offset in reversed(opened))
    at = line.body_end
    if quote is not None:
        mark = scene.text[quote]
        return Repair(
            (insert(at, mark + closers),),
            Span(quote, quote + 1),
            "the quote that opens here is not closed",
            "Close the quote",
            hint=f"close it with {mark}",
            cost=cost - 0.2,
        )
    # `port:}` would be a word.
    blank = " " if scene.text[at - 1 : at] == ":" else ""
    return Repair(
        (insert(at, blank + closers),),
        Span(opened[0], opened[0] + 1),
        f"the bracket `{scene.text[opened[0]]}` is not closed",
        f"Close it with `{closers}`",
        hint=f"close it with `{closers}`",
        cost=cost,
        is_plain=is_plain,
    )


def _quote_and_comma(line: Line) -> Iterator[Repair]:
    """Before another item, what is quoted needs its comma, too."""
    quote = read_flow(line.body).quote
    if quote is not None:
        mark = line.body[quote]
        yield Repair(
            (insert(line.body_end, f"{mark},"),),
            Span(line.body_start + quote, line.body_start + quote + 1),
            "the quote that opens here is not closed",
            "Close the quote",
            hint=f"close it with {mark}",
            cost=0.5,
        )


def _take_out(scene: ErrorSite, line: Line) -> Iterator[Repair]:
    """Read on as though there were no bracket: what it is for is below it already."""
    below = scene.after(line.number)
    if line.value not in _CLOSERS or below is None:
        return
    if below.indent > line.indent or (below.dashes and below.indent == line.body_column):
        start = line.value_start
        yield Repair(
            (TextEdit(Span(start, start + 1), " "),),
            Span(start, start + 1),
            f"the bracket `{line.value}` is not closed",
            f"Remove `{line.value}`",
            hint=f"close it with `{_CLOSERS[line.value]}`, or remove it",
            cost=0.6,
        )


def _close_all(scene: ErrorSite) -> Iterator[Repair]:
    """Close at the error what is open there, on whichever lines it was opened."""
    opened: list[int] = []
    quote = None
    for line in scene.lines[max(0, scene.number - _MOST_LINES) : scene.number + 1]:
        if not opened and line.value[:1] not in ("[", "{"):
            continue
        start, text = (line.body_start, line.body) if opened else (line.value_start, line.value)
        flow = read_flow(text)
        opened = opened[: len(opened) - len(flow.closed)] if flow.closed else opened
        opened += [start + offset for offset in flow.opened]
        quote = None if flow.quote is None else start + flow.quote
    if opened:
        yield _close(scene, opened, quote, scene.line, 0.7)


def _open(scene: ErrorSite, offset: int, at: int) -> Repair:
    sign = scene.text[at]
    return Repair(
        (insert(offset, _OPENERS[sign]),),
        Span(at, at + 1),
        f"`{sign}` closes a bracket that was not opened",
        f"Open it with `{_OPENERS[sign]}`",
        hint=f"open it with `{_OPENERS[sign]}`, or remove it",
        cost=0.8,
    )


def between_items(scene: ErrorSite) -> Iterator[Repair]:
    """Commas that are missing between items in brackets, and colons between a key and its value."""
    if "flow" not in scene.message:
        return
    before = scene.text[: scene.at].rstrip()
    at = len(before)
    yield Repair(
        (insert(at, "," if scene.at > at else ", "),),
        Span(max(at - 1, 0), at),
        "a comma is missing before the next item",
        "Add the comma",
        hint="items in brackets are separated by commas",
        cost=0.9,
    )
    word = _WORD_BEFORE.search(before, max(0, at - 100))
    if word is not None and scene.text[scene.at] in "[{\"'":
        yield Repair(
            (insert(at, ":" if scene.at > at else ": "),),
            Span(word.start(), at),
            f"`{word.group()}` has no colon after it",
            "Add the colon",
            hint=f"write `{word.group()}: `",
            cost=0.8,
        )


def half_template(scene: ErrorSite) -> Iterator[Repair]:
    """A template action that is not closed."""
    for line in scene.between()[:40]:
        at = line.value.rfind("{{")
        if at >= 0 and "}}" not in line.value[at:]:
            start = line.value_start + at
            span = Span(start, start + 2)
            yield quote_value(line, "the template action that starts with `{{` is not closed", 0.2, span=span)

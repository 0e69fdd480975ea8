"""Repairs inside a line: colons, quotes and signs that do not belong there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line, closing_quote
from netpol_lsp.yaml.recovery.repairs.api import ErrorSite, Repair, insert

_GLUED = re.compile(r"(?P<key>[A-Za-z][\w./-]*):(?P<value>(?![\"']\Z)[^\s:/].*)\Z", re.ASCII)
_WORD = re.compile(r"(?:[A-Za-z][\w./-]*|\"[^\"]*\"|'[^']*')\Z", re.ASCII)
_TWO_WORDS = re.compile(r"(?P<key>[A-Za-z][\w./-]*)[ \t]+(?P<value>[^\s=#-].*)\Z", re.ASCII)
_SECOND_KEY = re.compile(r"[ \t,;]+(?P<key>[A-Za-z][\w./-]*):(?=\s|\Z)")
_ASSIGNED = re.compile(r"(?P<key>[A-Za-z][\w./-]*)(?P<sign>[ \t]*:?=[ \t]*)(?P<value>[^\s=].*)\Z", re.ASCII)
_ESCAPED_KEY = re.compile(r"\\n[ ]*(?:- )?[A-Za-z][\w./-]*:(?=[ ]|\\n|\Z)")
_FEWEST_ESCAPED = 3
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": ""}
_SLASHES = re.compile(r"(?:\A|(?<=\s))//+(?=[ \t]|\w)")
_STRAY = frozenset(",}]{[?&*!|>%@`:;\\=~^$+/")
# What YAML gives a meaning at the start of a value.
_MEANINGS = {
    "@": "a value cannot start with `@`",
    "`": "a value cannot start with a backquote",
    "%": "a value cannot start with `%`",
    "*": "`*` starts an alias, but no name follows it",
    "&": "`&` starts an anchor, but no name follows it",
    "!": "`!` starts a tag, but none follows it",
    "|": "`|` starts a block of text, which has to go on the next line",
    ">": "`>` starts a block of text, which has to go on the next line",
    "}": "`}` closes a bracket that was not opened",
    "]": "`]` closes a bracket that was not opened",
    ",": "a value cannot start with a comma",
}


def missing_colon(scene: ErrorSite) -> Iterator[Repair]:
    """`spec` or `kind NetworkPolicy` without the colon, `podSelector:{}` without the space after it."""
    for line in scene.near():
        if line.key is None and (glued := _GLUED.match(line.body)):
            at = line.body_start + glued.end("key") + 1
            key = glued["key"]
            yield Repair(
                (insert(at, " "),),
                Span(line.body_start, at),
                f"a space is missing after the colon of `{key}`",
                "Add the space after the colon",
                hint=f"write `{key}: {glued['value'][:30]}`",
                cost=0.2 if key in scene.fields else 1.2,
                is_plain=key in scene.fields,
            )
        if _WORD.match(line.body):
            key = line.body
            yield Repair(
                (insert(line.body_end, ":"),),
                Span(line.body_start, line.body_end),
                f"`{key}` has no colon after it",
                "Add the colon",
                hint=f"write `{key}:`",
                cost=0.3 if key in scene.fields else 0.4 if scene.may_become_field(key) else 1.6,
                is_plain=key in scene.fields,
            )
        elif (two := _TWO_WORDS.match(line.body)) and line.key is None:
            key = two["key"]
            yield Repair(
                (insert(line.body_start + two.end("key"), ":"),),
                Span(line.body_start, line.body_start + two.end("key")),
                f"`{key}` has no colon after it",
                "Add the colon",
                hint=f"write `{key}: {two['value'][:30]}`",
                cost=0.3 if key in scene.fields else 1.0 if " " not in two["value"] else 2.5,
                is_plain=key in scene.fields,
            )


def assigned(scene: ErrorSite) -> Iterator[Repair]:
    """`podSelector = {}`: an equals sign where the colon belongs."""
    for line in scene.near():
        found = _ASSIGNED.match(line.body) if line.key is None else None
        if found is None or found["key"] not in scene.fields:
            continue
        sign = Span(line.body_start + found.start("sign"), line.body_start + found.end("sign"))
        yield Repair(
            (TextEdit(sign, ": "),),
            sign,
            f"`{found['key']}` has `{found['sign'].strip()}` after it, not a colon",
            "Write a colon",
            hint=f"write `{found['key']}: {found['value'][:30]}`",
            cost=0.25,
            is_plain=True,
        )


def slashes(scene: ErrorSite) -> Iterator[Repair]:
    """`// a comment`, as in JSON with comments or Go."""
    for line in scene.near():
        found = _SLASHES.search(line.body)
        if found is None:
            continue
        sign = Span(line.body_start + found.start(), line.body_start + found.end())
        yield Repair(
            (TextEdit(sign, "#" if line.body[found.end()].isspace() else "# "),),
            sign,
            "`//` does not start a comment in YAML",
            "Write `#`",
            hint="write `#`",
            cost=0.1,
            is_plain=True,
        )


def escaped_line_breaks(scene: ErrorSite) -> Iterator[Repair]:
    """Many lines in one, as a program prints a string: a backslash and an `n` where the lines end."""
    for line in scene.near()[:1]:
        text = scene.text[line.body_start : line.end]
        first = _ESCAPED_KEY.search(text)
        if first is None or len(_ESCAPED_KEY.findall(text)) < _FEWEST_ESCAPED:
            continue
        plain = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text).replace("\n", scene.newline)
        yield Repair(
            (TextEdit(Span(line.body_start, line.end), plain),),
            Span(line.body_start + first.start(), line.body_start + first.start() + 2),
            "line breaks are written as `\\n` here, so that many lines are one",
            "Write the line breaks",
            hint="write each line on a line of its own",
            cost=0.1,
        )


def two_keys(scene: ErrorSite) -> Iterator[Repair]:
    """`a: b: c`: the value needs quotes, or the second key a line of its own."""
    for line in scene.near()[:2]:
        if line.key is None or not line.value:
            continue
        second = _SECOND_KEY.search(line.body, line.key_span.end - line.body_start + 1)
        if second is not None:
            start = line.body_start + second.start()
            key_start = line.body_start + second.start("key")
            newline = scene.newline + " " * line.body_column
            yield Repair(
                (TextEdit(Span(start, key_start), newline),),
                Span(key_start, line.body_start + second.end("key")),
                f"`{second['key']}` needs a line of its own",
                f"Put `{second['key']}` on a line of its own",
                hint="one key a line",
                cost=0.5 if second["key"] in scene.fields else 2.5,
            )
        if ": " in line.value or line.value.endswith(":") or " #" in line.value:
            yield quote_value(line, f"the value of `{line.key}` has a colon of its own", cost=1.2)


def quote_value(line: Line, message: str, cost: float = 1.0, *, span: Span | None = None) -> Repair:
    """Put the value of a line in quotes."""
    start = line.value_start
    value = line.value
    return Repair(
        (TextEdit(Span(start, start + len(value)), json.dumps(value, ensure_ascii=False)),),
        span or Span(start, start + len(value)),
        message,
        "Put the value in quotes",
        hint="put it in quotes",
        cost=cost,
    )


def bad_start(scene: ErrorSite) -> Iterator[Repair]:
    """A value or line that starts with a sign that means something to YAML, or nothing at all."""
    for line in scene.near()[:2]:
        value = line.value
        sign = value[:1]
        if sign in _MEANINGS and (line.key is not None or line.dashes):
            start = line.value_start
            yield quote_value(line, _MEANINGS[sign], 0.9, span=Span(start, start + 1))
            if line.key is not None:
                yield remove_sign(line, start, 1.3)
        body = line.body
        if body[:1] in _STRAY and len(body) > 1:
            # What follows the sign keeps its column where the sign took the place of a space.
            yield remove_sign(line, line.body_start, 0.8)
            yield remove_sign(line, line.body_start, 0.85, 1, " ")
            yield remove_sign(line, line.body_start, 0.85, len(body) - len(body[1:].lstrip()))
        if line.body_start < scene.at < line.end and scene.text[scene.at] in _STRAY - {":"}:
            yield remove_sign(line, scene.at, 1.4)
        if body and body[-1] in _STRAY - {":"}:
            yield remove_sign(line, line.body_end - 1, 1.2)


def remove_sign(line: Line, offset: int, cost: float, length: int = 1, by: str = "") -> Repair:
    """Take a sign out, or put something else in its place."""
    at = offset - line.body_start
    sign = line.body[at : at + 1]
    shown = "a backquote" if sign == "`" else f"`{sign}`"
    return Repair(
        (TextEdit(Span(offset, offset + length), by),),
        Span(offset, offset + 1),
        f"{shown} does not belong here",
        f"Remove {shown}",
        hint="remove it, or put the value in quotes",
        cost=cost,
    )


def quotes(scene: ErrorSite) -> Iterator[Repair]:
    """Quotes that are not closed, or closed too early, or one too many."""
    for line in scene.between()[:40]:
        value = line.value
        if value[:1] in ("'", '"'):
            yield from _value_quotes(scene, line, value)
        if line.body.count('"') % 2 or line.body.count("'") % 2:
            yield from _odd_quotes(line)


def _value_quotes(scene: ErrorSite, line: Line, value: str) -> Iterator[Repair]:
    start = line.value_start
    end = closing_quote(value, 0)
    if end is None:
        yield Repair(
            (insert(line.body_end, value[0]),),
            Span(start, start + 1),
            "the quote that opens here is not closed",
            "Close the quote",
            hint=f"close it at the end of the line with {value[0]}",
            cost=0.4,
            is_plain=" #" not in value,
        )
    elif value[end + 1 :].strip() and line.number in (scene.number, scene.context):
        rest = value[end + 1 :].strip()
        at = start + value.index(rest, end + 1)
        if value[0] == "'" and rest.endswith("'"):
            message, span = "an apostrophe inside single quotes ends them", Span(start + end, start + end + 1)
            inner = json.dumps(value[1:-1], ensure_ascii=False)
            edit = TextEdit(Span(start, start + len(value)), inner)
            yield Repair((edit,), span, message, "Use double quotes", hint="double it, or use double quotes", cost=0.6)
        else:
            message = f"`{rest[:30]}` comes after the closing quote"
            edit = TextEdit(Span(start + end + 1, line.body_end), "")
            yield Repair((edit,), Span(at, at + len(rest)), message, "Remove what follows the quote", cost=1.5)


def _odd_quotes(line: Line) -> Iterator[Repair]:
    for quote in "\"'":
        if line.body.count(quote) % 2 == 0:
            continue
        places = [line.body_start + number for number, sign in enumerate(line.body) if sign == quote]
        for place in places[:1] + places[1:][-1:]:
            at = place - line.body_start
            follows_blanks = not line.body[:at].strip()
            extra = len(line.body[at + 1 :]) - len(line.body[at + 1 :].lstrip()) if follows_blanks else 0
            shown = "double quote" if quote == '"' else "single quote"
            yield Repair(
                (TextEdit(Span(place, place + 1 + extra), " " * extra),),
                Span(place, place + 1),
                f"this {shown} opens or closes nothing",
                "Remove the quote",
                hint="remove it, or add the one that belongs to it",
                cost=0.7,
            )
            if extra:
                yield Repair(
                    (TextEdit(Span(place, place + 1), " "),),
                    Span(place, place + 1),
                    f"this {shown} opens or closes nothing",
                    "Remove the quote",
                    cost=0.75,
                )


def escapes(scene: ErrorSite) -> Iterator[Repair]:
    """A backslash in double quotes that starts no escape sequence."""
    if "escape" not in scene.message:
        return
    at = scene.text.rfind("\\", 0, scene.at + 1)
    if at >= 0:
        shown = scene.text[at : at + 2]
        yield Repair(
            (insert(at, "\\"),),
            Span(at, at + 2),
            f"`{shown}` means nothing in double quotes",
            "Double the backslash",
            hint="double the backslash, or use single quotes",
            cost=0.3,
        )

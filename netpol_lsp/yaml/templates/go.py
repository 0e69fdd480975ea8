"""Go templates (Helm, gomplate): the actions of a text, in order.

Follows text/template/parse/lex.go: strings and raw strings may hold the closing delimiter, a comment fills its
action, trim markers stand beside a space. An action that never ends is cut at its line's end, so that the rest
of a incomplete file is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from netpol_lsp.yaml.templates.conditions import ALWAYS
from netpol_lsp.yaml.templates.go_expressions import condition_of, output_of, without_declaration
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_KEYWORD = re.compile(r"[a-z]+(?![\w.])")
_ASSIGNMENT = re.compile(r"\$\w*\s*(?:,\s*\$\w*\s*)?:?=(?!=)")
_NAME = re.compile(r"\s*(?:\"([^\"\\\n]*)\"|`([^`]*)`)")
_COMMENT = re.compile(r"\s*/\*")
_SHORT = 200
_LINE_END = re.compile(r"[\n\r]|\Z")


def lex(text: str, opening: str = "{{", closing: str = "}}") -> Iterator[Token]:
    """The tokens of a text, in order."""
    inside = _inside(opening, closing)
    at = text.find(opening)
    comment_end = 0
    while at >= 0:
        body = at + len(opening)
        trims_before = text[body : body + 1] == "-" and text[body + 1 : body + 2].isspace()
        if trims_before:
            body += 1
        comment = _COMMENT.match(text, body)
        if comment and comment_end >= 0:
            comment_end = text.find("*/", comment.end())
            found = re.compile(rf"\s*-?{re.escape(closing)}").match(text, comment_end + 2) if comment_end >= 0 else None
            if found:
                trims = found.group().lstrip().startswith("-")
                yield Token(TokenKind.NOTHING, at, found.end(), trims_before=trims_before, trims_after=trims)
                at = text.find(opening, found.end())
                continue
        found = inside.match(text, body)
        assert found is not None
        end = found.end()
        is_closed = text.startswith(closing, end)
        if not is_closed:
            line_end = _LINE_END.search(text, at)
            assert line_end is not None
            yield Token(TokenKind.OUTPUT, at, max(body, line_end.start()))
            at = text.find(opening, max(body, line_end.start()))
            continue
        trims_after = text[end - 1] == "-" and end - 1 > body and text[end - 2].isspace()
        source = text[body : end - 1 if trims_after else end].strip()
        end += len(closing)
        meaning = _meaning(source) if len(source) <= _SHORT else _meaning_of(source)
        yield meaning.placed(at, end, trims_before=trims_before, trims_after=trims_after)
        at = text.find(opening, end)


@lru_cache(maxsize=8)
def _inside(opening: str, closing: str) -> re.Pattern[str]:
    """What is in an action: strings whole, and nothing that opens or closes another one."""
    first, last = re.escape(opening), re.escape(closing)
    return re.compile(rf"""(?:"(?:[^"\\\n]|\\.)*+"|`[^`]*+`|'(?:[^'\\\n]|\\.)*+'|(?!{last}|{first}).)*+""", re.DOTALL)


def _meaning_of(source: str) -> Token:
    """The token of what is in an action, wherever that is."""
    found = _KEYWORD.match(source)
    word = found.group() if found else ""
    rest = source[found.end() :].strip() if found else source
    nothing = Token(TokenKind.NOTHING, 0, 0)
    token = _control(word, rest, nothing)
    if token is None and source and not _ASSIGNMENT.match(source):
        return replace(nothing, kind=TokenKind.OUTPUT, output=output_of(source))
    return token or nothing


_meaning = lru_cache(maxsize=512)(_meaning_of)
"""The same for short ones: templates ask the same again and again."""


def _control(word: str, rest: str, nothing: Token) -> Token | None:
    """The token of a keyword; None for other words."""
    match word:
        case "if":
            return replace(nothing, kind=TokenKind.OPEN, condition=condition_of(rest))
        case "with" | "block":
            condition = condition_of(rest) if word == "with" else ALWAYS
            return replace(nothing, kind=TokenKind.OPEN, condition=condition, is_scope=True)
        case "range":
            # What it runs over is true when there is something in it; so `with` and `if` of the same go with it.
            pipeline = without_declaration(rest)
            condition = ALWAYS if pipeline.startswith("list ") else condition_of(pipeline)
            return replace(nothing, kind=TokenKind.OPEN, condition=condition, is_scope=True, is_loop=True)
        case "else":
            return _otherwise(rest, nothing)
        case "end":
            return replace(nothing, kind=TokenKind.CLOSE)
        case "define":
            return replace(nothing, kind=TokenKind.DEFINE, name=_name(rest))
    return nothing if word in ("break", "continue") else None


def _otherwise(rest: str, nothing: Token) -> Token:
    inner = _KEYWORD.match(rest)
    if inner is None or inner.group() not in ("if", "with"):
        return replace(nothing, kind=TokenKind.MIDDLE, condition=ALWAYS, is_else=True)
    condition = condition_of(rest[inner.end() :].strip())
    return replace(nothing, kind=TokenKind.MIDDLE, condition=condition, is_scope=inner.group() == "with")


def _name(text: str) -> str:
    found = _NAME.match(text)
    return (found.group(1) or found.group(2) or "") if found else ""


def reassigned(text: str) -> frozenset[str]:
    """The variables whose value changes on the way (`$x = …`): what they say is not the same everywhere."""
    return frozenset(re.findall(r"(\$\w+)\s*=(?!=)", text))

"""Jinja (Ansible, Salt, Twig): the actions of a text, in order.

Follows jinja2/lexer.py: strings may hold closing delimiters, `-` beside a delimiter takes spaces away, and what
is between `raw` and `endraw` is literal text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from netpol_lsp.yaml.templates.conditions import ALWAYS
from netpol_lsp.yaml.templates.infix_conditions import condition_of
from netpol_lsp.yaml.templates.tokens import ANYTHING, Output, Token, TokenKind

_STRINGS = r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'"
_ACTION = re.compile(
    rf"""
    \{{\#-?(?P<comment>.*?)-?\#\}}
    | \{{%[-+]?(?P<statement>(?:{_STRINGS}|(?!%\}}|\{{%).)*+)%\}}
    | \{{\{{-?(?P<output>(?:{_STRINGS}|(?!\}}\}}|\{{\{{).)*+)\}}\}}
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"\s*(\w+)\s*")
_RAW_END = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_INDENT = re.compile(r"\|\s*indent\s*\(\s*(?:width\s*=\s*)?(\d+)\s*(?:,\s*(?P<more>[^)]*))?\)\s*\Z")
_LITERAL = re.compile(r"\s*(?:\"([^\"\\\n]*)\"|'([^'\\\n]*)'|(-?\d+))\s*\Z")
_FOR = re.compile(r".*?\bin\b(?P<items>.*?)(?:\bif\b.*)?\Z", re.DOTALL)
_SET = re.compile(r"[^=!<>]*=(?!=)")
# Statements with a body that stays where it is.
_IN_PLACE = frozenset({"block", "call", "filter", "autoescape", "trans", "with", "embed", "apply"})


def lex(text: str) -> Iterator[Token]:
    """The tokens of a text, in order."""
    at = 0
    while (found := _next(text, at)) is not None:
        at = found.end()
        start, end = found.span()
        before = text[start + 2 : start + 3] == "-"
        after = text[end - 3 : end - 2] == "-"
        if found["statement"] is None:
            if found["comment"] is not None:
                yield Token(TokenKind.NOTHING, start, end, trims_before=before, trims_after=after)
            else:
                yield Token(
                    TokenKind.OUTPUT,
                    start,
                    end,
                    output=_output(found["output"].removesuffix("-")),
                    trims_before=before,
                    trims_after=after,
                )
            continue
        word, rest = _split(found["statement"].removesuffix("-").removesuffix("+"))
        if word == "raw":
            raw_end = _RAW_END.search(text, end)
            yield Token(TokenKind.NOTHING, start, end)
            if raw_end is not None:
                yield Token(TokenKind.NOTHING, *raw_end.span())
                at = raw_end.end()
            continue
        yield _statement(word, rest, Token(TokenKind.NOTHING, start, end, trims_before=before, trims_after=after))


def _next(text: str, at: int) -> re.Match[str] | None:
    """The next action that is closed: one that is not is text, up to the next opening."""
    while True:
        starts = [start for opening in ("{{", "{%", "{#") if (start := text.find(opening, at)) >= 0]
        if not starts:
            return None
        found = _ACTION.match(text, min(starts))
        if found is not None:
            return found
        at = min(starts) + 2


def _split(statement: str) -> tuple[str, str]:
    found = _WORD.match(statement)
    return (found.group(1), statement[found.end() :].strip()) if found else ("", statement.strip())


def _statement(word: str, rest: str, token: Token) -> Token:
    """The token of a statement; `token` is one without meaning."""
    match word:
        case "if":
            return replace(token, kind=TokenKind.OPEN, condition=condition_of(rest))
        case "for":
            items = _FOR.match(rest)
            condition = condition_of(items["items"] if items else rest)
            return replace(token, kind=TokenKind.OPEN, condition=condition, is_loop=True, is_scope=True)
        case "elif" | "elseif":
            return replace(token, kind=TokenKind.MIDDLE, condition=condition_of(rest))
        case "else":
            return replace(token, kind=TokenKind.MIDDLE, condition=ALWAYS, is_else=True)
        case "include":
            return replace(token, kind=TokenKind.OUTPUT)
    if word == "macro" or (word == "set" and not _SET.match(rest)):
        return replace(token, kind=TokenKind.DEFINE, name=rest.partition("(")[0].strip())
    if word in _IN_PLACE:
        return replace(token, kind=TokenKind.OPEN, condition=ALWAYS, is_scope=True)
    return replace(token, kind=TokenKind.CLOSE) if word.startswith("end") else token


def _output(source: str) -> Output:
    literal = _LITERAL.match(source)
    if literal is not None:
        return Output(literal=next(group for group in literal.groups() if group is not None))
    indented = _INDENT.search(source)
    if indented is not None and indented["more"] and re.search(r"true", indented["more"], re.IGNORECASE):
        return Output(added=int(indented.group(1)))
    return ANYTHING

"""Mustache and Handlebars: the actions of a text, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.yaml.templates.conditions import ALWAYS, atom, negation
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_ACTION = re.compile(r"\{\{\{(?P<raw>[^{}]*+)\}\}\}|\{\{!--.*?--\}\}|\{\{~?(?P<inner>[^{}]*+)~?\}\}", re.DOTALL)
_SECTION = re.compile(r"\s*(?P<sign>[#^/!>&=]|else\b)?\s*(?P<rest>.*?)~?\s*\Z", re.DOTALL)
_HELPER = re.compile(r"(?P<helper>if|unless|each|with)\s+(?P<what>.+)\Z", re.DOTALL)


def lex(text: str) -> Iterator[Token]:
    """The tokens of a text, in order."""
    for found in _ACTION.finditer(text):
        inner = found["inner"]
        if inner is None:
            yield Token(TokenKind.OUTPUT if found["raw"] is not None else TokenKind.NOTHING, *found.span())
            continue
        section = _SECTION.match(inner)
        assert section is not None
        yield _token(section["sign"] or "", section["rest"], *found.span())


def _token(sign: str, rest: str, start: int, end: int) -> Token:
    helper = _HELPER.match(rest)
    name = helper["what"] if helper else rest
    condition = atom(name)
    match sign:
        case "#":
            is_loop = helper is None or helper["helper"] == "each"
            if helper is not None and helper["helper"] == "unless":
                condition = negation(condition)
            return Token(TokenKind.OPEN, start, end, condition=condition, is_loop=is_loop)
        case "^" if rest:
            return Token(TokenKind.OPEN, start, end, condition=negation(condition))
        case "^":
            return Token(TokenKind.MIDDLE, start, end, condition=ALWAYS, is_else=True)
        case "else" if helper is not None:
            return Token(TokenKind.MIDDLE, start, end, condition=condition)
        case "else":
            return Token(TokenKind.MIDDLE, start, end, condition=ALWAYS, is_else=True)
        case "/":
            return Token(TokenKind.CLOSE, start, end)
        case "!" | "=":
            return Token(TokenKind.NOTHING, start, end)
    return Token(TokenKind.OUTPUT, start, end)

"""Blocks of a Go template that are never closed, and ends that close nothing: nothing comes of such a template.

Follows text/template/parse: `if`, `with`, `range`, `block` and `define` need an `end`, and `else` and `end` need one of
these before them. Whatever the values are, the template is refused before anything is rendered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.templates.languages import Language, lex
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_WORD = re.compile(r"\{\{-?\s*([a-z]+)")
# With a name, or with something to ask: `{{ block }}` and `{{ if }}` may be anything in other languages.
_OPENING = re.compile(r"\{\{-?\s*(?:(?:if|with|range)\s*[\s(]\s*[^\s}-]|(?:block|define)\s*[\"`])")


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """An action at `span` without its counterpart: `word` is its keyword; `is_open`: its `end` is missing."""

    span: Span
    word: str
    is_open: bool


def find_unbalanced(text: str, language: Language | None) -> Unbalanced | None:
    """The first action of a whole file that has no counterpart; None when each has, or where that is not certain.

    It is certain of Go templates only: in other languages a word that is not known here may begin a block.
    """
    if language is not Language.GO:
        return None
    tokens = list(lex(text, language)[0])
    levels: list[tuple[Token, bool]] = []
    for token in tokens:
        if token.kind in (TokenKind.OPEN, TokenKind.DEFINE):
            levels.append((token, False))
        elif token.kind is TokenKind.MIDDLE:
            if not levels or levels[-1][1] or levels[-1][0].kind is TokenKind.DEFINE:
                return _stray(text, token)
            levels[-1] = (levels[-1][0], token.is_else)
        elif token.kind is TokenKind.CLOSE:
            if not levels:
                return _stray(text, token)
            levels.pop()
    clear = (token for token, _ in levels if _is_clear(text, token))
    return next((Unbalanced(Span(one.start, one.end), _word(text, one), is_open=True) for one in clear), None)


def _is_clear(text: str, token: Token) -> bool:
    """Whether an action opens a block and nothing else; a text that is no template may quote one in a comment."""
    is_commented = "#" in text[text.rfind("\n", 0, token.start) + 1 : token.start]
    return not is_commented and _OPENING.match(text, token.start) is not None


def _stray(text: str, token: Token) -> Unbalanced | None:
    """An `end` or `else`: alone on its line, where it can be no value."""
    line_end = text.find("\n", token.end)
    after = text[token.end : line_end if line_end >= 0 else len(text)]
    before = text[text.rfind("\n", 0, token.start) + 1 : token.start]
    if before.strip() or after.strip():
        return None
    return Unbalanced(Span(token.start, token.end), _word(text, token), is_open=False)


def _word(text: str, token: Token) -> str:
    found = _WORD.match(text, token.start)
    return found.group(1) if found else ""

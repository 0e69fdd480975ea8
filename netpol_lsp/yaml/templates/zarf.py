"""Zarf's variables, constants and the values of its own, `###ZARF_VAR_NAME###`: the actions of a text, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_VALUE = re.compile(r"###ZARF_\w+?###")


def lex(text: str) -> Iterator[Token]:
    """The values of a text, in order."""
    for found in _VALUE.finditer(text):
        yield Token(TokenKind.OUTPUT, *found.span())

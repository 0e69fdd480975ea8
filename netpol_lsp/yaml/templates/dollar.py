"""`${…}`: envsubst and Flux, and templatefile() of Terraform with its `%{ … }`: the actions of a text, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.yaml.templates.conditions import ALWAYS
from netpol_lsp.yaml.templates.infix_conditions import condition_of
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_VARIABLE = re.compile(r"(?<!\$)\$\{[^{}\n]*+\}")
_TERRAFORM = re.compile(
    r"(?<![$%])(?P<sign>[$%])\{(?P<inner>(?:\"(?:[^\"\\\n]|\\.|\$\{[^}]*\})*+\"|\{[^{}]*+\}|[^{}\"])*+)\}"
)
_DIRECTIVE = re.compile(r"\s*(?P<word>if|else|endif|for|endfor)\b(?P<rest>.*)\Z", re.DOTALL)
_FOR = re.compile(r".*?\bin\b(?P<items>.*)\Z", re.DOTALL)


def lex_shell(text: str) -> Iterator[Token]:
    """The variables of a text, in order."""
    for found in _VARIABLE.finditer(text):
        yield Token(TokenKind.OUTPUT, *found.span())


def lex_terraform(text: str) -> Iterator[Token]:
    """The interpolations and directives of a text, in order."""
    for found in _TERRAFORM.finditer(text):
        start, end = found.span()
        inner = found["inner"]
        before, after = inner.startswith("~"), inner.endswith("~")
        directive = _DIRECTIVE.match(inner.strip("~")) if found["sign"] == "%" else None
        kind, condition, is_loop, is_else = TokenKind.OUTPUT, ALWAYS, False, False
        if found["sign"] == "%":
            kind = TokenKind.NOTHING
        if directive is not None:
            word, rest = directive["word"], directive["rest"]
            is_loop, is_else = word == "for", word == "else"
            kind = {"if": TokenKind.OPEN, "for": TokenKind.OPEN, "else": TokenKind.MIDDLE}.get(word, TokenKind.CLOSE)
            if word == "if":
                condition = condition_of(rest)
            elif is_loop:
                items = _FOR.match(rest)
                condition = condition_of(items["items"] if items else rest)
        yield Token(
            kind, start, end, condition, is_loop, is_loop, trims_before=before, trims_after=after, is_else=is_else
        )

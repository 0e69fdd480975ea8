"""Where the documents of a template begin: with the conditions before their `---` lines."""

from __future__ import annotations

import re

from netpol_lsp.yaml.templates.languages import Language, lex
from netpol_lsp.yaml.templates.tokens import TokenKind

_COMMENT_LINES = re.compile(r"^[ \t]*#[^\n\r]*", re.MULTILINE)


def inner_separators(text: str, language: Language) -> frozenset[int]:
    """Where lines that look like `---` are a part of an action."""
    tokens, _ = lex(text, language)
    found = set()
    for token in tokens:
        at = text.find("---", token.start, token.end)
        while at >= 0:
            found.add(at)
            at = text.find("---", at + 1, token.end)
    return frozenset(found)


def next_head(text: str, language: Language) -> int:
    """Where, at the end of one document, the next one begins: at a condition or loop that is open at the end.

    Nothing but actions that put nothing in, comments and spaces may follow. 0: all of the text belongs to the next
    document; its length: nothing does.
    """
    if language in (Language.YTT, Language.SHELL):
        return len(text)
    tokens = list(lex(text, language)[0])
    opened: list[int] = []
    found = len(text)
    end = len(text)
    for token in reversed(tokens):
        if not _is_empty(text[token.end : end]) or token.kind in (TokenKind.OUTPUT, TokenKind.DEFINE):
            return found
        end = token.start
        if token.kind is TokenKind.CLOSE:
            opened.append(token.start)
        elif token.kind is TokenKind.OPEN:
            if not opened:
                found = text.rfind("\n", 0, token.start) + 1 or token.start
            else:
                opened.pop()
    return 0 if tokens and found < len(text) and _is_empty(text[:end]) else found


def _is_empty(text: str) -> bool:
    return not _COMMENT_LINES.sub("", text).strip("- \t\r\n")

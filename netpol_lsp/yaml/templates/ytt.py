"""ytt: its directives are comments of YAML that begin with `#@`.

`#@ if/for/def …:` and `#@ end` stand on lines of their own; `key: #@ expression` gives a value; `(@= … @)` puts
text into strings. Documents that overlays change others with are as open as templates can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.yaml.templates.conditions import ALWAYS
from netpol_lsp.yaml.templates.infix_conditions import condition_of
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)#@(?P<line>[^\n\r]*)|(?<=[:-])[ \t]+(?P<value>#@[ \t][^\n\r]*)|\(@[-=]?(?P<text>.*?)@\)",
    re.MULTILINE | re.DOTALL,
)
_WORD = re.compile(r"[ \t]+(?P<word>if/end|for/end|if|elif|else|for|while|def|end)\b[ \t]*:?(?P<rest>.*)")
_FOR = re.compile(r".*?\bin\b(?P<items>.*)")
_NEXT_CONTENT = re.compile(r"^(?P<indent>[ \t]*)(?!#@?)(?P<dash>-[ \t])?[^\s]", re.MULTILINE)


def lex(text: str) -> Iterator[Token]:
    """The tokens of a text, in order."""
    ends: list[int] = []
    for found in _DIRECTIVE.finditer(text):
        start, end = found.span()
        while ends and ends[-1] <= start:
            closed = ends.pop()
            yield Token(TokenKind.CLOSE, closed, closed)
        if found["line"] is None:
            start = found.start("value") if found["value"] is not None else start
            yield Token(TokenKind.OUTPUT, start, end)
            continue
        start = found.end("indent")
        word = _WORD.match(found["line"])
        if word is None:
            yield Token(TokenKind.NOTHING, start, end)
            continue
        yield _token(word["word"], word["rest"], start, end)
        if word["word"].endswith("/end"):
            ends.append(_end_of_node(text, end))
    yield from (Token(TokenKind.CLOSE, closed, closed) for closed in reversed(ends))


def _token(word: str, rest: str, start: int, end: int) -> Token:
    match word.removesuffix("/end") if word != "end" else word:
        case "if":
            return Token(TokenKind.OPEN, start, end, condition=condition_of(rest))
        case "for" | "while":
            items = _FOR.match(rest)
            condition = condition_of(items["items"] if items else rest)
            return Token(TokenKind.OPEN, start, end, condition=condition, is_loop=True, is_scope=True)
        case "elif":
            return Token(TokenKind.MIDDLE, start, end, condition=condition_of(rest))
        case "else":
            return Token(TokenKind.MIDDLE, start, end, condition=ALWAYS, is_else=True)
        case "def":
            return Token(TokenKind.DEFINE, start, end, name=rest.partition("(")[0].strip())
    return Token(TokenKind.CLOSE, start, end)


def _end_of_node(text: str, at: int) -> int:
    """Where the node ends that begins on the next line with content: `#@ if/end` asks for one node only."""
    first = _NEXT_CONTENT.search(text, at)
    if first is None:
        return len(text)
    own = len(first["indent"])
    for found in _NEXT_CONTENT.finditer(text, first.end()):
        if len(found["indent"]) <= own:
            return found.start()
    return len(text)

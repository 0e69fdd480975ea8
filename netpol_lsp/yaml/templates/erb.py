"""ERB and EJS: the actions of a text, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.yaml.templates.conditions import ALWAYS, Condition, atom, negation
from netpol_lsp.yaml.templates.infix_conditions import condition_of
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

_ACTION = re.compile(r"<%(?P<sign>[%#=_-]?)(?P<inner>(?:(?!%>|<%).)*+)%>", re.DOTALL)
_RUBY = re.compile(r"(?P<word>if|unless|elsif|else|case|when|end|while|until|for)\b(?P<rest>.*)\Z", re.DOTALL)
_RUBY_BLOCK = re.compile(r"\bdo(?:\s*\|[^|]*\|)?\s*\Z")
_SCRIPT = re.compile(
    r"(?P<closes>\}\s*)?(?:\)\s*;?\s*)?(?P<word>else\s+if|if|else|for|while)?\s*(?P<rest>.*?)(?P<opens>\{)?\s*\Z",
    re.DOTALL,
)
_ASSIGNMENT = re.compile(r"(?:(?:const|let|var)\s+)?[@\w.\[\]'\"]+\s*(?:\|\||[-+])?=(?!=)")


def lex(text: str) -> Iterator[Token]:
    """The tokens of a text, in order."""
    for found in _ACTION.finditer(text):
        sign, inner = found["sign"], found["inner"].rstrip("-_").strip()
        if sign in ("%", "#"):
            yield Token(TokenKind.NOTHING, *found.span())
        elif sign == "=":
            yield Token(TokenKind.OUTPUT, *found.span())
        else:
            yield _statement(inner, *found.span(), is_output=sign == "-")


def _statement(inner: str, start: int, end: int, *, is_output: bool) -> Token:
    if inner.endswith("{") or inner.startswith("}"):
        return _script(inner, start, end)
    found = _RUBY.match(inner)
    if found is None:
        if _RUBY_BLOCK.search(inner):
            condition = atom(inner.partition(".each")[0])
            return Token(TokenKind.OPEN, start, end, condition=condition, is_loop=True, is_scope=True)
        is_output = is_output and bool(inner) and not _ASSIGNMENT.match(inner)
        return Token(TokenKind.OUTPUT if is_output else TokenKind.NOTHING, start, end)
    rest = found["rest"].strip().removesuffix("then").strip()
    match found["word"]:
        case "end":
            return Token(TokenKind.CLOSE, start, end)
        case "else":
            return Token(TokenKind.MIDDLE, start, end, condition=ALWAYS, is_else=True)
        case "elsif" | "when":
            return Token(TokenKind.MIDDLE, start, end, condition=_condition(found["word"], rest))
        case word:
            is_loop = word in ("while", "until", "for")
            return Token(TokenKind.OPEN, start, end, condition=_condition(word, rest), is_loop=is_loop)


def _condition(word: str, rest: str) -> Condition:
    condition = atom(f"{word} {rest}") if word in ("case", "when", "for") else condition_of(rest)
    return negation(condition) if word in ("unless", "until") else condition


def _script(inner: str, start: int, end: int) -> Token:
    """JavaScript: `if (a) {`, `} else {`, `}`, `a.forEach(b => {`, `})`."""
    found = _SCRIPT.match(inner)
    assert found is not None
    word = " ".join((found["word"] or "").split())
    if found["closes"]:
        if word == "else if":
            return Token(TokenKind.MIDDLE, start, end, condition=condition_of(found["rest"]))
        if word == "else":
            return Token(TokenKind.MIDDLE, start, end, condition=ALWAYS, is_else=True)
        return Token(TokenKind.CLOSE, start, end)
    if word == "if":
        return Token(TokenKind.OPEN, start, end, condition=condition_of(found["rest"]))
    name = inner.partition(".forEach")[0].partition(".map")[0]
    return Token(TokenKind.OPEN, start, end, condition=atom(name), is_loop=True, is_scope=True)

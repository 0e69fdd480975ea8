"""Conditions written as in Python, Ruby or JavaScript: `not a`, `a and b`, `!a || b`, `a == "b"`."""

from __future__ import annotations

import re

from netpol_lsp.yaml.templates.conditions import ALWAYS, NEVER, Condition, atom, both, either, negation

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')|(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<and>\band\b|&&)|(?P<or>\bor\b|\|\|)|(?P<not>\bnot\b(?!\s+in\b)|!(?!=))|(?P<other>\s+|\w+|[^\w\s])""",
    re.VERBOSE,
)
_COMPARED = re.compile(r"\s*(?P<left>[^=!<>]+?)\s*(?P<sign>===?|!==?)\s*(?P<right>[^=!<>]+?)\s*\Z")
_CONSTANT = re.compile(r"(?:\"[^\"]*\"|'[^']*'|-?\d+|true|false|True|False|none|None|null|nil)\Z")
_MOST_NESTED = 20


def condition_of(text: str, depth: int = 0) -> Condition:
    """The condition that an expression is; one that is not understood is an atom."""
    text = _without_brackets(text.strip().rstrip(":").rstrip())
    if depth > _MOST_NESTED or not text:
        return atom(text or "?")
    for name, join in (("or", either), ("and", both)):
        parts = _cut(text, name)
        if len(parts) > 1:
            return join(tuple(condition_of(part, depth + 1) for part in parts))
    first = _TOKEN.match(text)
    if first is not None and first.lastgroup == "not":
        return negation(condition_of(text[first.end() :], depth + 1))
    if text.lower() in ("true", "1"):
        return ALWAYS
    if text.lower() in ("false", "none", "null", "nil", "0"):
        return NEVER
    compared = _COMPARED.match(text)
    if compared is None:
        return atom(text)
    left, right = compared["left"], compared["right"]
    if _CONSTANT.match(left):
        left, right = right, left
    equal = atom(f"{left} == {right}", left if _CONSTANT.match(right) else "")
    return negation(equal) if compared["sign"].startswith("!") else equal


def _cut(text: str, name: str) -> list[str]:
    """The text cut at an operator outside of brackets and strings."""
    parts: list[str] = []
    depth = start = 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == name and not depth:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def _without_brackets(text: str) -> str:
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for found in _TOKEN.finditer(text):
            depth += {"open": 1, "close": -1}.get(found.lastgroup or "", 0)
            if not depth:
                if found.end() < len(text):
                    return text
                break
        text = text[1:-1].strip()
    return text

"""Pipelines and conditions of Go templates: as much of them as tells something without rendering."""

from __future__ import annotations

import re

from netpol_lsp.yaml.templates.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    atom,
    both,
    either,
    negation,
)
from netpol_lsp.yaml.templates.tokens import ANYTHING, Output

_WORD = re.compile(
    r"""
    (?P<string>"(?:[^"\\\n]|\\.)*+"|`[^`]*+`|'(?:[^'\\\n]|\\.)*+')
    | (?P<open>\()
    | (?P<close>\))
    | (?P<pipe>\|)
    | (?P<word>[^\s()|"`']++)
    | (?P<odd>["`'])
    """,
    re.VERBOSE | re.DOTALL,
)
_DECLARED = re.compile(r"\$\w*\s*(?:,\s*\$\w*\s*)?:?=(?!=)\s*")
_NUMBER = re.compile(r"[+-]?[0-9]+\Z")
_FALSE = frozenset({"false", "nil", "0", '""', "``"})
_QUOTING = frozenset({"quote", "squote"})
_MOST_NESTED = 50
_LONGEST_NUMBER = 6

Expression = str | list["Expression"]
"""A word (a string with its quotes), or what is in brackets; `|` is a word of its own."""


def without_declaration(text: str) -> str:
    """A pipeline without the variables that it is given to: `$i, $x := …`."""
    found = _DECLARED.match(text)
    return text[found.end() :] if found else text


def condition_of(text: str) -> Condition:
    """The condition that a pipeline is; one that is not understood is an atom."""
    words = _parse(without_declaration(text))
    return atom(text) if words is None else _condition(words)


def _condition(words: list[Expression]) -> Condition:
    stages = _stages(words)
    if len(stages) > 1:
        if stages[-1] == ["not"]:
            return negation(_condition(_joined(stages[:-1])))
        return atom(_text(words))
    words = stages[0]
    if len(words) < 2:
        return _operand(words[0]) if words else atom("")
    name, operands = words[0], words[1:]
    if isinstance(name, list):
        return atom(_text(words))
    if name == "not" and len(operands) == 1:
        return negation(_operand(operands[0]))
    if name in ("and", "or"):
        joined = tuple(map(_operand, operands))
        return both(joined) if name == "and" else either(joined)
    if name in ("eq", "ne") and len(operands) == 2:
        return _comparison(operands, is_equal=name == "eq")
    return atom(_text(words))


def _operand(word: Expression) -> Condition:
    if isinstance(word, list):
        return _condition(word)
    if word in _FALSE:
        return NEVER
    if word == "true" or word[0] in "\"`'" or _NUMBER.match(word):
        return ALWAYS
    return atom(word)


def _comparison(operands: list[Expression], *, is_equal: bool) -> Condition:
    first, second = map(_text_of, operands)
    if _is_constant(first):
        first, second = second, first
    rival = first if _is_constant(second) else ""
    equal = atom(f"eq {first} {second}", rival)
    return equal if is_equal else negation(equal)


def _is_constant(text: str) -> bool:
    return text[:1] in ('"', "`") or text in ("true", "false") or _NUMBER.match(text) is not None


def output_of(text: str) -> Output:
    """What is known of the text that a pipeline puts in."""
    words = _parse(text)
    if not words:
        return ANYTHING
    column: int | None = None
    added: int | None = None
    is_string = False
    for stage in _stages(words):
        name = _function(stage)
        amount = _amount(stage)
        if name in ("nindent", "indent") and amount is not None:
            column, added = (amount, None) if name == "nindent" else (column, amount)
        elif name == "nindent":
            column = added = None
        elif name == "trim":
            # The line break in front is gone: the first line begins where the action is.
            column = None
        is_string = name in _QUOTING or (is_string and name in ("trim", "nindent", "indent"))
    return Output(column, added, _literal(words), is_string, _included(words))


def _function(stage: list[Expression]) -> str:
    """The name that a stage begins with; "" for what is in brackets."""
    return stage[0] if stage and isinstance(stage[0], str) else ""


def _amount(stage: list[Expression]) -> int | None:
    number = stage[1] if len(stage) > 1 and isinstance(stage[1], str) else ""
    return int(number) if len(number) <= _LONGEST_NUMBER and _NUMBER.match(number) else None


def _literal(words: list[Expression]) -> str | None:
    """The text of a pipeline that is one string, number or boolean, quoted or not."""
    stages = _stages(words)
    first = stages[0][0] if len(stages[0]) == 1 else ""
    if len(stages) > 1 and not all(_function(stage) in _QUOTING for stage in stages[1:]):
        return None
    if not isinstance(first, str):
        return None
    if _NUMBER.match(first) or first in ("true", "false"):
        return first
    if first[:1] == "`":
        return first[1:-1]
    return first[1:-1] if first[:1] == '"' and "\\" not in first else None


def _included(words: list[Expression]) -> str:
    """The name of the definition that a pipeline begins with including."""
    stage = _stages(words)[0]
    if len(stage) == 1 and isinstance(stage[0], list):
        stage = _stages(stage[0])[0]
    if len(stage) > 1 and stage[0] in ("include", "template") and isinstance(stage[1], str) and stage[1][0] in '"`':
        return stage[1][1:-1]
    return ""


def _parse(text: str) -> list[Expression] | None:
    """The words of a pipeline, brackets as lists; None when they do not fit."""
    levels: list[list[Expression]] = [[]]
    at = 0
    for found in _WORD.finditer(text):
        if text[at : found.start()].strip():
            return None
        at = found.end()
        kind = found.lastgroup
        if kind == "open":
            if len(levels) > _MOST_NESTED:
                return None
            levels.append([])
        elif kind == "close":
            if len(levels) == 1:
                return None
            inner = levels.pop()
            levels[-1].append(inner)
        elif kind == "odd":
            return None
        else:
            levels[-1].append(found.group())
    return levels[0] if len(levels) == 1 else None


def _stages(words: list[Expression]) -> list[list[Expression]]:
    """The pipeline cut at its `|`."""
    stages: list[list[Expression]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    return stages


def _joined(stages: list[list[Expression]]) -> list[Expression]:
    words: list[Expression] = list(stages[0])
    for stage in stages[1:]:
        words += ["|", *stage]
    return words


def _text(words: list[Expression]) -> str:
    return " ".join(map(_text_of, words))


def _text_of(word: Expression) -> str:
    return f"({_text(word)})" if isinstance(word, list) else word

"""Nodes as plain Python data, read as the API server reads YAML: for schemas and stored objects."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.scalars import key_string, resolve, resolve_plain, tag_error
from netpol_lsp.yaml.templates.masking import is_unknown


@dataclass(slots=True)
class Plain:
    """`value`: dicts, lists, strings, numbers, booleans and None; `problems`: what YAML itself refuses in it.

    Mapping keys are texts as JSON spells them; of a key that is set twice the last value counts.
    """

    value: Any
    problems: list[SyntaxProblem] = field(default_factory=list)


def to_python(node: Node | None) -> Plain:
    """A node as plain data."""
    plain = Plain(None)
    if node is not None:
        plain.value = _convert(node, plain.problems)
    return plain


def content_key(node: Node) -> Hashable:
    """A value that is equal for nodes that mean the same data, however they are written and in whatever order of keys."""
    return _frozen(to_python(node).value)


def _frozen(value: Any) -> Hashable:
    if isinstance(value, dict):
        return frozenset((key, _frozen(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value.__class__, value


def _convert(node: Node, problems: list[SyntaxProblem]) -> Any:
    if type(node) is Scalar:
        if node.tag is None:
            if node.style:
                return node.value
            value = resolve_plain(node.value)
            if value.__class__ is float:
                _check_float(node, value, problems)
            return value
        return _tagged(node, problems)
    if isinstance(node, Mapping):
        return _convert_mapping(node, problems)
    assert isinstance(node, Sequence)
    return [_convert(item, problems) for item in node.items]


def _tagged(node: Scalar, problems: list[SyntaxProblem]) -> Any:
    reason = tag_error(node)
    if reason is not None:
        problems.append(SyntaxProblem(ProblemKind.SYNTAX, node.span, f"`{node.value}` {reason}"))
    value = resolve(node)
    if isinstance(value, float):
        _check_float(node, value, problems)
    return value


def _check_float(node: Scalar, value: Any, problems: list[SyntaxProblem]) -> None:
    if math.isinf(value) or math.isnan(value):
        message = f"`{node.value}` is a number that JSON cannot hold, so the API server cannot read the manifest"
        problems.append(SyntaxProblem(ProblemKind.SYNTAX, node.span, message, hint="quote it if a string was meant"))


def _convert_mapping(node: Mapping, problems: list[SyntaxProblem]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    # Keys are told apart before they become text: `yes` and `"true"` may be side by side.
    seen: dict[Any, Entry] = {}
    for entry in node.entries if node.merged is None else node.all_entries():
        key = entry.key
        if type(key) is Scalar and not key.style and key.tag is None:
            identity = resolve_plain(key.value)
        elif isinstance(key, Scalar):
            identity = resolve(key)
        else:
            _refuse_key(entry, "a list or mapping", problems)
            continue
        if identity is None:
            _refuse_key(entry, "null", problems)
            continue
        name = identity if identity.__class__ is str else key_string(identity)
        marker = identity if identity.__class__ is str else (identity.__class__, identity)
        if marker in seen and not is_unknown(key):
            first = seen[marker].key
            problems.append(
                SyntaxProblem(ProblemKind.DUPLICATE, key.span, f"key `{name}` is set twice in this mapping", first.span)
            )
        else:
            seen[marker] = entry
        result[name] = _convert(entry.value, problems)
    return result


def _refuse_key(entry: Entry, what: str, problems: list[SyntaxProblem]) -> None:
    span = entry.key.span if len(entry.key.span) else entry.span
    problems.append(
        SyntaxProblem(
            ProblemKind.SYNTAX, span, f"a mapping key cannot be {what}", hint="quote the key if a string was meant"
        )
    )

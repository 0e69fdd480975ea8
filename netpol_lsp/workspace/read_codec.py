"""What was read of a workspace as a line of JSON, to be kept between runs."""

from __future__ import annotations

import json
from typing import Any

from netpol_lsp.kube.label_selector import LabelSelector, ValueSet
from netpol_lsp.workspace.reads import ALIKE, Read
from netpol_lsp.workspace.shelf import Question

_UNREADABLE = "not what was written"


def read_to_json(read: Read) -> str:
    """A read as a line of ASCII."""
    return json.dumps([read[0], _encode(read[1])], separators=(",", ":"))


def read_from_json(line: str) -> Read:
    """The read again. Raises ValueError, TypeError or KeyError for a line that `read_to_json` does not make."""
    kind, key = json.loads(line)
    if type(kind) is not str:
        raise TypeError(_UNREADABLE)
    if kind != ALIKE:
        return kind, _key(key)
    shelf, question, about = _key(key)
    return kind, (shelf, Question(question), about)


def _encode(key: Any) -> Any:
    if isinstance(key, tuple):
        return [_encode(one) for one in key]
    if isinstance(key, LabelSelector):
        # The requirements as they are written tell no two selectors apart.
        allowed = [
            [name, sorted(values.values, key=_absent_first), values.is_complement] for name, values in key.allowed
        ]
        return {"allowed": allowed, "partial": key.is_partial}
    return key


def _absent_first(value: str | None) -> tuple[bool, str]:
    return value is not None, value or ""


def _key(data: Any) -> Any:
    """The key of a table: words, and what they are about."""
    if isinstance(data, list):
        return tuple(map(_key, data))
    return _selector(data) if isinstance(data, dict) else _atom(data)


def _atom(data: Any) -> Any:
    if data is not None and type(data) not in (str, bool):
        raise TypeError(_UNREADABLE)
    return data


def _items(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError(_UNREADABLE)
    return data


def _selector(data: dict[str, Any]) -> LabelSelector:
    allowed = []
    for name, values, is_complement in _items(data["allowed"]):
        if type(name) is not str or type(is_complement) is not bool:
            raise TypeError(_UNREADABLE)
        allowed.append((name, ValueSet(frozenset(map(_atom, _items(values))), is_complement)))
    if type(data["partial"]) is not bool:
        raise TypeError(_UNREADABLE)
    return LabelSelector(tuple(allowed), data["partial"])

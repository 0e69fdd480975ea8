"""Writes JSON: one line for each item where people look, otherwise compact."""

from __future__ import annotations

import json
import re
from typing import Any

# Lone surrogates have no UTF-8 form; the others end a line for some readers of JSON Lines, act on a terminal, cannot be
# seen or turn the text around them. They can only be in strings, where JSON has another way to write them.
_ESCAPED = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def dump(data: Any, depth: int = 0) -> str:
    """The data as JSON; containers down to `depth` levels have a line for each item."""
    return _escaped(_write(data, depth, 0))


def dump_indented(data: Any) -> str:
    """The data as JSON with a line for each value."""
    return _escaped(json.dumps(data, indent=2, ensure_ascii=False))


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _write(data: Any, depth: int, level: int) -> str:
    if depth <= level or not data or not isinstance(data, dict | list):
        # The standard library's writer in C works only without an indent.
        return json.dumps(data, ensure_ascii=False)
    inner, outer = "  " * (level + 1), "  " * level
    if isinstance(data, dict):
        items = [f"{json.dumps(key)}: {_write(value, depth, level + 1)}" for key, value in data.items()]
        start, end = "{", "}"
    else:
        items = [_write(value, depth, level + 1) for value in data]
        start, end = "[", "]"
    return start + "\n" + ",\n".join(inner + item for item in items) + "\n" + outer + end

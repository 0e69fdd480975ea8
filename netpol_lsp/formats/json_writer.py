"""Writes JSON: one line for each item where people look, otherwise compact."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# Lone surrogates have no UTF-8 form; the others end a line for some readers of JSON Lines, act on a terminal, cannot be
# seen or turn the text around them. They can only be in strings, where JSON has another way to write them.
_ESCAPED = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def dump(data: Any, depth: int = 0) -> str:
    """The data as JSON; containers down to `depth` levels have a line for each item.

    An iterator down there is a list whose items are made one by one: a report may have a hundred thousand of them.
    """
    return "".join(map(_escaped, _pieces(data, depth, 0)))


def dump_indented(data: Any) -> str:
    """The data as JSON with a line for each value."""
    return _escaped(json.dumps(data, indent=2, ensure_ascii=False))


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _pieces(data: Any, depth: int, level: int) -> Iterator[str]:
    is_iterator = isinstance(data, Iterator)
    if depth <= level or not (is_iterator or (data and isinstance(data, dict | list))):
        # The standard library's writer in C works only without an indent.
        yield json.dumps(list(data) if is_iterator else data, ensure_ascii=False)
        return
    is_mapping = isinstance(data, dict)
    inner, outer = "\n" + "  " * (level + 1), "\n" + "  " * level
    start, end = "{}" if is_mapping else "[]"
    yield start
    is_empty = True
    for item in data.items() if is_mapping else data:
        lead = inner if is_empty else f",{inner}"
        is_empty = False
        if is_mapping:
            key, value = item
            yield f"{lead}{json.dumps(key)}: "
        else:
            value = item
            yield lead
        yield from _pieces(value, depth, level + 1)
    yield end if is_empty else outer + end

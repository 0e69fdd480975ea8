"""JSON text that is sent as it is, and can be moved to other lines without being written anew."""

from __future__ import annotations

import json
import re
from typing import Any

Json = dict[str, Any]


class RawJson(str):
    """A text that is JSON already and is sent as it is: a big file's findings are not written anew for each keystroke."""

    __slots__ = ()


NOTHING = RawJson("[]")
"""No items."""


# Inside a JSON text the quotes of `"line":` have a backslash, so this is found where it means a line only.
_LINE = re.compile(r'"line":([0-9]+)')


class MovableJson:
    """What was written about one YAML document, and can be had for another place of it.

    A document starts with a line, so only the line numbers change when it moves: `pieces` is the text
    between them, `numbers` what they were at `line`. `made_for`: what it depends on besides.
    """

    __slots__ = ("line", "made_for", "numbers", "pieces", "text")

    def __init__(self, made_for: object, line: int, text: str) -> None:
        self.made_for = made_for
        self.line = line
        self.text = text
        found = _LINE.split(text)
        self.pieces = found[::2]
        self.numbers = list(map(int, found[1::2]))

    def at(self, line: int) -> str:
        """The text for a document that starts at another line."""
        if line != self.line:
            delta, self.line = line - self.line, line
            self.numbers = [number + delta for number in self.numbers]
            between = zip(self.pieces[1:], self.numbers, strict=True)
            self.text = self.pieces[0] + "".join([f'"line":{number}{piece}' for piece, number in between])
        return self.text


def write(items: list[Json]) -> RawJson:
    """Items as a JSON array."""
    return RawJson(json.dumps(items, ensure_ascii=False, separators=(",", ":")))


def plain_data(data: Any) -> Any:
    """Plain data out of what pygls makes of JSON without a type: named tuples."""
    if hasattr(data, "_asdict"):
        return {key: plain_data(value) for key, value in data._asdict().items()}
    if isinstance(data, dict):
        return {key: plain_data(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain_data(item) for item in data]
    return data

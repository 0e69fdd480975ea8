"""Writes XML 1.0, and never a character that it forbids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from netpol_lsp.text.visible import visible, visible_lines

HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def element(name: str, attributes: Mapping[str, object], content: str = "") -> str:
    """An element on one line; `content` is XML already."""
    listed = "".join(
        f' {key}="{_ILLEGAL.sub("", visible(str(value))).translate(_ATTRIBUTE)}"' for key, value in attributes.items()
    )
    return f"<{name}{listed}>{content}</{name}>" if content else f"<{name}{listed}/>"


def parent(name: str, attributes: Mapping[str, object], children: Iterable[str]) -> str:
    """An element with a line, or several, for each child."""
    lines = [line for child in children for line in child.split("\n")]
    return element(name, attributes, "".join(f"\n  {line}" for line in lines) + "\n" if lines else "")


def escape(text: str) -> str:
    """A text as the content of an element; its lines are kept apart by character references."""
    return _ILLEGAL.sub("", visible_lines(text)).translate(_TEXT).replace("\n", "&#10;")

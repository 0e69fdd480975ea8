"""Snippets as text in the style of the document they go into."""

from __future__ import annotations

import json
import re
from typing import Any

from netpol_lsp.yaml.cursor.block import Cursor
from netpol_lsp.yaml.style import Style, render_block, render_flow, scalar_text

_PLACE = re.compile(r"\$\{(\d+):([^}]*)\}")
# A place travels through the YAML writer as a plain word, which needs no quotes.
_HIDDEN = re.compile(r"(\"?)Zq(\d+)qZ(.*?)ZqqZ\1")


def scalar(value: str | int, style: Style, *, as_json: bool = False) -> str:
    """A scalar, quoted where it needs that."""
    return json.dumps(value, ensure_ascii=False) if as_json else scalar_text(value, style.quote)


def render_value(value: Any, style: Style, column: int, *, as_json: bool = False, in_flow: bool = False) -> str:
    """A value; its first line starts at the cursor, the others at `column`."""
    hidden = _hide(value)
    if as_json:
        text = json.dumps(hidden, ensure_ascii=False) if in_flow else json.dumps(hidden, ensure_ascii=False, indent=2)
        return _show(text, as_json=True)
    if in_flow or not isinstance(value, dict | list):
        return _show(render_flow(hidden, style))
    return _show(style.newline.join(render_block(hidden, column, style)).lstrip())


def render_item(value: Any, style: Style, column: int) -> str:
    """A value as an item of a block list whose dashes stand at `column`."""
    return _show(style.newline.join(render_block([_hide(value)], column, style)).lstrip())


def render_keys(name: str, schema: dict[str, Any], cursor: Cursor, style: Style, *, as_json: bool = False) -> str:
    """A key with the beginning of its value, of the type that the schema names."""
    key = json.dumps(name) if as_json else name
    if cursor.has_colon:
        return key
    space = " " if cursor.needs_space else ""
    kinds = schema.get("type", ())
    if cursor.in_flow or as_json:
        value = "{$0}" if "object" in kinds else "[$0]" if "array" in kinds else "$0"
        return f"{space}{key}: {value}"
    column = cursor.column + len(space)
    if "object" in kinds:
        return f"{space}{key}:{style.newline}{' ' * (column + style.step)}$0"
    if "array" in kinds:
        indent = column + (style.step if style.indents_items else 0)
        return f"{space}{key}:{style.newline}{' ' * indent}- $0"
    return f"{space}{key}: $0"


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {_hide(key): _hide(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(item) for item in value]
    if isinstance(value, str):
        return _PLACE.sub(lambda match: f"Zq{match[1]}qZ{match[2]}ZqqZ", value)
    return value


def _show(text: str, *, as_json: bool = False) -> str:
    def show(match: re.Match[str]) -> str:
        place = f"${{{match[2]}:{match[3]}}}"
        # JSON's numbers have no quotes, though they went through as words.
        return place if as_json and match[3].isdigit() else f"{match[1]}{place}{match[1]}"

    return _HIDDEN.sub(show, text)

"""Text from files as people may see it: on one line, and with nothing in it that acts on a terminal or hides."""

from __future__ import annotations

from unicodedata import category

# Shown as they are although they are format characters: they shape emoji and the scripts that need them.
SHAPING = frozenset("\u200c\u200d")
_TAGS = range(0xE0020, 0xE0080)


def visible(text: str) -> str:
    """A message, title or path on one line, with nothing in it that acts on a terminal or cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(stand_in(char) or char for char in text)


def visible_lines(text: str) -> str:
    """As `visible`, for a text whose line feeds are its own."""
    return "\n".join(map(visible, text.split("\n")))


def stand_in(char: str) -> str | None:
    """What stands for a character that would not be seen or would act on the terminal; None for all others."""
    if char.isprintable() or char in SHAPING or ord(char) in _TAGS or char == "\u3000":
        return None
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if category(char) in ("Cn", "Co"):
        return None
    return escape_sequence(char)


def escape_sequence(char: str) -> str:
    r"""A character as in `\u202e`."""
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def start_of_line(path: str) -> str:
    """A path at the start of a line: CI systems take a line that starts with `::` or `##` for a command of theirs."""
    shown = visible(path)
    return f"./{shown}" if shown.lstrip().startswith(("::", "##")) else shown

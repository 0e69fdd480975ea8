"""The terminal: is it one, does it want colours, how wide is it; and messages on standard error."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from netpol_lsp.cli.main import PROGRAM
from netpol_lsp.text.readable import shorten as shorten_text
from netpol_lsp.text.visible import start_of_line, visible

_LONGEST = 2000
"""Characters of a message on standard error."""


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to write colours to a stream: `always`, `never`, or `auto` by NO_COLOR, FORCE_COLOR and the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; a closed one is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def width(stream: TextIO) -> int | None:
    """The terminal's width in columns, as COLUMNS or the terminal says; None when the stream is no terminal."""
    if not is_terminal(stream):
        return None
    given = os.environ.get("COLUMNS", "")
    try:
        return int(given) if given.isdecimal() and int(given) else os.get_terminal_size(stream.fileno()).columns or None
    except OSError:
        return None


def columns() -> int:
    """How wide help may be: as COLUMNS or the terminal says, else 80."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    return width(sys.stdout) or 80


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says: manifests and messages hold any character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def write_bytes(data: bytes) -> None:
    """Write bytes as they are to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def error(message: str) -> None:
    """A message on standard error, with the program's name in front."""
    print(f"{PROGRAM}: {_readable(message)}", file=sys.stderr)


def info(message: str) -> None:
    """A line on standard error, whatever is in the message."""
    print(start_of_line(_readable(message)), file=sys.stderr)


def write_text_lines(text: str) -> None:
    """Lines on standard output, of a text in which line feeds are its own: nothing else of it acts on a terminal."""
    sys.stdout.writelines(f"{start_of_line(line)}\n" for line in text.removesuffix("\n").split("\n"))


def _readable(message: str) -> str:
    return visible(shorten_text(message, _LONGEST))


def count(number: int, what: str) -> str:
    """As in `1 file`, `2 files`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def shorten(path: str) -> str:
    """A path as one would type it here: relative when it is below the current folder."""
    below = os.getcwd().rstrip(os.sep) + os.sep
    return path.removeprefix(below)

"""Sentences with values in backticks as Markdown: the only way in which words from a file get into it."""

from __future__ import annotations

import re

from netpol_lsp.text.readable import shorten
from netpol_lsp.text.visible import visible

_SPECIAL = re.compile(r"[\\*_\[\]<>#|~&!]")
# Readers make links, mentions and issues of these without any markup.
_LINKED = re.compile(r"\S*(?:@|://|www\.)\S*")
_LONGEST = 2000


def markdown_text(sentence: str) -> str:
    """A sentence whose values are in backticks, as Markdown that shows just these words.

    What is between backticks becomes code, everything else plain text. Where a value has backticks of its own, the parts
    change roles, and none of them gets to be markup: no link, picture, heading, mention or HTML comes from a file.
    """
    parts = shorten(visible(sentence), _LONGEST).split("`")
    if len(parts) % 2 == 0:
        # One that closes nothing.
        parts[-2:] = [f"{parts[-2]}\u02cb{parts[-1]}"]
    return "".join(_code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _code(text: str) -> str:
    """Code; an empty one would be two backticks that open another."""
    return f"`{text}`" if text else '""'


def _plain(text: str) -> str:
    pieces: list[str] = []
    at = 0
    for found in _LINKED.finditer(text):
        pieces += [_escaped(text[at : found.start()]), f"`{found.group()}`"]
        at = found.end()
    return "".join([*pieces, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"\\{match.group()}", text)

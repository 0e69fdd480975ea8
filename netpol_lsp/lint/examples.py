"""The examples in a rule's page: manifests that must, and must not, give its finding."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(
    r"^```yaml (?P<kind>bad|good|fixed)(?P<details>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_MARK = re.compile(r"[ \t]*# <- (?P<codes>NP\d{3}(?:, ?NP\d{3})*)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One fenced block. `kind` is bad, good or fixed; `text` has no marks; `expected` are (line from 0, code) of the marks.

    `details` are words after the kind, as in `unsafe` (the fix is an unsafe one) or `options={...}`; with
    `tabs`, each arrow in the block stands for a tab, which a docstring cannot hold.
    """

    kind: str
    text: str
    expected: tuple[tuple[int, str], ...]
    details: str = ""


def examples_of(doc: str) -> list[Example]:
    """The examples of a page, in order."""
    return [_example(match["kind"], match["text"], match["details"].strip()) for match in _FENCE.finditer(doc)]


def without_marks(doc: str) -> str:
    """The page as people read it."""
    return _MARK.sub("", doc)


def _example(kind: str, text: str, details: str) -> Example:
    expected = []
    for number, line in enumerate(text.split("\n")):
        for match in _MARK.finditer(line):
            expected += [(number, code.strip()) for code in match["codes"].split(",")]
    if "tabs" in details.split():
        text = text.replace("\N{RIGHTWARDS ARROW}", "\t")
    return Example(kind, _MARK.sub("", text), tuple(expected), details)

"""Quick looks at a text: whether it is worth a close look by slower means."""

from __future__ import annotations

import re
from itertools import islice

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
"""Characters that no YAML reader takes."""

# A quick look: `metadata:` or `spec:` whose first field stands no further in, or nothing indented under a selector.
# It starts with a line feed, not with `^`: Python looks for a letter much faster than for a place.
_SUSPICIOUS = re.compile(
    r"""\n(?P<indent>[^\S\n]*+)(?:-[ ]++)*+
    ["']?(?:metadata|spec|labels|annotations|podSelector|namespaceSelector|ipBlock|matchLabels)["']?[ ]*:[^\S\n]*+(?:\#[^\n]*+)?
    (?=\n(?:[^\S\n]*+(?:\#[^\n]*+)?\n)*+(?!(?P=indent)[^\S\n]|-|\Z)[^\S\n]*[A-Za-z"'])""",
    re.VERBOSE,
)
_INDENTED = re.compile(r"^[^\S\n\r]+[^\s#]", re.MULTILINE)


def may_have_confusables(text: str) -> bool:
    """Whether there are characters that may have come along with pasted text."""
    return not text.isascii() or CONTROL.search(text) is not None


def may_be_lost(text: str) -> bool:
    """Whether a text may have lost its indentation: two places without their indentation, or one in a text that has none at all."""
    if "\r" in text:
        text = text.replace("\r", "\n")
    places = sum(1 for _ in islice(_SUSPICIOUS.finditer(f"\n{text}"), 2))
    return places > 1 or (places == 1 and not _INDENTED.search(text))

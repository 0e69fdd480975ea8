"""Quick looks at a text: whether it is worth a close look by slower means."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from netpol_lsp.yaml.recovery.schema_shape import ObjectShape, telltale_keys

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
"""Characters that no YAML reader takes."""

# A quick look: the key of a mapping whose first field is no further in. It starts with a line feed, not with `^`:
# Python looks for a letter much faster than for a place.
_SUSPICIOUS = r"""\n(?P<indent>[^\S\n]*+)(?:-[ ]++)*+
    ["']?(?:KEYS)["']?[ ]*:[^\S\n]*+(?:\#[^\n]*+)?
    (?=\n(?:[^\S\n]*+(?:\#[^\n]*+)?\n)*+(?!(?P=indent)[^\S\n]|-|\Z)[^\S\n]*[A-Za-z"'])"""
_INDENTED = re.compile(r"^[^\S\n\r]+[^\s#]", re.MULTILINE)


def may_have_confusables(text: str) -> bool:
    """Whether there are characters that may have come along with pasted text."""
    return not text.isascii() or CONTROL.search(text) is not None


def may_be_lost(text: str, shape: ObjectShape) -> bool:
    """Whether a text may have lost its indentation: two places without it, or one in a text that has none at all."""
    if "\r" in text:
        text = text.replace("\r", "\n")
    places = sum(1 for _ in islice(_suspicious(shape).finditer(f"\n{text}"), 2))
    return places > 1 or (places == 1 and not _INDENTED.search(text))


@lru_cache(maxsize=8)
def _suspicious(shape: ObjectShape) -> re.Pattern[str]:
    keys = "|".join(sorted(map(re.escape, telltale_keys(shape))))
    return re.compile(_SUSPICIOUS.replace("KEYS", keys), re.VERBOSE)

"""Tables of Markdown whose cells show names and sentences as they are, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from netpol_lsp.text.markup import markdown_text

_BAR = re.compile(r"(?<!\\)\|")


def heading(names: Sequence[str]) -> tuple[str, str]:
    """The first two lines of a table."""
    return f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"


def row(cells: Iterable[str]) -> str:
    """A row; cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def cell(sentence: str) -> str:
    """Words as the content of a cell: no markup comes from a manifest."""
    return _BAR.sub(r"\\|", markdown_text(sentence))


def name(title: str) -> str:
    """A name or place as code in a cell."""
    return cell(f"`{title}`") if title else ""

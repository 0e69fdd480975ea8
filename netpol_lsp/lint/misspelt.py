"""Fields that are there under a name that is all but right."""

from __future__ import annotations

from netpol_lsp.text.edit_distance import distance
from netpol_lsp.yaml.nodes import Mapping, Node

_LONG = 6


def is_misspelt(node: Node | None, name: str) -> bool:
    """Whether a field of a mapping is there under a name that is all but right: NP101 offers the right one."""
    most = 1 if len(name) < _LONG else 2
    return isinstance(node, Mapping) and any(
        entry.name is not None and entry.name != name and distance(entry.name.lower(), name.lower(), most) <= most
        for entry in node.entries
    )

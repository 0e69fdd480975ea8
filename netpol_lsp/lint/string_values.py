"""Which schema findings are about texts that people write without quotes: labels, annotations, selector values."""

from __future__ import annotations

from netpol_lsp.lint.schema import SchemaFinding

_MAPS = ("labels", "annotations", "matchLabels")


def is_text_value(found: SchemaFinding) -> bool:
    """Whether a label, annotation or selector value is a boolean or a number where text belongs."""
    if found.keyword != "type" or not isinstance(found.value, bool | int | float):
        return False
    path = found.path
    if len(path) >= 2 and path[-2] in _MAPS:
        return True
    return len(path) >= 2 and path[-2] == "values" and "matchExpressions" in path

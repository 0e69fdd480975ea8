"""How well a tree fits a shape: tells which of several repairs is the likely one."""

from __future__ import annotations

from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.recovery.schema_shape import FieldShape, ObjectShape

UNKNOWN, HALF, WRONG, EMPTY, SPACED, TWICE, BESIDE = 2.0, 1.0, 2.0, 0.6, 1.0, 2.0, 1.5


def fit(node: Node | None, shape: ObjectShape) -> float:
    """One point for each known field in its place; fewer for what does not belong where it is."""
    return -1.0 if node is None else _fit(node, shape)


def _fit(node: Node, shape: ObjectShape) -> float:
    if shape.form is FieldShape.ANY or node.origin is not None:
        return 0.0
    if isinstance(node, Mapping):
        return _fit_mapping(node, shape) if shape.form is FieldShape.MAPPING else -WRONG
    if isinstance(node, Sequence):
        if shape.form is not FieldShape.LIST:
            return -WRONG
        return sum(_fit(item, shape.child(0)) + 0.2 for item in node.items)
    if shape.form is not FieldShape.SCALAR:
        return -EMPTY if is_null(node) else -WRONG
    return _fit_scalar(node)


def _fit_scalar(node: Node) -> float:
    assert isinstance(node, Scalar)
    if is_null(node):
        return -EMPTY
    # Only annotations hold spaces, and those score alike for every repair.
    value = node.value
    odd = " " in value or (not node.style and ('"' in value or "'" in value or _closes_nothing(value)))
    return -SPACED if odd else 0.0


def _closes_nothing(value: str) -> bool:
    return value[-1:] in ("]", "}") and "[" not in value and "{" not in value


def _fit_mapping(node: Mapping, shape: ObjectShape) -> float:
    score = 0.0
    seen: set[str] = set()
    for entry in node.entries:
        name = entry.name or ""
        if name in seen:
            score -= TWICE  # and what it holds is of another object
            continue
        seen.add(name)
        if name in shape.fields:
            score += 1.0 + _fit(entry.value, shape.fields[name])
        elif shape.values is not None and name and " " not in name:
            score += 0.3 + _fit(entry.value, shape.values)
        elif name and is_null(entry.value) and any(field.startswith(name) for field in shape.fields):
            score -= HALF  # it may be being typed
        else:
            score -= UNKNOWN
    if len(seen) > 1 and not shape.alone.isdisjoint(seen):
        score -= BESIDE  # one of them excludes the others
    return score - 0.5 * len(shape.required - seen)

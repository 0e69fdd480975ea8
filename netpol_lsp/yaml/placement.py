"""Where a key belongs: every place of a shape that would take it with the value that it has.

Knows nothing of any kind of object: a mapping that does not take a key, the tree around it and the object's shape are
enough to find the mappings that would, one or more levels up or down, there already or still to be made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Sequence, is_null
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.recovery.schema_shape import FieldShape, ObjectShape

NEW = -1
"""As a step of a path: a new item of the list."""
_DEPTH = 3
_FARTHEST = 4.0


@dataclass(frozen=True, slots=True)
class Destination:
    """A mapping that takes the key: `path` leads to it from the object's root, NEW being an item that is still to be made.

    `existing` is how many steps of the path are there already, `common` how many of them lead to the key's present
    place, too. `is_taken`: it has the key already. `cost` grows with the distance.
    """

    path: Path
    existing: int
    common: int
    is_taken: bool
    cost: float

    @property
    def levels(self) -> tuple[str, ...]:
        """The keys that are passed on the way from what it has in common with the present place."""
        return tuple(step for step in self.path[self.common :] if isinstance(step, str))


def destinations(
    root: Node, shape: ObjectShape, holder: Path, entry: Entry, takes: Callable[[Node, ObjectShape], bool]
) -> list[Destination]:
    """The places for an entry of the mapping at `holder`, the nearest first; `takes` tells which shapes take its value."""
    name = entry.name
    if name is None:
        return []
    levels = list(_levels(root, shape, holder))
    found: list[Destination] = []
    for depth in range(len(levels) - 1, -1, -1):
        node, place = levels[depth]
        up = _ups(holder, depth)
        if up > _FARTHEST:
            break
        if depth < len(holder) and name in place.fields and isinstance(node, Mapping):
            found.append(_at(node, name, holder[:depth], depth, depth, up))
        blocked = holder[depth] if depth < len(holder) else None
        for path, inner, existing in _below(node, place, name, blocked):
            whole = (*holder[:depth], *path)
            cost = up + _steps(path) - 0.25 * existing
            found.append(_at(inner, name, whole, depth + existing, depth, cost))
    fitting = [
        one for one in found if takes(entry.value, shape_at(shape, one.path).child(name)) and one.cost <= _FARTHEST
    ]
    return sorted(fitting, key=lambda one: (one.is_taken, one.cost))


def free_keys(shape: ObjectShape) -> list[str]:
    """The fields of a mapping that take any key with a string as its value, as `matchLabels` does."""
    return [name for name, inner in shape.fields.items() if inner.values is not None and inner.values.is_text]


def fits(node: Node, shape: ObjectShape) -> bool:
    """Whether a value may be meant for a place: of the right form, its keys known there."""
    if is_null(node) or shape.form is FieldShape.ANY or node.origin is not None:
        return True
    if isinstance(node, Mapping):
        if shape.form is not FieldShape.MAPPING:
            return False
        known = [one for one in node.entries if one.name in shape.fields]
        return shape.values is not None or not node.entries or bool(known)
    if isinstance(node, Sequence):
        return shape.form is FieldShape.LIST and all(fits(item, shape.child(0)) for item in node.items)
    return shape.form is FieldShape.SCALAR


def fits_wholly(node: Node, shape: ObjectShape) -> bool:
    """Whether a value has nothing that is unknown, or of another form, at a place."""
    if is_null(node) or shape.form is FieldShape.ANY or node.origin is not None:
        return True
    if isinstance(node, Mapping):
        return shape.form is FieldShape.MAPPING and all(
            (one.name in shape.fields or shape.values is not None)
            and fits_wholly(one.value, shape.child(one.name or ""))
            for one in node.all_entries()
        )
    if isinstance(node, Sequence):
        return shape.form is FieldShape.LIST and all(fits_wholly(item, shape.child(0)) for item in node.items)
    return shape.form is FieldShape.SCALAR


def shape_at(shape: ObjectShape, path: Path) -> ObjectShape:
    """The shape at a path."""
    for step in path:
        shape = shape.child(step)
    return shape


def _levels(root: Node, shape: ObjectShape, holder: Path) -> Iterator[tuple[Node | None, ObjectShape]]:
    """The node and the shape at each step of a path, the root's first."""
    node: Node | None = root
    yield node, shape
    for step in holder:
        node = _child(node, step)
        shape = shape.child(step)
        yield node, shape


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Mapping) and isinstance(step, str):
        found = node.get(step)
        return found.value if found is not None else None
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def _ups(holder: Path, depth: int) -> float:
    """How far up a level is: a list and its item count as one step with their key."""
    return float(sum(isinstance(step, str) for step in holder[depth:]))


def _steps(path: Path) -> float:
    return float(sum(isinstance(step, str) for step in path))


def _at(node: Node | None, name: str, path: Path, existing: int, common: int, cost: float) -> Destination:
    there = node.get(name) if isinstance(node, Mapping) else None
    is_taken = there is not None and not is_null(there.value)
    return Destination(path, existing, common, is_taken, cost)


def _below(
    node: Node | None, shape: ObjectShape, name: str, blocked: str | int | None
) -> Iterator[tuple[Path, Node | None, int]]:
    """The nearest mappings below a place that take a key: path, node, and how many steps exist.

    `blocked` is the child that leads to the key's present place.
    """
    level: list[tuple[Path, Node | None, ObjectShape, int]] = [((), node, shape, 0)]
    for _ in range(_DEPTH):
        following: list[tuple[Path, Node | None, ObjectShape, int]] = []
        for path, inner, place, existing in level:
            for key, child in place.fields.items():
                if not path and key == blocked:
                    continue
                following += _steps_into(inner, key, child, path, existing)
        hits = [one for one in following if name in one[2].fields]
        if hits:
            yield from ((path, inner, existing) for path, inner, _, existing in hits)
            return
        level = following


def _steps_into(
    node: Node | None, key: str, child: ObjectShape, path: Path, existing: int
) -> list[tuple[Path, Node | None, ObjectShape, int]]:
    """A field and, for a list, its last item and a new one."""
    value = _child(node, key)
    is_there = value is not None
    if child.form is FieldShape.MAPPING:
        if value is not None and not (isinstance(value, Mapping) or is_null(value)):
            return []
        return [((*path, key), value, child, existing + is_there)]
    if child.form is FieldShape.LIST and child.item is not None and child.item.form is FieldShape.MAPPING:
        if value is not None and not (isinstance(value, Sequence) or is_null(value)):
            return []
        found: list[tuple[Path, Node | None, ObjectShape, int]] = []
        items = value.items if isinstance(value, Sequence) else []
        if items and isinstance(items[-1], Mapping):
            found.append(((*path, key, len(items) - 1), items[-1], child.item, existing + 2))
        found.append(((*path, key, NEW), None, child.item, existing + is_there))
        return found
    return []

"""The shape that a kind of object has: which fields stand where. Made from a JSON Schema given as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple


class FieldShape(StrEnum):
    """What is at a place."""

    MAPPING = "mapping"
    LIST = "list"
    SCALAR = "scalar"
    ANY = "any"


class Usual(NamedTuple):
    """What nearly every object has although its schema can do without: one of `keys`, the likeliest first.

    `weight` is what it costs a reading not to have any of them; see the package.
    """

    keys: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class ObjectShape:
    """What may be at one place of an object; compared by identity.

    `fields` are the known keys of a mapping; `values` is the shape of any other key's value (None: there
    are no other keys); `item` the shape of a list's items; `required` the keys that must be there;
    `usual` what nearly every object has there; `alone` the keys that exclude all others; `is_text`: only a string (or nothing) may be here.
    """

    form: FieldShape
    fields: Mapping[str, ObjectShape] = field(default_factory=dict)
    values: ObjectShape | None = None
    item: ObjectShape | None = None
    required: frozenset[str] = frozenset()
    usual: tuple[Usual, ...] = ()
    alone: frozenset[str] = frozenset()
    is_text: bool = False

    def child(self, step: str | int) -> ObjectShape:
        """The shape at a key or list index; ANY where nothing is known."""
        if isinstance(step, int):
            return self.item or ANYTHING
        return self.fields.get(step) or self.values or ANYTHING


ANYTHING = ObjectShape(FieldShape.ANY)


def shape_of(
    schema: Mapping[str, Any], usual: Mapping[str, Usual] | None = None, alone: frozenset[str] = frozenset()
) -> ObjectShape:
    """The shape that a JSON Schema describes; `$ref` must point into its own `$defs` and never in a circle.

    `usual` says, by top-level field, what nearly every object has in it; `alone` are keys that stand for themselves
    wherever they are known.
    """
    shape = _shape(schema, schema.get("$defs", {}), alone)
    known = {name: replace(shape.fields[name], usual=(one,)) for name, one in (usual or {}).items()}
    return replace(shape, fields={**shape.fields, **known})


@lru_cache(maxsize=8)
def telltale_keys(shape: ObjectShape) -> frozenset[str]:
    """The keys of mappings anywhere in a shape: what is not indented below one of them is out of place."""
    names = {name for name, inner in shape.fields.items() if inner.form is FieldShape.MAPPING}
    for inner in (*shape.fields.values(), shape.item, shape.values):
        if inner is not None and inner.form is not FieldShape.ANY:
            names |= telltale_keys.__wrapped__(inner)
    return frozenset(names)


@lru_cache(maxsize=8)
def field_names(shape: ObjectShape) -> frozenset[str]:
    """The known keys of all mappings in a shape."""
    names = set(shape.fields)
    for inner in (*shape.fields.values(), shape.item, shape.values):
        if inner is not None and inner.form is not FieldShape.ANY:
            names |= field_names.__wrapped__(inner)
    return frozenset(names)


def _shape(schema: Mapping[str, Any], definitions: Mapping[str, Any], alone: frozenset[str]) -> ObjectShape:
    reference = schema.get("$ref")
    if reference:
        return _shape(definitions[reference.rpartition("/")[2]], definitions, alone)
    declared = schema.get("type", [])
    types = {declared} if isinstance(declared, str) else set(declared)
    if "object" in types:
        rest = schema.get("additionalProperties", True)
        values = _shape(rest, definitions, alone) if isinstance(rest, dict) else ANYTHING if rest else None
        fields = {name: _shape(inner, definitions, alone) for name, inner in schema.get("properties", {}).items()}
        required = frozenset(schema.get("required", ()))
        return ObjectShape(FieldShape.MAPPING, fields, values, required=required, alone=alone & fields.keys())
    if "array" in types:
        return ObjectShape(FieldShape.LIST, item=_shape(schema.get("items", {}), definitions, alone))
    if types:
        return ObjectShape(FieldShape.SCALAR, is_text=types <= {"string", "null"})
    return ANYTHING

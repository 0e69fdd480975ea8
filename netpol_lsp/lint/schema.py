"""What the JSON Schemas say of a document.

jsonschema-rs is the gate: most documents are valid, and it is a hundred times faster. jsonschema says
what is wrong with the others. Both read the same file of schemas/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from netpol_lsp.resources import NETWORK_POLICY_SCHEMA, schema
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, is_open
from netpol_lsp.yaml.paths import Path, entry_name, lookup
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape, Usual, shape_of
from netpol_lsp.yaml.templates.masking import MASK, is_placeholder, is_unknown

# What nearly every object has, though the API can do without; the weights are those of the lost-indentation search.
_USUAL = {
    NETWORK_POLICY_SCHEMA: {
        "metadata": Usual(("name", "generateName"), 4.0),
        "spec": Usual(("podSelector",), 1.5),
    }
}
# Keys that exclude all others beside them: the schema cannot say so.
_ALONE = {NETWORK_POLICY_SCHEMA: frozenset({"ipBlock"})}


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """One violation of a schema.

    `keyword` is the JSON Schema keyword that failed (type, enum, required, additionalProperties, minimum,
    maximum); `path` leads to `node` from the object's root, `entry` is the key that holds it (None for a
    list item). `detail` is the keyword's argument: the types, the allowed values, or the name of the
    missing or unknown field. `parent` is the schema of the place. `object_node` is the object's root.
    """

    keyword: str
    path: Path
    node: Node
    entry: Entry | None
    detail: Any
    value: Any
    parent: dict[str, Any]
    object_node: Mapping

    @property
    def span(self) -> Span:
        """The value, or its key where no value is written."""
        if self.node.start == self.node.end and self.entry is not None:
            return self.entry.key.span
        return self.node.span


def check_schema(root: Mapping, plain: Any, schema_name: str = NETWORK_POLICY_SCHEMA) -> tuple[SchemaFinding, ...]:
    """The violations in an object, `plain` being its plain data; what templates hide is no violation."""
    if _gate(schema_name).is_valid(plain):
        return ()
    found = []
    reported: set[tuple[Path, Path]] = set()
    for error in _validator(schema_name).iter_errors(plain):
        # jsonschema reports each missing field by itself, in errors that only their text tells apart.
        place = (tuple(error.absolute_path), tuple(error.absolute_schema_path))
        if error.validator == "required" and place in reported:
            continue
        reported.add(place)
        found += [finding for finding in _explode(error, root) if not _is_hidden(finding)]
    return tuple(found)


@cache
def shape(schema_name: str = NETWORK_POLICY_SCHEMA) -> ObjectShape:
    """Which fields stand where in the objects of a schema."""
    return shape_of(schema(schema_name), _USUAL.get(schema_name), _ALONE.get(schema_name, frozenset()))


@cache
def _gate(schema_name: str) -> Any:
    import jsonschema_rs  # noqa: PLC0415 - start-up is a feature

    return jsonschema_rs.Draft202012Validator(schema(schema_name))


@cache
def _validator(schema_name: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only for documents that the gate refused

    return Draft202012Validator(schema(schema_name))


def _explode(error: Any, root: Mapping) -> Iterator[SchemaFinding]:
    """The findings of one jsonschema error: one for each unknown or missing field."""
    path: Path = tuple(error.absolute_path)
    node, entry = lookup(root, path)
    if node is None:
        return
    value, parent = error.instance, error.schema
    if error.validator == "additionalProperties":
        known = parent.get("properties", {})
        for item in node.all_entries() if isinstance(node, Mapping) else ():
            name = entry_name(item)
            if name not in known:
                yield SchemaFinding(
                    "additionalProperties", (*path, name), item.value, item, name, value.get(name), parent, root
                )
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in value:
                yield SchemaFinding("required", path, node, entry, name, value, parent, root)
    else:
        yield SchemaFinding(error.validator, path, node, entry, error.validator_value, value, parent, root)


# What a collection can lack.
_LACKS = frozenset({"required", "minItems", "minProperties"})


def _is_hidden(finding: SchemaFinding) -> bool:
    if finding.keyword in _LACKS and is_open(finding.node):
        return True
    if is_unknown(finding.node) and finding.keyword != "additionalProperties":
        return True
    return any(isinstance(step, str) and (MASK in step or is_placeholder(step)) for step in finding.path)

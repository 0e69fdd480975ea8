"""From the label selectors of a manifest to the sets they mean.

Reads nodes and not the typed labels, and keeps what it made: the same few selectors stand in most policies.
"""

from __future__ import annotations

from functools import lru_cache

from netpol_lsp.model.label_selector import LabelRequirement, LabelSelector, Operator, label_selector
from netpol_lsp.model.policy import Label, Requirement, Selector
from netpol_lsp.syntax.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.syntax.scalars import key_text, resolve, resolve_plain
from netpol_lsp.syntax.templates import is_placeholder

Written = tuple[str, str, tuple[str, ...], int]
"""Key, operator, values and index of a requirement."""

_OPERATORS = {operator.value: operator for operator in Operator}
_WITH_VALUES = ("In", "NotIn")


def read_selector(selector: Selector) -> LabelSelector:
    """What a selector selects; partial where a template or a mistake hides a requirement.

    The `index` of each requirement counts the items of `written_parts`.
    """
    known: LabelSelector | None = selector.facts
    if known is None:
        known = selector.facts = selector_of_node(selector.node)
    return known


def written_parts(selector: Selector) -> tuple[Label | Requirement, ...]:
    """What a requirement's `index` counts: the entries of matchLabels, then the mappings in matchExpressions."""
    return (*selector.labels, *selector.requirements)


def selector_of_node(node: Mapping) -> LabelSelector:
    """What the selector at a node selects; see `read_selector`."""
    labels: list[Entry] = []
    expressions: list[Node] = []
    is_partial = False
    for entry in node.entries if node.merged is None else node.all_entries():
        value, name = entry.value, entry.name
        if name == "matchLabels" and isinstance(value, Mapping):
            labels = value.entries if value.merged is None else list(value.all_entries())
        elif name == "matchExpressions" and isinstance(value, Sequence):
            expressions = value.items
        elif name not in ("matchLabels", "matchExpressions") or not is_null(value):
            is_partial = True
    if not labels and not expressions:
        return _build((), is_partial)
    found = [_label(entry, index) for index, entry in enumerate(labels)]
    if len(labels) > 1:
        found = _last_of_each_key(found)
    if expressions:
        mappings = [item for item in expressions if isinstance(item, Mapping)]
        found += [_expression(item, index) for index, item in enumerate(mappings, start=len(labels))]
        is_partial = is_partial or len(mappings) < len(expressions)
    known = tuple([requirement for requirement in found if requirement is not None])
    return _build(known, is_partial or len(known) < len(found))


@lru_cache(maxsize=4096)
def _build(written: tuple[Written, ...], is_partial: bool) -> LabelSelector:  # noqa: FBT001 - called in one place
    requirements = [LabelRequirement(key, Operator(operator), values, i) for key, operator, values, i in written]
    return label_selector(requirements, is_partial=is_partial)


def _last_of_each_key(found: list[Written | None]) -> list[Written | None]:
    """A key that stands twice in matchLabels counts once, as YAML readers have it: with its last value."""
    keys = [label[0] for label in found if label is not None]
    if len(set(keys)) == len(keys):
        return found
    last = {label[0]: label[3] for label in found if label is not None}
    return [label for label in found if label is None or last[label[0]] == label[3]]


def _label(entry: Entry, index: int) -> Written | None:
    key, value = _key(entry.key), _text(entry.value)
    return None if value is None or not key else (key, "In", (value,), index)


def _expression(node: Mapping, index: int) -> Written | None:
    key_entry, operator_entry, values_entry = node.get("key"), node.get("operator"), node.get("values")
    key = _text(key_entry.value) if key_entry is not None else None
    operator = _text(operator_entry.value) if operator_entry is not None else None
    if not key or operator not in _OPERATORS:
        return None
    values: list[str] = []
    if values_entry is not None and not is_null(values_entry.value):
        if not isinstance(values_entry.value, Sequence):
            return None
        for item in values_entry.value.items:
            value = _text(item)
            if value is None:
                return None
            values.append(value)
    return (key, operator, tuple(values), index) if bool(values) is (operator in _WITH_VALUES) else None


def _text(node: Node) -> str | None:
    """A label value as the API server reads it: null is the empty text; None when it is not known or no text."""
    if not isinstance(node, Scalar) or is_placeholder(node.value):
        return None
    value = (node.value if node.style else resolve_plain(node.value)) if node.tag is None else resolve(node)
    if value is None:
        return ""
    return value if isinstance(value, str) else None


def _key(node: Node) -> str | None:
    if not isinstance(node, Scalar) or is_placeholder(node.value):
        return None
    value = resolve(node)
    if isinstance(value, str):
        return value
    return None if value is None else key_text(value)

"""From the label selectors of a manifest to the sets they mean.

Keeps what it made: the same few selectors stand in most policies.
"""

from __future__ import annotations

from functools import lru_cache

from netpol_lsp.kube.label_selector import (
    EVERYTHING,
    UNKNOWN_SELECTOR,
    LabelRequirement,
    LabelSelector,
    Operator,
    label_selector,
)
from netpol_lsp.kube.selector_syntax import Label, Requirement, Selector
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.scalars import ScalarValue, key_string, resolve, resolve_plain
from netpol_lsp.yaml.templates.masking import is_placeholder

Written = tuple[str, str, tuple[str, ...], int]
"""Key, operator, values and index of a requirement."""

_OPERATORS = {operator.value: operator for operator in Operator}
_WITH_VALUES = ("In", "NotIn")


def read_selector(selector: Selector) -> LabelSelector:
    """What a selector selects; partial where a template or a mistake hides a requirement.

    The `index` of each requirement counts the items of `written_parts`.
    """
    known = selector.meaning
    if known is None:
        known = selector.meaning = _read(selector)
    return known


def written_parts(selector: Selector) -> tuple[Label | Requirement, ...]:
    """What a requirement's `index` counts: the entries of matchLabels, then the mappings in matchExpressions."""
    return (*selector.labels, *selector.requirements)


def _read(selector: Selector) -> LabelSelector:
    labels = selector.label_map.mapping.all_entries() if selector.label_map is not None else ()
    is_partial = selector.has_unread_fields
    if not selector.items:
        if len(labels) == 1 and not is_partial:
            key, value = labels[0].key, labels[0].value
            if type(key) is Scalar and type(value) is Scalar and key.tag is None and value.tag is None:
                return _one_label(key.value, value.value, is_key_plain=not key.style, is_value_plain=not value.style)
        elif not labels:
            return UNKNOWN_SELECTOR if is_partial else EVERYTHING
    found = [_label(entry, index) for index, entry in enumerate(labels)]
    if len(labels) > 1:
        found = _last_of_each_key(found)
    if selector.items:
        mappings = [item for item in selector.items if isinstance(item, Mapping)]
        found += [_expression(item, index) for index, item in enumerate(mappings, start=len(labels))]
        is_partial = is_partial or len(mappings) < len(selector.items)
    known = tuple([requirement for requirement in found if requirement is not None])
    return _build(known, len(labels), is_partial=is_partial or len(known) < len(found))


@lru_cache(maxsize=4096)
def _one_label(key: str, value: str, *, is_key_plain: bool, is_value_plain: bool) -> LabelSelector:
    """By far the most: one entry of matchLabels and nothing else."""
    if is_placeholder(key) or is_placeholder(value):
        return UNKNOWN_SELECTOR
    name = _key_of(resolve_plain(key) if is_key_plain else key)
    text = _text_of(resolve_plain(value) if is_value_plain else value)
    return UNKNOWN_SELECTOR if not name or text is None else _build(((name, "In", (text,), 0),), 1, is_partial=False)


@lru_cache(maxsize=4096)
def _build(written: tuple[Written, ...], label_count: int, *, is_partial: bool) -> LabelSelector:
    requirements = [
        LabelRequirement(key, Operator(operator), values, index, index >= label_count)
        for key, operator, values, index in written
    ]
    return label_selector(requirements, is_partial=is_partial)


def _last_of_each_key(found: list[Written | None]) -> list[Written | None]:
    """A key that is set twice in matchLabels counts once, as YAML readers have it: with its last value."""
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
    """A label value as the API server reads it; None when it is not known or no text."""
    return _text_of(resolve(node)) if isinstance(node, Scalar) and not is_placeholder(node.value) else None


def _text_of(value: ScalarValue) -> str | None:
    """Null is the empty text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else None


def _key(node: Node) -> str | None:
    return _key_of(resolve(node)) if isinstance(node, Scalar) and not is_placeholder(node.value) else None


def _key_of(value: ScalarValue) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None else key_string(value)

"""What the JSON Schema says of an object: one finding for each thing that is wrong, at its node."""

import pytest

from netpol_lsp.lint.schema import SchemaFinding, check_schema
from netpol_lsp.yaml.to_python import to_python
from tests.builders import mapping, policy_text


def violations(spec: str) -> list[SchemaFinding]:
    root = mapping(policy_text(spec))
    return list(check_schema(root, to_python(root).value))


def shown(spec: str) -> list[tuple[str, str]]:
    text = policy_text(spec)
    return [(one.keyword, text[one.span.start : one.span.end]) for one in violations(spec)]


def test_a_valid_policy_has_none():
    assert violations("{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}") == []


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("{podSelector: {}, podSelektor: {}}", [("additionalProperties", "{}")]),
        ("{ingress: {}}", [("type", "{}")]),
        ("{policyTypes: [Ingres]}", [("enum", "Ingres")]),
        ("{podSelector: {matchExpressions: [{}]}}", [("required", "{}"), ("required", "{}")]),
    ],
)
def test_each_violation_is_found_at_its_node(spec, found):
    assert shown(spec) == found


def test_missing_fields_are_named_one_by_one():
    found = violations("{podSelector: {matchExpressions: [{values: [a]}, {key: x}]}}")
    assert [(one.path[-1], one.detail) for one in found] == [(0, "key"), (0, "operator"), (1, "operator")]


def test_unknown_fields_are_named_with_their_path():
    found = violations("{ingress: [{form: [], port: []}]}")
    assert [(one.path, one.detail) for one in found] == [
        (("spec", "ingress", 0, "form"), "form"),
        (("spec", "ingress", 0, "port"), "port"),
    ]


def test_what_a_placeholder_hides_is_no_violation():
    assert violations("  ingress: ${RULES}\n  podSelector: ${SELECTOR}\n") == []

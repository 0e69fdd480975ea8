"""NP006: what YAML readers take for different things, and nothing that another rule tells."""

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import Applicability, apply_edits
from tests.builders import BLOCK_HEAD as HEAD


def codes(text: str) -> list[str]:
    return [d.code for d in lint_text(text).diagnostics if d.code in ("NP006", "NP103", "NP102")]


def annotated(value: str) -> str:
    return HEAD + f"  annotations:\n    a: {value}\nspec:\n  podSelector: {{}}\n"


def labelled(value: str) -> str:
    return HEAD + f"spec:\n  podSelector:\n    matchLabels:\n      a: {value}\n"


def ported(value: str) -> str:
    return HEAD + f"spec:\n  podSelector: {{}}\n  ingress:\n    - ports:\n        - port: {value}\n"


@pytest.mark.parametrize("value", ["2024-01-01", "2024-1-2", "2024-01-01T00:00:00Z", "1:30", "190:20:30.15", "="])
def test_annotations(value: str) -> None:
    text = annotated(value)
    [diagnostic] = [d for d in lint_text(text).diagnostics if d.code == "NP006"]
    assert codes(text) == ["NP006"]
    [fix] = diagnostic.fixes
    assert fix.applicability is Applicability.SAFE
    assert f'a: "{value}"' in apply_edits(text, fix.edits)


@pytest.mark.parametrize("value", ["yes", "012", "1_000", "0x1F", "1e3", "1.10", "~"])
def test_what_kubectl_does_not_read_as_text_is_another_rules(value: str) -> None:
    assert codes(annotated(value)) == ["NP103"]
    assert codes(labelled(value)) == ["NP103"]


@pytest.mark.parametrize(
    "value", ["web", '"1:30"', "'2024-01-01'", "1.2.3", "v1", "10:99", "1:2:3:4x", "2024-01", "20240101x", "!!str 1:30"]
)
def test_plain_text_is_fine(value: str) -> None:
    assert codes(annotated(value)) == []


def test_labels() -> None:
    assert codes(labelled("2024-01-01")) == ["NP006"]
    # Refused by the rule for label values: that is enough.
    assert codes(labelled("1:30")) == []


def test_other_places() -> None:
    assert codes(HEAD.replace("web", "2024-01-01")) == ["NP006"]
    assert codes(HEAD + "spec:\n  podSelector:\n    matchLabels:\n      2024-01-01: a\n") == ["NP006"]
    values = "spec:\n  podSelector:\n    matchExpressions:\n      - {key: a, operator: In, values: [2024-01-01, b]}\n"
    assert codes(HEAD + values) == ["NP006"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("8_080", "8080"),
        ("0x50", "80"),
        ("+80", "80"),
        ("8e1", "80"),
        ("80.0", "80"),
        ("0b1010000", "80"),
        ("0o120", "80"),
    ],
)
def test_ports_in_other_notations(value: str, wanted: str) -> None:
    text = ported(value)
    [diagnostic] = [d for d in lint_text(text).diagnostics if d.code == "NP006"]
    [fix] = diagnostic.fixes
    assert fix.applicability is Applicability.SAFE
    assert apply_edits(text, fix.edits) == ported(wanted)


def test_an_octal_port_has_two_readings() -> None:
    [diagnostic] = [d for d in lint_text(ported("0120")).diagnostics if d.code == "NP006"]
    assert diagnostic.message == "`0120` is octal for kubectl: port 80, not 120"
    assert [(fix.title, fix.applicability) for fix in diagnostic.fixes] == [
        ("Write `80`", Applicability.UNSAFE),
        ("Write `120`", Applicability.UNSAFE),
    ]


def test_a_port_with_a_zero_that_is_no_octal() -> None:
    [diagnostic] = [d for d in lint_text(ported("089")).diagnostics if d.code == "NP006"]
    assert [fix.applicability for fix in diagnostic.fixes] == [Applicability.SAFE]


@pytest.mark.parametrize("value", ["80", "http", '"http"', "${PORT}", "{{ .port }}", "0"])
def test_ordinary_ports(value: str) -> None:
    assert codes(ported(value)) == []

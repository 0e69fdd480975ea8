"""NP001 and NP003: one finding for each mistake, and the rest of the document is still checked."""

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.text.source import make_source
from tests.builders import BLOCK_HEAD as HEAD


def refused(text: str) -> list[tuple[str, int]]:
    report = lint_text(text)
    return [(d.code, report.source.lines.line_of(d.span.start) + 1) for d in report.diagnostics if d.is_refused]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("spec\n  podSelector: {}\n", [("NP001", 6)]),
        ("spec:\n  podSelector:{}\n  ingress: [\n", [("NP001", 7), ("NP001", 8)]),
        ("spec:\n  podSelector: {}\n    policyTypes: [ingress]\n", [("NP001", 8), ("NP105", 8)]),
        ("spec:\n  podSelector {}\n  ingress:\n    - ports:\n        - port: 99999\n", [("NP001", 7), ("NP110", 10)]),
        ("spec:\n\tpodSelector: {}\n", [("NP003", 7)]),
        ("spec:\n\tpodSelector: {}\n\tpolicyTypes:\n\t- Ingres\n", [("NP003", 7), ("NP105", 9)]),
        ("spec:\n  # a\n  \t\n  podSelector: {}\n", [("NP003", 8)]),
        ("spec:\n  podSelector: {}\n  ingress: !!int x\n", [("NP001", 8), ("NP102", 8)]),
    ],
)
def test_mistakes(body: str, found: list[tuple[str, int]]) -> None:
    assert refused(HEAD + body) == found


@pytest.mark.parametrize("text", ["key:\tvalue\n", "key: value\t\n", "key: [a,\n\tb]\n"])
def test_tabs_that_yaml_takes_are_fine(text: str) -> None:
    annotated = HEAD.replace(
        "  namespace", "  annotations:\n    " + text.replace("\n", "\n    ").rstrip(" ") + "  namespace"
    )
    assert "NP003" not in [code for code, _ in refused(annotated)]


def test_documents_of_others_get_nothing() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata\n  name: networkpolicy\n---\n" + HEAD
    assert refused(text) == []


def test_a_broken_document_does_not_blind_the_others() -> None:
    text = HEAD.replace("kind:", "kind") + "---\n" + HEAD + "spec:\n  podSelector: []\n"
    assert refused(text) == [("NP001", 2), ("NP102", 13)]


def test_a_document_without_readable_kind_is_ours() -> None:
    assert refused("apiVersion: networking.k8s.io/v1\nkind: @x\nmetadata:\n  name: web\n")[0] == ("NP001", 2)


def test_safe_fixes_lead_to_a_clean_file() -> None:
    text = HEAD + 'spec\n  podSelector:{}\n  policyTypes: [ingress\n  ingress:\n    - ports:\n        - port: "80"\n'
    result = fix_source(make_source("a.yaml", text), FileConfig(frozenset({"NP001", "NP105", "NP110"})))
    assert result.source.text == (
        HEAD + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    - ports:\n        - port: 80\n"
    )


@pytest.mark.parametrize("value", [".inf", ".nan"])
def test_numbers_that_json_cannot_hold(value: str) -> None:
    assert ("NP001", 7) in refused(HEAD + f"spec:\n  podSelector: {value}\n")


@pytest.mark.parametrize("key", ["~", "[a]", "{a: b}", "? [a]\n "])
def test_keys_that_are_no_text(key: str) -> None:
    assert "NP001" in [code for code, _ in refused(HEAD + f"spec:\n  podSelector: {{}}\n  {key}: x\n")]


def test_a_yaml_1_2_directive_is_refused() -> None:
    assert refused("%YAML 1.2\n---\n" + HEAD) == [("NP001", 1)]
    assert refused("%YAML 1.1\n---\n" + HEAD) == []

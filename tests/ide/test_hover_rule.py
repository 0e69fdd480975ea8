"""Rules in hovers: paragraphs are one line each, and nothing is said twice."""

import pytest

from netpol_lsp.ide.field_docs import field_doc
from netpol_lsp.ide.hover_rule import explain_finding, explain_rule, section, unwrapped
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.registry import all_rules

BAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingres]}
"""


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("one\ntwo\n\nthree\nfour", "one two\n\nthree four"),
        ("- one\n  two\n- three", "- one two\n- three"),
        ("1. one\n   two\n2. three", "1. one two\n2. three"),
        ("# head\ntext\nmore", "# head\ntext more"),
        ("| a | b |\n|---|---|\n| c | d |", "| a | b |\n|---|---|\n| c | d |"),
        ("text\n- item\nlazy", "text\n- item lazy"),
        ("", ""),
    ],
)
def test_paragraphs_and_items_are_one_line(text, flat):
    assert unwrapped(text) == flat
    assert unwrapped(flat) == flat


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.info.code)
def test_no_rule_breaks_lines_in_its_paragraphs(rule):
    for text in (section(rule.info, "Why"), explain_rule(rule.info, None)):
        for paragraph in text.split("\n\n"):
            lines = paragraph.splitlines()
            assert len(lines) == 1 or all(line.startswith(("- ", "* ", "|", "1", "2", "3")) for line in lines[1:])


@pytest.mark.parametrize("name", ["podSelector", "policyTypes", "ingress", "egress"])
def test_nor_does_the_documentation_of_a_field(name):
    doc = field_doc(("spec", name))
    assert doc is not None
    assert "\n" not in doc.description


def test_a_finding_is_explained_without_its_message():
    (found,) = [one for one in lint_text(BAD).diagnostics if one.code == "NP105"]
    (rule,) = [one for one in all_rules() if one.info.code == "NP105"]
    text = explain_finding(found, rule.info, "file:///NP105.md")
    assert found.message not in text
    assert text.startswith("**error [NP105](file:///NP105.md) unsupported-value**: " + rule.info.summary)
    assert "Fix: Write `Ingress`" in text
    assert found.message in explain_finding(found, None, None)

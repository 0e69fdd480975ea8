"""NP232 everything-allowed."""

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.lint.engine import lint_text
from tests.builders import policy_text

EVERYBODY = "{namespaceSelector: {}}"
EVERYWHERE = "{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}"


def policy(spec: str) -> str:
    return policy_text(f"{{podSelector: {{}}, {spec}}}")


@pytest.mark.parametrize(
    "spec",
    [
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}, {EVERYWHERE}]}}]",
        f"policyTypes: [Egress], egress: [{{to: [{EVERYWHERE}]}}, {{to: [{EVERYBODY}]}}]",
        f"policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{}}, podSelector: {{}}}}, {EVERYWHERE}]}}]",
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}, {EVERYWHERE}], ports: []}}]",
        # Two halves make a whole, and further rules change nothing.
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}, {{ipBlock: {{cidr: 0.0.0.0/1}}}}, {{ipBlock: {{cidr: '::/0'}}}}]}},"
        " {to: [{ipBlock: {cidr: 128.0.0.0/1}}]}, {ports: [{port: 80}]}]",
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}, {EVERYWHERE}, $PEER]}}, $RULE]",
    ],
)
def test_message(find, spec):
    text = policy(spec)
    (found,) = find("NP232", text)
    assert found.message == "egress is open to everything: the policy changes nothing in this direction"
    assert text[found.span.start :].startswith("egress:")


def test_both_directions(find):
    peers = f"[{EVERYBODY}, {EVERYWHERE}]"
    found = find("NP232", policy(f"ingress: [{{from: {peers}}}], egress: [{{to: {peers}}}]"))
    assert [one.field for one in found] == ["spec.ingress", "spec.egress"]


@pytest.mark.parametrize(
    "spec",
    [
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}]}}]",
        f"policyTypes: [Egress], egress: [{{to: [{EVERYWHERE}]}}]",
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}, {{ipBlock: {{cidr: 0.0.0.0/0}}}}]}}]",
        f"policyTypes: [Egress], egress: [{{to: [{EVERYBODY}, {EVERYWHERE}], ports: [{{protocol: TCP}}]}}]",
        "policyTypes: [Egress], egress: [{to: [{podSelector: {}}, " + EVERYWHERE + "]}]",
        "policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}, "
        + EVERYWHERE
        + "]}]",
        f"policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{matchLabels: {{a: $B}}}}}}, {EVERYWHERE}]}}]",
        # NP207's and NP208's.
        f"policyTypes: [Egress], egress: [{{}}, {{to: [{EVERYBODY}, {EVERYWHERE}]}}]",
        "policyTypes: [Egress], egress: [{to: []}]",
        # Not isolated, or not known to be.
        f"policyTypes: [Ingress], egress: [{{to: [{EVERYBODY}, {EVERYWHERE}]}}]",
        f"policyTypes: [$TYPE], egress: [{{to: [{EVERYBODY}, {EVERYWHERE}]}}]",
        "policyTypes: [Egress], egress: $RULES",
    ],
)
def test_silent(find, spec):
    assert find("NP232", policy(spec)) == []


def test_an_empty_rule_is_said_once():
    text = policy("policyTypes: [Ingress], ingress: [{}]")
    config = FileConfig(frozenset({"NP207", "NP214", "NP232"}))
    assert [
        found.code for found in lint_text(text, config=config).diagnostics if found.code in ("NP207", "NP214", "NP232")
    ] == ["NP207"]

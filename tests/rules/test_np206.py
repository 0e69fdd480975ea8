"""NP206 null-rules: what null means where, and one finding for one cause."""

import pytest

from netpol_lsp.lint.engine import lint_text
from tests.builders import flow_policy as policy


@pytest.mark.parametrize(
    ("spec", "message", "applicability"),
    [
        (
            "policyTypes: [Ingress], ingress: null",
            "`ingress` without a value means that there is no rule: all ingress is denied",
            "safe",
        ),
        (
            "policyTypes: [Ingress], ingress: [{}], egress: ",
            "`egress` without a value denies nothing: `policyTypes` does not list `Egress`, so all egress stays allowed",
            "safe",
        ),
        (
            "egress: ~",
            "`egress` without a value denies nothing: `policyTypes` is missing, so all egress stays allowed",
            "safe",
        ),
        ("ingress: ~", "`ingress` without a value means that there is no rule: all ingress is denied", "safe"),
        ("policyTypes: [$TYPE], ingress: ", "`ingress` without a value means that there is no ingress rule", "safe"),
        ("ingress: [{from: }]", "`from` without a value means anyone, not no one", "safe"),
        ("ingress: [{from: null, ports: [{port: 80}]}]", "`from` without a value means anyone, not no one", "safe"),
        ("policyTypes: [Egress], egress: [{to: }]", "`to` without a value means anywhere, not nowhere", "safe"),
        (
            "ingress: [{from: [{podSelector: {}}], ports: }]",
            "`ports` without a value means every port, not none",
            "unsafe",
        ),
    ],
)
def test_meaning(find, mend, spec, message, applicability):
    text = policy("podSelector: {}, " + spec)
    (found,) = find("NP206", text)
    assert found.message == message
    assert [fix.applicability.value for fix in found.fixes] == [applicability]
    fixed = mend("NP206", text)
    assert ": []" in fixed
    assert find("NP206", fixed) == []


@pytest.mark.parametrize(
    "spec",
    [
        "ingress: []",
        "ingress: [{from: [], ports: []}]",
        "ingress: $RULES",
        "ingress: [null]",
        "ingress: {}",
        "policyTypes: ",
        "",
    ],
)
def test_silent(find, spec):
    assert find("NP206", policy("podSelector: {}, " + spec)) == []


def test_null_peers_are_one_finding():
    text = policy("podSelector: {}, policyTypes: [Egress], egress: [{to: }]")
    codes = [found.code for found in lint_text(text).diagnostics if found.severity.value in ("error", "warning")]
    assert [code for code in codes if code.startswith("NP20")] == ["NP206"]


def test_fix_keeps_comments(mend):
    text = policy("").replace("{}\n", "\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress: # none\n")
    assert mend("NP206", text) == text.replace("ingress: # none", "ingress: [] # none")


def test_silent_in_templates(find):
    text = policy("").replace(
        "{}\n",
        "\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    {{- toYaml .Values.rules | nindent 4 }}\n",
    )
    assert find("NP206", text) == []


@pytest.mark.parametrize("ports", ["{protocol: UDP, port: 53}", "{protocol: UDP, port: 53}, {protocol: TCP, port: 53}"])
def test_dns_is_usually_allowed_towards_anywhere(find, ports):
    text = policy(f"podSelector: {{}}, policyTypes: [Egress], egress: [{{to: , ports: [{ports}]}}]")
    others = [
        text.replace("port: 53", "port: 443", 1),
        text.replace("Egress", "Ingress").replace("egress", "ingress").replace("to:", "from:"),
    ]
    assert [found.severity.value for one in (text, *others) for found in find("NP206", one)] == [
        "info",  # a fact: in the profile `strict` only
        "warning",
        "warning",
    ]
    assert [one for one in lint_text(text).diagnostics if one.code == "NP206"] == []


def test_peers_that_are_commented_out_are_no_peers(find):
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: dns, namespace: shop}\nspec:\n  podSelector: {}\n"
        "  policyTypes: [Egress]\n  egress:\n    - to:\n        # - podSelector: {}\n      ports: [{protocol: UDP, port: 53}]\n"
    )
    (found,) = find("NP206", text)
    assert found.severity.value == "warning"
    (found,) = find("NP206", text.replace("        # - podSelector: {}\n", ""))
    assert found.severity.value == "info"

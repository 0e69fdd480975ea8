"""NP209 empty-selector: quiet about policies that are plainly made for a namespace."""

import pytest

from tests.builders import flow_policy as policy

RULES = "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"


@pytest.mark.parametrize(
    ("spec", "severity", "message"),
    [
        (
            f"podSelector: {{}}, {RULES}",
            "info",
            "`{}` sets no condition: the policy guards every pod of namespace `shop`",
        ),
        (
            f"podSelector: {{matchLabels: {{}}}}, {RULES}",
            "info",
            "`{}` sets no condition: the policy guards every pod of namespace `shop`",
        ),
        (
            f"podSelector: {{matchLabels: }}, {RULES}",
            "info",
            "`matchLabels` without a value sets no condition: the policy guards every pod of namespace `shop`",
        ),
        (
            "podSelector: {matchLabels: {a: b}}, ingress: [{from: [{podSelector: {}}]}]",
            "info",
            "`{}` sets no condition: this means every pod of the policy's own namespace `shop`",
        ),
        (
            "podSelector: {matchLabels: {a: b}}, ingress: [{from: [{podSelector: {matchExpressions: }}]}]",
            "warning",
            "`matchExpressions` without a value sets no condition: this means every pod of the policy's own namespace `shop`",
        ),
        (
            "podSelector: {matchLabels: {a: b}}, ingress: [{from: [{podSelector: {matchLabels: }, namespaceSelector: {}}]}]",
            "warning",
            "`matchLabels` without a value sets no condition: this means every pod of the selected namespaces",
        ),
    ],
)
def test_message(find, spec, severity, message):
    assert [(found.severity.value, found.message) for found in find("NP209", policy(spec))] == [(severity, message)]


@pytest.mark.parametrize(
    "spec",
    [
        "podSelector: {}",
        "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [], egress: []",
        "podSelector: {}, ingress: [{}]",
        "podSelector: {}, policyTypes: [Ingress], egress: [{ports: [{port: 80}]}]",  # no rule in force
        "podSelector: {matchLabels: {a: b}}, ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]",
        "podSelector: {matchLabels: {a: b}, matchExpressions: }, " + RULES,
        "podSelector: , " + RULES,  # NP234's
        "podSelector: $SELECTOR, " + RULES,
        "podSelector: {matchLabels: {a: $B}}, " + RULES,
        "podSelector: {app: web}, " + RULES,  # NP101's
    ],
)
def test_silent(find, spec):
    assert find("NP209", policy(spec)) == []


@pytest.mark.parametrize("name", ["default", "allow-same-namespace", "allow-all-from-web", "baseline-web"])
def test_silent_when_the_name_speaks_of_a_namespace(find, name):
    text = policy("podSelector: {}, ingress: [{from: [{podSelector: {}}]}]", name)
    assert find("NP209", text) == []
    assert len(find("NP209", text.replace(name, "web"))) == 2

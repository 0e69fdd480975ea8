"""NP234 missing-pod-selector."""

import json

import pytest

from tests.builders import HEAD


@pytest.mark.parametrize(
    ("body", "message", "fixed"),
    [
        (
            "",
            "no `spec` means: every pod of namespace `shop` is selected, and all ingress to them is denied",
            "spec:\n  podSelector: {}\n",
        ),
        (
            "spec:\n",
            "an empty `spec` means: every pod of namespace `shop` is selected, and all ingress to them is denied",
            "spec:\n  podSelector: {}\n",
        ),
        (
            "spec: {}\n",
            "an empty `spec` means: every pod of namespace `shop` is selected, and all ingress to them is denied",
            "spec: {podSelector: {}}\n",
        ),
        (
            "spec:\n  podSelector: # who\n",
            "`podSelector` without a value selects every pod of namespace `shop`",
            "spec:\n  podSelector: {} # who\n",
        ),
        (
            "spec:\n  podSelector: null\n",
            "`podSelector` without a value selects every pod of namespace `shop`",
            "spec:\n  podSelector: {}\n",
        ),
        (
            "spec:\n  # all\n  policyTypes: [Ingress]\n",
            "without a `podSelector` the policy selects every pod of namespace `shop`",
            "spec:\n  # all\n  podSelector: {}\n  policyTypes: [Ingress]\n",
        ),
        (
            "spec: {policyTypes: [Ingress]}\n",
            "without a `podSelector` the policy selects every pod of namespace `shop`",
            "spec: {podSelector: {}, policyTypes: [Ingress]}\n",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_message_and_fix(find, mend, body, message, fixed, newline):
    text = (HEAD + body).replace("\n", newline)
    (found,) = find("NP234", text)
    assert (found.severity.value, found.message, found.field) == ("warning", message, "spec.podSelector")
    assert [fix.applicability.value for fix in found.fixes] == ["safe"]
    assert mend("NP234", text) == (HEAD + fixed).replace("\n", newline)


@pytest.mark.parametrize(
    "body",
    [
        "spec: {podSelector: {}}\n",
        "spec: {podSelector: $SELECTOR}\n",
        "spec: $SPEC\n",
        "spec: []\n",
        "spec: {podSelector: []}\n",
        # it is there, but NP101 has to put it right first
        "spec: {podSelectors: {}}\n",
        "spec: {podselector: {}}\n",
        "spec: {podSelector: , matchLabels: {a: b}}\n",
        "podSelector: {}\n",
        "spec:\npodSelector: {}\n",
        "spec: {policyTypes: [Ingress]}\npodSelector: {}\n",
        'spec:\n  {{- include "spec" . | nindent 2 }}\n',
        '{{- include "spec" . }}\n',
    ],
)
def test_silent(find, body):
    assert find("NP234", HEAD + body) == []


def test_json(mend):
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"}}
    assert json.loads(mend("NP234", json.dumps(body, indent=2))) == {**body, "spec": {"podSelector": {}}}


@pytest.mark.parametrize(
    ("name", "severity"),
    [("web", "warning"), ("allow-same-namespace", "info"), ("default-deny", "info"), ("allow-all", "info")],
)
def test_every_pod_is_meant_where_the_name_says_so(find, name, severity):
    text = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  policyTypes: [Ingress]\n"
    assert [one.severity.value for one in find("NP234", text + "  podSelector:\n")] == [severity]
    assert [one.severity.value for one in find("NP234", text)] == ["warning"]

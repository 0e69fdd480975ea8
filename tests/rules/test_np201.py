"""NP201 policy-types-missing: what is filled in, and where the list is written."""

import json

import pytest

from tests.builders import flow_policy as policy


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("podSelector: {}, ingress: [{}]", "`policyTypes` is missing, so the API server fills in `Ingress`"),
        (
            "podSelector: {}, policyTypes: [], ingress: [{}]",
            "`policyTypes` is empty, so the API server fills in `Ingress`",
        ),
        ("podSelector: {}", "`policyTypes` is missing, so the API server fills in `Ingress`: all ingress is denied"),
        (
            "podSelector: {}, ingress: []",
            "`policyTypes` is missing, so the API server fills in `Ingress`: all ingress is denied",
        ),
        (
            "podSelector: {}, egress: [{}]",
            "`policyTypes` is missing, so the API server fills in `Ingress` and `Egress`: all ingress is denied, too",
        ),
        (
            "podSelector: {}, ingress: [{}], egress: [{}]",
            "`policyTypes` is missing, so the API server fills in `Ingress` and `Egress`",
        ),
        (
            "podSelector: {}, egress: []",
            "`policyTypes` is missing, so the API server fills in `Ingress`, and `egress` without a rule does not restrict egress",
        ),
        (
            "podSelector: {}, egress: null",
            "`policyTypes` is missing, so the API server fills in `Ingress`, and `egress` without a rule does not restrict egress",
        ),
        # A null item is an empty rule, and thus one that counts.
        (
            "podSelector: {}, ingress: [{}], egress: [null]",
            "`policyTypes` is missing, so the API server fills in `Ingress` and `Egress`",
        ),
    ],
)
def test_message(find, spec, message):
    assert [(found.message, found.field) for found in find("NP201", policy(spec))] == [(message, "spec.policyTypes")]


@pytest.mark.parametrize(
    "spec",
    [
        "podSelector: {}, policyTypes: [Ingress]",
        "podSelector: {}, policyTypes: [Egress], egress: []",
        "podSelector: {}, policyTypes: [ingress]",  # NP105's
        "podSelector: {}, policyTypes: Ingress",  # NP102's
        "podSelector: {}, policyTypes: ${TYPES}",
        "podSelector: {}, egress: ${RULES}",
        "podSelector: {}, egress: {}",
        "",  # NP234's
    ],
)
def test_silent(find, spec):
    assert find("NP201", policy(spec)) == []


def test_silent_where_a_template_may_write_it(find):
    text = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector: {}\n  {{- include "types" . | nindent 2 }}\n'
    assert find("NP201", text) == []
    assert len(find("NP201", text.replace('  {{- include "types" . | nindent 2 }}\n', ""))) == 1


BLOCK = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: web # ours
  # everyone
  ingress:
  - ports: []
"""


def test_fix_stands_behind_the_pod_selector_in_the_documents_style(mend):
    expected = BLOCK.replace("# ours\n", "# ours\n  policyTypes:\n  - Ingress\n")
    assert mend("NP201", BLOCK) == expected
    assert mend("NP201", BLOCK.replace("\n", "\r\n")) == expected.replace("\n", "\r\n")


def test_fix_in_flow_style_and_json(mend):
    assert mend("NP201", policy("podSelector: {}, egress: [{}]")) == policy(
        "podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}]"
    )
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web"},
        "spec": {"podSelector": {}},
    }
    body_after = {**body, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
    assert json.loads(mend("NP201", json.dumps(body, indent=2)) or "") == body_after


def test_fix_of_a_null_list_and_the_unsafe_one(mend):
    text = BLOCK.replace("  # everyone\n", "  policyTypes:\n  egress:\n")
    assert mend("NP201", text) == text.replace("policyTypes:\n", "policyTypes:\n  - Ingress\n")
    assert mend("NP201", text, "deny all egress") == text.replace(
        "policyTypes:\n", "policyTypes:\n  - Ingress\n  - Egress\n"
    )


def test_each_item_of_a_list(find):
    item = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web"},
        "spec": {"podSelector": {}},
    }
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [item, item]}, indent=1)
    assert [found.field for found in find("NP201", text)] == ["spec.policyTypes"] * 2

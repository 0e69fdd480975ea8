"""One error for one thing that is being typed: what other rules say of the parser's way out of it is left out."""

import pytest

from netpol_lsp.lint.engine import lint_text

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n"
RULES = "  - from:\n    - podSelector: {matchLabels: {app: web}}\n"


def errors(text):
    found = [one for one in lint_text(text).diagnostics if one.severity == "error"]
    return [(one.code, text.count("\n", 0, one.span.start) + 1) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A key in front of a list: the list does not belong to the key above.
        (f"{HEAD}  podSelector: {{}}\n  policyTypes:\n  - Ingress\n  - Egress\n  in\n{RULES}", [("NP001", 9)]),
        (f"{HEAD}  podSelector: {{}}\n  policyTypes:\n  - Ingress\n  in\n{RULES}", [("NP001", 8)]),
        # A value that has taken in the list below it.
        (f"{HEAD}  podSelector:\n    matchExpressions:\n    - key: app\n      operator: In\n      va\n        - web\n", [("NP001", 9)]),
        (f"{HEAD}  podSelector: {{}}\n  egress:\n  - to:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n        ex\n          - 10.1.0.0/16\n", [("NP001", 10)]),
        # A bracket, and a word in it, that are not closed yet.
        (f'{HEAD}  policyTypes: ["In', [("NP001", 5)]),
        # What is missing in an item that is not written to its end.
        (f"{HEAD}  podSelector:\n    matchExpressions:\n    - key: app\n      operator: In\n      v", [("NP001", 9)]),
        # Half a field of a peer.
        (f"{HEAD}  podSelector: {{}}\n  ingress:\n  - from:\n    - podSe:\n", [("NP101", 8)]),
        # A head that is being written.
        ("apiVersion: networking.k8s.io", [("NP009", 1)]),
        ("apiVersion: networking.k8s.io/v1\nkind: NetworkPol", [("NP009", 2)]),
        ("apiVersion: networking.k8s.io/v1\nkind: N", [("NP102", 2)]),
        (f"{HEAD}  podSelector:\n    matchExpressions:\n    - key: n", [("NP102", 7)]),
        ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  labels:\n    a", [("NP102", 5)]),
    ],
)  # fmt: skip
def test_one_error(text, expected):
    assert errors(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Mistakes elsewhere are told beside the one that the parser stumbled over.
        (f"{HEAD}  podSelector {{}}\n  ingress:\n  - ports:\n    - port: 99999\n", [("NP001", 5), ("NP110", 8)]),
        (f"{HEAD}  podSelector: {{}}\n    policyTypes: [ingress]\n", [("NP001", 6), ("NP105", 6)]),
        (f"{HEAD}  podSelector: {{}}\n  policyTypes:\n  - ingress\n  in\n{RULES}", [("NP105", 7), ("NP001", 8)]),
    ],
)
def test_other_errors_stay(text, expected):
    assert errors(text) == expected

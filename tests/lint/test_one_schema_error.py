"""A policy with one mistake gets what the rest of it means as well, so that one round is enough."""

import pytest

from netpol_lsp.lint.engine import lint_text

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
    - Egress
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              team: monitoring
        - podSelector:
            matchLabels:
              app: prometheus
      ports:
        - protocol: TCP
          port: 9090
    - from: []
    - from:
        - ipBlock:
            cidr: 0.0.0.0/0
  egress:
    - to:
        - namespaceSelector: {}
      ports:
        - protocol: TCP
          port: 5432
"""
MEANING = {"NP208", "NP210", "NP402"}


def codes(text):
    return {one.code for one in lint_text(text).diagnostics}


def test_what_is_meant_without_a_mistake():
    assert codes(POLICY) >= MEANING


@pytest.mark.parametrize(
    ("written", "mistake", "error", "lost"),
    [
        ("  name: web\n", "  name: Web_1\n", "NP106", set()),
        ("    - Egress\n", "    - Egres\n", "NP105", set()),
        ("protocol: TCP\n          port: 9090", "protocol: tcp\n          port: 9090", "NP105", set()),
        ("port: 5432", "port: '5432'", "NP110", set()),
        ("cidr: 0.0.0.0/0", "cidr: 0.0.0.0/33", "NP112", {"NP402"}),
        ("app: web\n", "app: true\n", "NP103", set()),
        (
            "  podSelector:\n    matchLabels:\n      app: web",
            "  podSelectors:\n    matchLabels:\n      app: web",
            "NP101",
            set(),
        ),
        ("  podSelector:\n    matchLabels:\n      app: web", "  podSelector:\n    app: web", "NP101", set()),
        ("    - from: []\n", "    - form: []\n", "NP101", {"NP208"}),
        ("  egress:\n", "  egres:\n", "NP101", set()),
        ("          port: 9090\n", "          prot: 9090\n", "NP101", {"NP210"}),
        ("        - namespaceSelector: {}\n", "        - namespaceSelectors: {}\n", "NP101", set()),
        ("kind: NetworkPolicy\n", "kind: NetworkPolicy\nfoo: 1\n", "NP101", set()),
        # Which direction counts is not known.
        ("  policyTypes:\n    - Ingress\n    - Egress\n", "  policyType:\n    - Egress\n", "NP101", MEANING),
        ("  policyTypes:\n    - Ingress\n    - Egress\n", "  policyTypes: Egress\n", "NP102", MEANING - {"NP208"}),
        ("    - Ingress\n", "    - Ingres\n", "NP105", MEANING - {"NP208"}),
    ],
)
def test_what_does_not_depend_on_the_mistake_stays(written, mistake, error, lost):
    assert POLICY.count(written) == 1
    found = codes(POLICY.replace(written, mistake))
    assert error in found
    assert found & MEANING == MEANING - lost


@pytest.mark.parametrize("mistake", ["form", "fromm", "From"])
def test_an_item_with_a_mistake_is_not_judged(mistake):
    """Nothing says that the item without its peers allows everyone."""
    text = POLICY.replace("    - from:\n        - namespaceSelector", f"    - {mistake}:\n        - namespaceSelector")
    found = [one for one in lint_text(text).diagnostics if one.field.startswith("spec.ingress[0]")]
    assert {one.code for one in found} == {"NP101"}

"""NP104 missing-field: the API server refuses what is missing, also where it is there under a name that is all but right."""

import pytest

from netpol_lsp.lint.engine import lint_text

WHOLE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchExpressions:
      - key: app
        operator: In
        values: [web]
  ingress:
    - from:
        - ipBlock:
            cidr: 10.0.0.0/8
"""


def refused(text: str) -> list[str]:
    """The codes of what the API server refuses, sorted."""
    return sorted(one.code for one in lint_text(text).diagnostics if one.is_refused)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("apiVersion:", "ApiVersion:"),
        ("apiVersion:", "apiVerion:"),
        ("kind:", "Kind:"),
        ("metadata:", "metaData:"),
        ("key:", "Key:"),
        ("operator:", "operators:"),
        ("cidr:", "CIDR:"),
        ("cidr:", "cdir:"),
    ],
)
def test_a_misspelt_field_is_unknown_and_missing(old, new):
    assert refused(WHOLE) == []
    assert refused(WHOLE.replace(old, new, 1)) == ["NP101", "NP104"]


@pytest.mark.parametrize("line", ["apiVersion: networking.k8s.io/v1\n", "        operator: In\n", "  name: web\n"])
def test_a_field_that_is_not_there_at_all(line):
    assert refused(WHOLE.replace(line, "", 1)) == ["NP104"]

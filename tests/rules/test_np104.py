"""NP104 missing-field: what is there under a name that is all but right is not missing."""

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
        ("name:", "Name:"),
        ("key:", "Key:"),
        ("operator:", "operators:"),
        ("cidr:", "CIDR:"),
        ("cidr:", "cdir:"),
    ],
)
def test_a_misspelt_field_is_one_error(old, new):
    assert refused(WHOLE) == []
    assert refused(WHOLE.replace(old, new, 1)) == ["NP101"]


@pytest.mark.parametrize("line", ["apiVersion: networking.k8s.io/v1\n", "        operator: In\n", "  name: web\n"])
def test_a_field_that_is_not_there_at_all(line):
    assert refused(WHOLE.replace(line, "", 1)) == ["NP104"]

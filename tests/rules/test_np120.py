"""NP120 says nothing of an exception that NP113 refuses: one mistake, one finding."""

import pytest

from netpol_lsp.lint.engine import lint_text

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [EXCEPT]}}]
"""


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("10.1.0.0/1", ["NP113"]),  # half of /16
        ("10.1.2.3/8", ["NP113"]),
        ("192.168.1.1/16", ["NP113"]),
        ("10.1.2.3/16", ["NP120"]),
        ("10.1.0.0/16", []),
    ],
)
def test_one_finding_for_one_exception(written, codes):
    found = lint_text(POLICY.replace("EXCEPT", written)).diagnostics
    assert [one.code for one in found if one.code in ("NP112", "NP113", "NP120")] == codes

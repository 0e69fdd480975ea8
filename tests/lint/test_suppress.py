"""Suppressions: what they hide, and what is said of them."""

import pytest

from netpol_lsp.config.config import Config, FileConfig, Layer, Setting
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.engine import lint_text

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - from: [{ipBlock: {cidr: 0.0.0.0/0}}]%s
"""


def config(**settings: str) -> FileConfig:
    return Config([Layer({key.replace("__", "."): Setting(value) for key, value in settings.items()})]).for_file()


def found(comment: str, **settings: str) -> list[tuple[str, Severity, bool]]:
    report = lint_text(POLICY % comment, config=config(**settings))
    return [(one.code, one.severity, one.suppressed is not None) for one in report.diagnostics]


def test_a_comment_suppresses_its_own_line():
    assert ("NP402", Severity.WARNING, True) in found("  # netpol: ignore[NP402] the public entry")


@pytest.mark.parametrize(
    ("code", "comment"), [("NP901", "  # netpol: ignore[NP111]"), ("NP902", "  # netpol: ignore[NP777]")]
)
def test_what_is_said_of_suppressions_has_the_configured_severity(code, comment):
    assert (code, Severity.WARNING, False) in found(comment)
    assert (code, Severity.INFO, False) in found(comment, **{f"severity__{code}": "info"})
    assert code not in [one for one, _, _ in found(comment, **{f"severity__{code}": "off"})]


def test_a_former_name_of_a_rule_still_suppresses():
    text = POLICY.replace("name: web, ", "name: web, finalizers: [x], ") % ""
    line = text.replace("spec:", "spec:  #", 1).replace("metadata:", "# netpol: ignore[metadata] known\nmetadata:")
    codes = {one.code: one.suppressed for one in lint_text(line).diagnostics}
    assert codes["NP118"] is not None
    assert "NP902" not in codes

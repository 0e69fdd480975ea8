"""NP206 null-value: keys inside rules, and what the author says of a null list of rules."""

import pytest

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.text.edits import apply_edits
from tests.builders import policy_text


def policy(rules: str, name: str = "web") -> str:
    return policy_text(f"{{podSelector: {{}}, policyTypes: [Ingress], ingress: {rules}}}", name)


@pytest.mark.parametrize(
    ("rule", "says", "severity", "fixed"),
    [
        ("{ports: [{port: null}]}", "every TCP port", Severity.WARNING, None),
        ("{ports: [{protocol: UDP, port: null}]}", "every UDP port", Severity.WARNING, "{ports: [{protocol: UDP}]}"),
        ("{ports: [{port: 80, endPort: null}]}", "makes no range", Severity.WARNING, "{ports: [{port: 80}]}"),
        ("{ports: [{port: 80, protocol: null}]}", "means TCP", Severity.INFO, "{ports: [{port: 80, protocol: TCP}]}"),
        (
            "{from: [{ipBlock: {cidr: 10.0.0.0/8, except: null}}]}",
            "excepts nothing",
            Severity.WARNING,
            "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}",
        ),
    ],
)
def test_a_key_of_a_rule(find, rule, says, severity, fixed):
    text = policy(f"[{rule}]")
    (found,) = find("NP206", text)
    assert says in found.message
    assert found.severity is severity
    fixes = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert fixes == ([policy(f"[{fixed}]")] if fixed else [])


@pytest.mark.parametrize("rule", ["{ports: [{port: $PORT}]}", "{ports: [{port: 80}]}", "{ports: [{}]}"])
def test_silent(find, rule):
    assert find("NP206", policy(f"[{rule}]")) == []

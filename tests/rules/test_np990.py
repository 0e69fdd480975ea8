"""NP990: a rule that fails takes nothing else down."""

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint import plan
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.rule import Context, Diagnostics, document_rule


def test_a_failing_rule_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    @document_rule("NP999", category="intent", severity=Severity.WARNING)
    def failing_rule(ctx: Context) -> Diagnostics:
        """Fails."""
        yield ctx.finding(ctx.objects[0], "before")
        raise ZeroDivisionError("nothing")

    good = next(rule for rule in all_rules() if rule.info.code == "NP105")
    monkeypatch.setattr(plan, "all_rules", lambda: (failing_rule, good))
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n"
        "spec:\n  podSelector: {}\n  policyTypes: [ingress]\n"
    )
    found = lint_text(text, config=FileConfig(frozenset({"NP999", "NP105"}))).diagnostics
    assert sorted(d.code for d in found) == ["NP105", "NP990", "NP999"]
    [internal] = [d for d in found if d.code == "NP990"]
    assert "NP999" in internal.message
    assert "ZeroDivisionError" in internal.message

"""The engine: what it is given and what it makes of it."""

import pytest

from netpol_lsp.config.config import Config, Layer, Setting, default_file_config
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint import engine, plan, registry
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.locate import located_policies
from netpol_lsp.lint.rule import DocumentRule
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

DENY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}
"""
ALLOW_DNS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: dns, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
"""
TWO = f"{DENY}---\n{ALLOW_DNS}"


def codes(text, *workspace):
    analysis = analyse(make_source("file:///a.yaml", text))
    return [one.code for one in engine.lint(analysis, default_file_config(), *workspace).diagnostics]


def test_without_a_workspace_the_policies_of_the_file_count():
    analysis = analyse(make_source("file:///a.yaml", TWO))
    own = WorkspaceSnapshot.of(located_policies(analysis, default_file_config().settings))
    assert "NP216" not in codes(TWO)
    assert codes(TWO) == codes(TWO, own) == codes(TWO, None)


def test_a_workspace_that_is_given_is_all_that_is_known():
    assert "NP216" in codes(DENY, WorkspaceSnapshot())
    assert codes(DENY, WorkspaceSnapshot()) == codes(DENY)


def test_a_rule_that_raises_is_one_finding_with_the_configured_severity(monkeypatch: pytest.MonkeyPatch):
    broken = registry.rule_by_code("NP201")
    assert broken is not None

    def boom(_ctx):
        raise ValueError("boom")

    rules = tuple(
        type(rule)(rule.info, boom) if rule is broken else rule
        for rule in registry.all_rules()
        if isinstance(rule, DocumentRule) or rule is broken
    )
    monkeypatch.setattr(plan, "all_rules", lambda: rules)
    for severity in (Severity.ERROR, Severity.WARNING):
        config = Config([Layer({"severity.NP990": Setting(severity.value)})]).for_file()
        found = engine.lint(analyse(make_source("file:///a.yaml", DENY)), config).diagnostics
        internal = [one for one in found if one.code == "NP990"]
        assert [one.severity for one in internal] == [severity]
        assert "NP201" in internal[0].message


def test_each_missing_field_is_reported_once_and_nothing_is_read_from_messages():
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {matchExpressions: [{values: [x]}]}\n"
    found = [one for one in engine.lint_text(text).diagnostics if one.code == "NP104"]
    assert sorted(one.message.split("`")[1] for one in found) == ["key", "operator"]

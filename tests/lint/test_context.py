"""What a rule is given, and the findings that it makes."""

import pytest

from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.lint.analysis import analyse_document
from netpol_lsp.lint.context import ConfiguredRule, DocumentScope, PolicyContext
from netpol_lsp.lint.registry import rule_info
from netpol_lsp.policies.direction import Direction
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from tests.builders import policy_text

SPEC = (
    "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}, null], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"
)


def context(text: str, severity: Severity | None = None, info: RuleInfo | None = None) -> PolicyContext:
    analysis = analyse_document(text)
    assert analysis is not None
    scope = DocumentScope(analysis, Settings(default_namespace="fallback"), WorkspaceSnapshot())
    rule = ConfiguredRule(info or rule_info("NP201"), {}, severity)
    return PolicyContext(rule, scope, analysis.policies[0], analysis.plain[0])


def test_a_finding_knows_its_object_and_field():
    ctx = context(policy_text(SPEC))
    block = ctx.policy.egress[0].peers[0].ip_block
    assert block is not None
    assert block.cidr is not None
    found = ctx.finding(block.cidr, "a message")
    assert (found.code, found.name) == (ctx.rule.code, ctx.rule.name)
    assert str(found.object) == "NetworkPolicy shop/web"
    assert found.field == "spec.egress[0].to[0].ipBlock.cidr"
    assert found.span == block.cidr.span


@pytest.mark.parametrize(
    ("configured", "given", "severity"),
    [
        (None, None, rule_info("NP201").severity),
        (None, Severity.HINT, Severity.HINT),
        (Severity.ERROR, Severity.HINT, Severity.ERROR),
    ],
)
def test_the_configured_severity_wins_over_the_rules(configured, given, severity):
    ctx = context(policy_text(SPEC), configured)
    assert ctx.finding(Span(0, 1), "x", severity=given).severity is severity


def test_fixes_are_made_when_they_are_asked_for():
    ctx, asked = context(policy_text(SPEC)), []

    def make() -> Fix | None:
        asked.append(1)
        return ctx.fix("Do it", (TextEdit(Span(0, 0), "x"),), Applicability.UNSAFE)

    found = ctx.finding(Span(0, 1), "x", fixes=make)
    assert asked == []
    assert [(fix.title, fix.applicability) for fix in found.fixes] == [("Do it", Applicability.UNSAFE)]
    assert list(found.fixes)
    assert asked == [1]


@pytest.mark.parametrize("edits", [None, ()])
def test_without_edits_there_is_no_fix(edits):
    ctx = context(policy_text(SPEC))
    assert ctx.fix("Do it", edits) is None
    assert tuple(ctx.finding(Span(0, 1), "x", fixes=[ctx.fix("Do it", edits)]).fixes) == ()


def test_rules_come_as_written_and_as_meant():
    ctx = context(policy_text(SPEC))
    pairs = list(ctx.rules(Direction.INGRESS))
    assert [(rule.allows_every_peer, meaning.allows_everything, meaning.index) for rule, meaning in pairs] == [
        (False, False, 0),
        (True, True, 1),
    ]


def test_rules_that_cannot_be_read_do_not_shift_the_others():
    pairs = list(context(policy_text("{ingress: [1, {}, x, {from: [{podSelector: {}}]}]}")).rules(Direction.INGRESS))
    assert [(meaning.index, meaning.peers is None) for _, meaning in pairs] == [(1, True), (3, False)]


def test_namespaces_fall_back_to_the_configuration():
    assert context(policy_text(namespace="shop")).namespace == "shop"
    assert context(policy_text(namespace=None)).namespace == "fallback"
    assert context(policy_text(namespace=None)).semantics.namespace == "fallback"

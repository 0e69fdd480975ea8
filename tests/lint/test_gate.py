"""The gate: safe is what holds when all safe fixes are applied together and the result is read again."""

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.fix_choice import judge_fixes
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.lint.gate import Gate, Violation
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  # the pods
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Ingress, Egress]
  ingress:
    # first
    - from:
        - podSelector: {}
    # second
    - ports:
        - protocol: TCP
          port: 80
"""
CONFIG = default_file_config()


def edit(text: str, old: str, new: str) -> Fix:
    assert text.count(old) == 1
    start = text.index(old)
    return Fix("change it", (TextEdit(Span(start, start + len(old)), new),))


def gate(text: str) -> Gate:
    return Gate(analyse(make_source("a.yaml", text)), CONFIG)


def violations(text: str, after: str) -> set[Violation]:
    return gate(text).violations(analyse(make_source("a.yaml", after)))


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("app: web", "app: 'web'", set()),
        ("policyTypes: [Ingress, Egress]", "policyTypes: [Egress, Ingress]", set()),
        ("        - protocol: TCP\n          port: 80", "        - port: 80", set()),
        ("        - podSelector: {}\n", "        - podSelector: {}\n        - podSelector: {}\n", set()),
        ("policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]", {Violation.OTHER_OBJECT}),
        ("app: web", "app: db", {Violation.OTHER_OBJECT}),
        ("name: web", "name: db", {Violation.OTHER_OBJECT}),
        ("port: 80", "port: 80000", {Violation.NEW_ERROR, Violation.OTHER_OBJECT}),
        ("app: web", "app: web\n      app: web", {Violation.NEW_ERROR, Violation.OTHER_OBJECT}),
        ("app: web", "app: [web", {Violation.UNREADABLE}),
        ("  # the pods\n", "", {Violation.LOST_COMMENT}),
        ("  # the pods\n  podSelector", "  podSelector", {Violation.LOST_COMMENT}),
        (
            "    # first\n    - from:\n        - podSelector: {}\n    # second\n",
            "    # first\n    # second\n",
            {Violation.OTHER_OBJECT, Violation.MOVED_COMMENT},
        ),
    ],
)
def test_what_is_wrong_with_a_change(old: str, new: str, wanted: set[Violation]) -> None:
    assert POLICY.count(old) == 1
    assert violations(POLICY, POLICY.replace(old, new)) == wanted


def test_a_comment_stays_with_its_key() -> None:
    before = POLICY.replace("  # the pods\n", "").replace("  policyTypes", "  # both\n  policyTypes")
    after = before.replace("  # both\n", "  # both\n  egress: []\n")
    assert violations(before, after) == {Violation.MOVED_COMMENT}
    assert violations(before, before.replace("  # both\n", "  egress: []\n  # both\n")) == set()


def test_a_comment_goes_along_with_what_moves() -> None:
    before = POLICY.replace("  ingress:\n    # first\n    - from", "  ingress:\n    - from")
    moved = before.replace("  # the pods\n  podSelector:\n    matchLabels:\n      app: web\n", "")
    moved += "  # the pods\n  podSelector:\n    matchLabels:\n      app: web\n"
    assert violations(before, moved) == set()


def test_what_was_refused_has_less_to_refuse() -> None:
    refused = POLICY.replace("port: 80", "port: 80000").replace("TCP", "tcp")
    assert violations(refused, refused.replace("tcp", "TCP")) == set()
    assert violations(refused, refused.replace("app: web", "app: 'web'")) == {Violation.STILL_REFUSED}


def test_documents_are_judged_one_by_one() -> None:
    text = (
        POLICY + "---\n" + POLICY.replace("name: web", "name: db").replace("TCP", "tcp").replace("app: web", "app: db")
    )
    good, bad = edit(text, "tcp", "TCP"), edit(text, "app: web", "app: shop")
    assert gate(text).holding([bad, good]) == [good]


def test_of_two_that_collide_the_first_one_holds() -> None:
    """Both write the missing list: each alone is right, together the key is there twice."""
    text = POLICY.replace("  policyTypes: [Ingress, Egress]\n", "").replace("      app: web\n", "      app: true\n")
    text = text.replace("true", "web") + "  egress:\n    - {}\n"
    start = text.index("  ingress:")
    one = Fix("write it", (TextEdit(Span(start, start), "  policyTypes: [Ingress, Egress]\n"),))
    other = Fix("write it at the end", (TextEdit(Span(len(text), len(text)), "  policyTypes: [Ingress, Egress]\n"),))
    judge = gate(text)
    assert judge.holds([one])
    assert judge.holds([other])
    assert not judge.holds([one, other])
    assert judge.holding([one, other]) == [one]


def test_what_collides_is_left_out_and_said_to_be_unsafe(monkeypatch) -> None:
    text = POLICY.replace("  policyTypes: [Ingress, Egress]\n", "") + "  egress:\n    - {}\n"
    start = text.index("  ingress:")
    places = {"NP298": start, "NP299": len(text)}

    def lint_with_ours(analysis, config, workspace=None):
        report = lint(analysis, config, workspace)
        ours = [
            Diagnostic(
                code,
                "ours",
                Category.INTENT,
                Severity.WARNING,
                "missing",
                Span(at - 1, at),
                fixes=(Fix("write it", (TextEdit(Span(at, at), "  policyTypes: [Ingress, Egress]\n"),)),),
            )
            for code, at in places.items()
            if "policyTypes" not in analysis.source.text
        ]
        return type(report)(report.source, report.documents, report.policies, (*ours, *report.diagnostics[:0]))

    monkeypatch.setattr("netpol_lsp.lint.fixer.lint", lint_with_ours)
    source = make_source("a.yaml", text)
    result = fix_source(source, CONFIG)
    assert result.applied == {"NP298": 1}
    assert result.source.text.count("policyTypes") == 1
    analysis = analyse(source)
    found = lint_with_ours(analysis, CONFIG).diagnostics
    judge = judge_fixes(analysis, found, CONFIG)
    said = [judge.fixes(one)[0].applicability for one in found]
    assert said == [Applicability.SAFE, Applicability.UNSAFE]


def test_a_fix_that_makes_room_for_another_one_is_judged_with_it() -> None:
    """A list out of a word brings to light that the word is in lower case, which another safe fix mends."""
    text = POLICY.replace("policyTypes: [Ingress, Egress]", "policyTypes: ingress")
    fixed = fix_source(make_source("a.yaml", text), CONFIG)
    assert "policyTypes: [Ingress]" in fixed.source.text
    assert fixed.applied == {"NP102": 1, "NP105": 1}


def test_it_costs_nothing_until_fixes_are_asked_for(monkeypatch) -> None:
    monkeypatch.setattr(Gate, "holds", lambda *_: pytest.fail("nobody asked"))
    analysis = analyse(make_source("a.yaml", POLICY.replace("TCP", "tcp")))
    found = lint(analysis, CONFIG).diagnostics
    judge_fixes(analysis, found, CONFIG)
    assert [one.code for one in found if one.is_refused] == ["NP105"]


def test_fixing_begins_with_any_budget_and_says_that_it_ended_at_it(monkeypatch) -> None:
    # Tabs are repaired in a round of their own.
    text = POLICY.replace("protocol: TCP", "protocol: tcp").replace("  ", "\t")
    whole = fix_source(make_source("a.yaml", text), CONFIG)
    assert not whole.is_cut_short
    assert "protocol: TCP" in whole.source.text
    monkeypatch.setattr("netpol_lsp.lint.gate._MOST_WORK", 1)
    begun = fix_source(make_source("a.yaml", text), CONFIG)
    assert begun.is_cut_short
    assert "\t" not in begun.source.text
    assert "protocol: tcp" in begun.source.text

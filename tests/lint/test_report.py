from dataclasses import replace

import pytest

from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity, Suppression
from netpol_lsp.lint.report import FileReport, Summary, best_applicability, make_report, summarise
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

FOUND = Diagnostic("NP103", "x", Category.API, Severity.ERROR, "no text", Span(0, 1))


def fixed(*applicabilities):
    fixes = tuple(Fix("Do it", (TextEdit(Span(0, 0), "x"),), item) for item in applicabilities)
    return replace(FOUND, fixes=fixes)


def result(uri, *found, documents=1, policies=1):
    return FileReport(make_source(uri, "a"), documents, policies, tuple(found))


@pytest.mark.parametrize(
    ("applicabilities", "best"),
    [
        ((), None),
        ((Applicability.DISPLAY,), Applicability.DISPLAY),
        ((Applicability.DISPLAY, Applicability.UNSAFE), Applicability.UNSAFE),
        ((Applicability.UNSAFE, Applicability.SAFE), Applicability.SAFE),
    ],
)
def test_best_applicability(applicabilities, best):
    assert best_applicability(fixed(*applicabilities)) is best


def test_counts():
    found = [
        FOUND,
        fixed(Applicability.SAFE, Applicability.UNSAFE),
        replace(fixed(Applicability.UNSAFE), severity=Severity.WARNING),
        replace(fixed(Applicability.DISPLAY), severity=Severity.INFO),
        replace(FOUND, severity=Severity.HINT),
        replace(fixed(Applicability.SAFE), suppressed=Suppression("comment")),
    ]
    summary = summarise([result("a", *found[:3]), result("b", *found[3:])])
    assert summary == Summary(error=2, warning=1, info=1, hint=1, suppressed=1, safe=1, unsafe=1)
    assert summary.fixable == 2
    assert summary.total == 5


def test_report_adds_up():
    context = make_source("c", "other")
    report = make_report([result("a", documents=2, policies=3), result("b", FOUND, policies=0)], [context])
    assert (report.files, report.documents, report.policies) == (2, 3, 3)
    assert report.summary == Summary(error=1)
    assert set(report.sources()) == {"a", "b", "c"}
    assert report.sources()["c"] is context


def test_linted_text_goes_before_context():
    linted = result("a")
    assert make_report([linted], [make_source("a", "old")]).sources()["a"] is linted.source

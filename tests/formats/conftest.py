"""One report with everything that is hard to show, made by hand."""

import pytest

from netpol_lsp.findings.diagnostic import (
    Category,
    Diagnostic,
    ObjectRef,
    Related,
    Severity,
    Suppression,
    with_occurrence_index,
)
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.lint.report import FileReport, make_report
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

WEB = """\
# 网络策略 🚀 web
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {"🚀": 中文, app: true}}
  ingress:
    - from:
        - podSelector: {}
        - namespaceSelector: {}
      ports:
        - port:\t8080
          endPort: 80  # 👩‍👩‍👧
        - port: 70000
  egress:
    - to:
        - ipBlock: {cidr: 10.0.0.0/8}
        - ipBlock: {cidr: 10.0.0.0/8}
        - ipBlock: {cidr: 10.1.0.0/16}
        - ipBlock: {cidr: 10.2.0.0/16}
        - ipBlock: {cidr: 10.3.0.0/16}
  policyTypes: [Ingress]
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"
LONG = (
    '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"long","annotations":{"note":"'
    + "0123456789" * 30
    + '"}},"spec":{"podSelector":{"matchLabels":{"app":true}},"ingress":[{"from":[{"podSelector":{}}]}],"description":"'
    + "abcdefghij" * 30
    + '"}}'
)
END = "kind: NetworkPolicy\nspec:\n"
OBJECT = ObjectRef("NetworkPolicy", "shop", "web")


def span(text, part, nth=0):
    """The span of the nth occurrence of a part of a text."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(part, start + 1)
    return Span(start, start + len(part))


def info(code, name, severity, category, doc, **details):
    return RuleInfo(code, name, Category(category), severity, doc, **details)


RULES = (
    info(
        "NP103",
        "unquoted-label-value",
        Severity.ERROR,
        "api",
        "A label value is not text.\n\n## Why\nYAML reads `true` as a boolean.\n\n## Fix safety\nSafe.\n\n"
        '```yaml bad\napp: true  # <- NP103\n```\n\n```yaml fixed\napp: "true"\n```',
    ),
    info("NP111", "invalid-end-port", Severity.ERROR, "api", "endPort is below port."),
    info("NP202", "and-or-peers", Severity.WARNING, "intent", "Two peers where one was meant."),
    info("NP230", "overlap", Severity.HINT, "style", "Blocks overlap.", opt_in=True),
)


def web_findings():
    quote = Fix('Write "true"', (TextEdit(span(WEB, "true"), '"true"'),))
    peers = Span(span(WEB, "- podSelector: {}").start, span(WEB, "- namespaceSelector: {}").end)
    dash = Span(span(WEB, "- namespaceSelector").start, span(WEB, "- namespaceSelector").start + 2)
    merge = Fix("Merge the two peers", (TextEdit(dash, "  "),), Applicability.UNSAFE)
    blocks = Span(span(WEB, "ipBlock: {cidr: 10.0.0.0/8}").start, span(WEB, "10.3.0.0/16}").end)
    return [
        Diagnostic(
            "NP103", "unquoted-label-value", Category.API, Severity.ERROR, "label value `true` is a boolean, not text",
            span(WEB, "true"), label="the API server refuses this", object=OBJECT,
            field="spec.podSelector.matchLabels.app", fixes=(quote,),
        ),
        Diagnostic(
            "NP202", "and-or-peers", Category.INTENT, Severity.WARNING, "these are two peers: one *or* the other",
            peers, label="two items", object=OBJECT, field="spec.ingress[0].from",
            related=(
                Related(span(NAMESPACE, "shop"), "the namespace is here", "shop/namespace.yaml"),
                Related(Span(0, 4), "not at hand", "elsewhere/policy.yaml"),
            ),
            fixes=(merge, Fix("DNS first, then this", (), Applicability.DISPLAY)),
        ),
        Diagnostic(
            "NP111", "invalid-end-port", Category.API, Severity.ERROR, "endPort `80` is below port `8080`",
            Span(span(WEB, "endPort: 80").end - 2, span(WEB, "endPort: 80").end), label="below `port`", object=OBJECT, field="spec.ingress[0].ports[0].endPort",
            related=(Related(span(WEB, "8080"), "the port"), Related(span(WEB, "podSelector"), "for these pods")),
        ),
        Diagnostic(
            "NP110", "invalid-port", Category.API, Severity.ERROR, "port `70000` is above 65535",
            span(WEB, "70000"), object=OBJECT, field="spec.ingress[0].ports[1].port",
            suppressed=Suppression("comment", "wanted"),
        ),
        Diagnostic(
            "NP230", "overlap", Category.STYLE, Severity.HINT, "the blocks overlap", blocks, object=OBJECT,
            field="spec.egress[0].to",
        ),
        Diagnostic(
            "NP231", "equal-blocks", Category.SECURITY, Severity.INFO, 'the blocks\nare 100% equal, see: <a href="x">&\x1b[31m',
            blocks, label="all of these", object=OBJECT, field="spec.egress[0].to",
        ),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def report():
    app = span(LONG, "true")
    files = [
        (make_source("empty.yaml", ""), 0, 0, ()),
        (
            make_source("end.yaml", END), 1, 1,
            (Diagnostic("NP104", "missing-field", Category.API, Severity.ERROR, "spec has no value", Span(len(END), len(END)),
                        label="here", object=ObjectRef("NetworkPolicy", None, None), field="spec"),),
        ),
        (
            make_source("long line, 100%.json", LONG), 1, 1,
            (Diagnostic("NP103", "unquoted-label-value", Category.API, Severity.ERROR, "label value `true` is a boolean, not text",
                        app, label="the API server refuses this", object=ObjectRef("NetworkPolicy", None, "long"),
                        field="spec.podSelector.matchLabels.app",
                        fixes=(Fix('Write "true"', (TextEdit(app, '"true"'),)),)),),
        ),
        (make_source("shop/namespace.yaml", NAMESPACE), 1, 0, ()),
        (make_source("shop/web.yaml", WEB), 1, 1, web_findings()),
    ]  # fmt: skip
    return make_report(
        FileReport(source, documents, policies, tuple(with_occurrence_index(found)))
        for source, documents, policies, found in files
    )


@pytest.fixture(scope="session")
def rules():
    return RULES


@pytest.fixture
def one():
    """A report with one finding, of a text and the part of it that is marked."""

    def make(text, part, nth=0, *, uri="a.yaml", **details):
        place = part if isinstance(part, Span) else span(text, part, nth)
        found = {
            "code": "NP103", "name": "unquoted-label-value", "category": Category.API, "severity": Severity.ERROR,
            "message": "no text", **details,
        }  # fmt: skip
        diagnostics = with_occurrence_index([Diagnostic(span=place, **found)])
        return make_report([FileReport(make_source(uri, text), 1, 1, tuple(diagnostics))])

    return make

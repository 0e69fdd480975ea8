"""Suppressions that are written by the editor do suppress."""

import json

import pytest

from netpol_lsp.ide.suppress_edits import suppress_in_document, suppress_on_line
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import apply_edits
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

TEXT = """\
# a note
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - from: []
      ports: []
"""


def suppress(text, code, where):
    """The text behind suppressing the first finding with a code."""
    finding = next(one for one in lint_text(text).diagnostics if one.code == code and one.suppressed is None)
    part = analyse(make_source("u", text)).part_at(finding.span.start)
    span = Span(finding.span.start - part.start, finding.span.end - part.start)
    edits = where(part.analysis.document, span, code)
    return (
        None
        if edits is None
        else text[: part.start] + apply_edits(part.text, edits) + text[part.start + len(part.text) :]
    )


def in_document(document, _span, code):
    return suppress_in_document(document, code)


def open_findings(text, code):
    return [one for one in lint_text(text).diagnostics if one.code == code and one.suppressed is None]


@pytest.mark.parametrize("where", [suppress_on_line, in_document])
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "---\n" + TEXT,
        "a: 1\n---\n" + TEXT,
        "---\n" + TEXT + "---\nb: 2\n",
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("# a note\n", ""),
        TEXT.replace("    - from: []", "    # netpol: ignore[NP207] so be it\n    - from: []"),
        TEXT.replace("- from: []", "- from: [] # netpol: ignore[NP207]"),
        TEXT.replace("# a note", "# netpol: ignore[NP207] whatever"),
    ],
)
def test_the_finding_is_gone(text, where):
    assert open_findings(text, "NP208")
    after = suppress(text, "NP208", where)
    assert not open_findings(after, "NP208"), after
    assert after.count("\n") - text.count("\n") in (0, 1)


def test_a_comment_that_is_there_is_used():
    once = suppress(TEXT, "NP208", suppress_on_line)
    twice = once.replace("ports: []", "ports:")
    assert "# netpol: ignore[NP208] TODO: say why\n    - from: []" in once
    document = analyse(make_source("u", twice)).parts[0].analysis.document
    line = twice.index("from")
    edits = suppress_on_line(document, Span(line, line), "NP999")
    assert "# netpol: ignore[NP208, NP999] TODO: say why" in apply_edits(twice, edits)
    assert suppress_on_line(document, Span(line, line), "NP208") is None, "it is there already"


def test_on_the_first_line_the_comment_stands_behind():
    text = TEXT.replace("# a note\n", "")
    document = analyse(make_source("u", text)).parts[0].analysis.document
    after = apply_edits(text, suppress_on_line(document, Span(0, 3), "NP999"))
    assert after.startswith("apiVersion: networking.k8s.io/v1  # netpol: ignore[NP999]")
    noted = text.replace("v1\n", "v1 # note\n", 1)
    document = analyse(make_source("u", noted)).parts[0].analysis.document
    assert suppress_on_line(document, Span(0, 3), "NP999") is None


def test_json_has_an_annotation():
    text = json.dumps(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": []}]},
        },
        indent=2,
    )
    assert suppress(text, "NP208", suppress_on_line) is None
    after = suppress(text, "NP208", in_document)
    assert json.loads(after)["metadata"]["annotations"] == {"netpol-lint/ignore": "NP208"}
    assert not open_findings(after, "NP208")

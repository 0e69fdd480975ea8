"""A Go template with a block that is never closed, or with an end too many: nothing comes of it, and that is said."""

from __future__ import annotations

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.yaml.templates.balance import find_unbalanced
from netpol_lsp.yaml.templates.languages import language_of

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: b}
spec:
  podSelector: {}
  policyTypes: [Ingress]
"""


def _said(text: str) -> list[tuple[str, str]]:
    found = [one for one in lint_text(text).diagnostics if one.code == "NP001"]
    return [(text[one.span.start : one.span.end], one.message) for one in found]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("{{- if .Values.on }}\n" + POLICY, "{{- if .Values.on }}"),
        (POLICY + "  {{- range .Values.x }}\n  {{- if .y }}\n  {{- end }}\n", "{{- range .Values.x }}"),
        (POLICY + "{{- with (index .Values 1) }}\n", "{{- with (index .Values 1) }}"),
        ('{{ define "x" }}\n' + POLICY + "  {{- if .a }}\n  {{ end }}\n", '{{ define "x" }}'),
    ],
)
def test_what_is_never_closed_is_said(text: str, action: str) -> None:
    ((where, message),) = _said(text)
    assert where == action
    assert "is never closed, so that nothing can be rendered" in message


@pytest.mark.parametrize(
    ("text", "action"),
    [
        (POLICY + "{{- end }}\n", "{{- end }}"),
        (POLICY + "{{- if .x }}\n{{- else }}\n{{- else if .y }}\n{{- end }}\n", "{{- else if .y }}"),
        ("{{ .Values.head }}\n" + POLICY + "{{- else }}\n", "{{- else }}"),
    ],
)
def test_what_closes_nothing_is_said(text: str, action: str) -> None:
    ((where, message),) = _said(text)
    assert where == action
    assert "belongs to nothing that is open" in message


def test_a_block_over_several_documents_is_whole() -> None:
    text = "{{- if .x }}\n" + POLICY + "---\n" + POLICY + "{{- end }}\n"
    assert _said(text) == []
    opened = text.replace("{{- end }}\n", "")
    assert [where for where, _ in _said(opened)] == ["{{- if .x }}"]


def test_an_end_in_a_document_of_someone_else_counts() -> None:
    text = POLICY + "{{- if .x }}\n---\nkind: ConfigMap\n{{- end }}\n"
    assert _said(text) == []
    assert _said(text.replace("{{- end }}\n", "")) != []


@pytest.mark.parametrize(
    "text",
    [
        POLICY + "# {{ if .x }}\n",
        POLICY + "# {{ .y }} {{ if .x }}\n  ingress: {{ .z }}\n",
        POLICY.replace("{name: a,", "{annotations: {a: '{{ if .x }}'}, name: a,"),
        POLICY + "---\nkind: ConfigMap\ndata:\n  a: |\n    {{- if .x }}\n    b\n",
        POLICY + "  ingress: [{ports: [{port: {{ start }}, endPort: {{ end }}}]}]\n",
        POLICY + "  ingress: {{ if }}\n",
        POLICY + "  {% if x %}\n",
        POLICY + "  {{#if x}}\n",
        POLICY + "  {{/* if .x }} */}}\n  {{- if .y }}{{ end }}\n",
        POLICY + '  {{ "{{ if .x }}" }}\n',
        POLICY + "  {{- if .x }}\n  {{- else if .y }}\n  {{- else }}\n  {{- end }}\n",
        POLICY + '{{- block "x" . }}\n{{- end }}\n',
    ],
)
def test_what_may_be_meant_otherwise_is_silent(text: str) -> None:
    assert [message for _, message in _said(text) if "rendered" in message] == []


def test_it_is_suppressed_and_configured_like_other_findings() -> None:
    text = "# netpol: ignore-file[NP001] half of a file\n" + POLICY + "{{- if .x }}\n"
    (found,) = [one for one in lint_text(text).diagnostics if one.code == "NP001"]
    assert found.suppressed is not None


def test_deep_blocks_that_are_never_closed_are_one_finding() -> None:
    text = POLICY + "  {{- if .x }}\n" * 500
    assert len(_said(text)) == 1
    assert find_unbalanced(text, language_of(text)) is not None

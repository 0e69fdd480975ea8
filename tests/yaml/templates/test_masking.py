"""Templates: masked without moving anything, unknown values, holes."""

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.yaml.manifests import parse_manifest
from netpol_lsp.yaml.nodes import Scalar, walk
from netpol_lsp.yaml.templates.masking import is_placeholder, is_unknown


def unknown(text: str) -> list[str]:
    document = parse_manifest(text)
    assert document.error is None
    assert document.root is not None
    return [text[node.start : node.end] for node in walk(document.root) if is_unknown(node)]


@pytest.mark.parametrize(
    "text",
    [
        "a: {{ .Values.a }}\n",
        "a: {{ .Values.a }}-b\n",
        'a: "{{ .Values.a }}"\n',
        "a: b{{ .Values.a }}c # d\n",
        'a: {{ .Values.a | default (dict "x" 1) }}\n',
        "a: ${APP}\n",
        "a: $(APP)\n",
    ],
)
def test_unknown_values(text: str) -> None:
    assert len(unknown(text)) == 1


@pytest.mark.parametrize(
    ("text", "holes"),
    [
        ("{{- if .x }}\na: b\n{{- end }}\n", 1),
        ("a:\n  {{- toYaml .x | nindent 2 }}\nb: c\n", 1),
        ("a:\n  {{- range .x }}\n  - {{ . }}\n  {{- else }}\n  - b\n  {{- end }}\n", 2),
        ("{% for x in y %}\na: b\n{% endfor %}\n", 1),
        ("{{/* a comment\nover lines */}}\na: b\n", 0),
        ("a: {{ x }}\n", 0),
        ("{{ if x }}{{ end }} # c\na: b\n", 1),
    ],
)
def test_holes(text: str, holes: int) -> None:
    document = parse_manifest(text)
    assert document.error is None
    assert document.is_template
    assert len(document.holes) == holes


@pytest.mark.parametrize(
    "text", ["a: b\n", "a: {b: {}}\n", 'a: "}}"\n', "a: {b: {c: {}}}\n", "a: [[b], [c]]\n", "a: 5%\n"]
)
def test_other_texts_are_no_templates(text: str) -> None:
    assert not parse_manifest(text).is_template


@pytest.mark.parametrize(
    "value",
    [
        "${APP}",
        "${APP:=x}",
        "pre-${X}-post",
        "$APP",
        "$(APP)",
        "ENC[AES256_GCM,data:x]",
        "x.x.x.x/16",
        "XXX.XXX.XXX.XXX",
    ]
    + ["[target]/32", "<namespace>", "<your address here>", "%NAME%", "@NAME@", "__NAME__", "{{ x }}"],
)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value", ["", "web", "10.0.0.0/8", "$", "a<b", "[::1]", "max", "xx", "100%", "a@b.c", "cost$5", "x.y", "fd00::/8"]
)
def test_other_values_are_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)


def test_scalars_of_a_template_keep_their_place() -> None:
    text = "a: {{ x }}\nb: 'c'\n"
    document = parse_manifest(text)
    assert document.root is not None
    shown = [text[node.start : node.end] for node in walk(document.root) if isinstance(node, Scalar)]
    assert shown == ["a", "{{ x }}", "b", "'c'"]


def test_a_template_that_is_no_yaml_is_told_once_as_information() -> None:
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"
        "  name: {{ .a }}\n  labels: {{ .b }}: {{ .c }}\nspec:\n  podSelector: {}\n"
    )
    found = lint_text(text).diagnostics
    assert [(d.code, d.severity.value) for d in found if d.code.startswith("NP0")] == [("NP008", "info")]
    assert not any(d.is_refused for d in found)


def test_values_of_a_template_are_never_refused() -> None:
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ .a }}\n"
        "  {{- if .ns }}\n  namespace: a\n  {{- else }}\n  namespace: b\n  {{- end }}\n"
        'spec:\n  podSelector:\n    matchLabels:\n      {{- include "x" . | nindent 6 }}\n  ingress:\n    - ports:\n'
        "        - port: {{ .port }}\n          protocol: {{ .p | upper }}\n      from:\n        - ipBlock:\n            cidr: {{ .cidr }}\n"
    )
    assert [d.message for d in lint_text(text).diagnostics if d.is_refused] == []


def test_templates_that_are_not_yaml_are_told_once_a_file() -> None:
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ .a }}\n  labels: {{ .b }}: {{ .c }}\n"
        "spec:\n  podSelector: {}\n"
    )
    found = lint_text("---\n".join([text] * 3)).diagnostics
    assert [(one.code, one.document) for one in found if one.code == "NP008"] == [("NP008", 0)]

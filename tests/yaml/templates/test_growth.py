"""Templates are read in linear time: twice the text takes about twice the steps."""

import json
from collections.abc import Callable

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.policies.kinds import may_be_ours
from netpol_lsp.yaml.manifests import parse_manifest
from tests.steps import steps_of

HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: {{ .Release.Name }}}\n"
    "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n"
)
Maker = Callable[[int], str]


def lines(text: str, count: int) -> str:
    return "".join(text.replace("#i", str(number)) for number in range(count))


GROWING: dict[str, Maker] = {
    "values": lambda n: HEAD + lines("    - ports: [{port: {{ .Values.p#i }}}]\n", n),
    "values on one line": lambda n: HEAD + "    - ports: [" + lines("{port: {{ .p#i }}},", n) + "]\n",
    "includes": lambda n: HEAD + lines("    - from:\n        {{- toYaml .x#i | nindent 8 }}\n", n),
    "includes in one list": lambda n: HEAD + lines("    {{- toYaml .x#i | nindent 4 }}\n    - {}\n", n),
    "conditions": lambda n: HEAD + lines("    {{- if .x#i }}\n    - ports: [{port: 80}]\n    {{- end }}\n", n),
    "the same condition": lambda n: HEAD + "    {{- if .x }}\n    - ports: [{port: 80}]\n    {{- end }}\n" * n,
    "conditions in one": lambda n: HEAD + "    {{- if or" + lines(" .x#i", n) + " }}\n    - {}\n    {{- end }}\n",
    "branches": lambda n: HEAD + "{{ if x }}\n" + lines("{{ else if .x#i }}\n    - {}\n", n) + "{{ end }}\n",
    "nested conditions": lambda n: HEAD + lines("{{ if .x#i }}\n", n) + "    - {}\n" + "{{ end }}\n" * n,
    "loops": lambda n: HEAD + lines("    {{- range .x#i }}\n    - {}\n    {{- end }}\n", n),
    "loops in a list": lambda n: HEAD + "    - {}\n" * n + lines("    {{- range .x#i }}\n    - {}\n    {{- end }}\n", n),
    "definitions": lambda n: lines('{{ define "x#i" }}\na: b\n{{ end }}\n', n) + HEAD,
    "comments": lambda n: HEAD + lines("{{/* a #i */}}\n", n),
    "comments without an end": lambda n: HEAD + "{{/* \n" * n,
    "actions without an end": lambda n: HEAD + "{{ `\n" * n,
    "strings with delimiters": lambda n: HEAD + '{{ "}}" ' * n,
    "stray ends": lambda n: HEAD + "    - {}\n{{ end }}\n" * n,
    "pieces of a word": lambda n: HEAD.replace("name: {{", "name: " + "a{{ if .x }}b{{ end }}" * n + "{{"),
    "blocks of text": lambda n: "a: |\n" + "  {{ .x }}{{- if .y }} z {{ end }}\n" * n + HEAD,
    "moved lines": lambda n: HEAD + lines("    {{ if .x#i }}- {}{{ end }}\n", n),
    "Jinja": lambda n: HEAD + lines("{% if x#i %}\n    - {}\n{% endif %}\n", n),
    "ytt": lambda n: HEAD.replace("{{ .Release.Name }}", "a") + lines("#@ if/end x#i:\n    - {}\n", n),
    "variables": lambda n: HEAD.replace("{{ .Release.Name }}", "a") + lines("    ${X#i}\n", n),
    "ERB": lambda n: HEAD.replace("{{ .Release.Name }}", "a") + lines("<% if x#i %>\n    - {}\n<% end %>\n", n),
    "brackets that stay open": lambda n: HEAD + "\u2019 a: {\n" * n,
}  # fmt: skip


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_twice_the_text_takes_about_twice_the_steps(make: Maker) -> None:
    parse_manifest(make(10))
    few, many = (steps_of(lambda count=count: parse_manifest(make(count))) for count in (200, 400))
    assert many <= 2.2 * few


def description(count: int, **more: object) -> dict[str, object]:
    leaf = {f"f{i}": {"description": "of networking.k8s.io", "type": "string"} for i in range(10)}
    return {
        **more,
        "definitions": {f"d{i}": {"description": "the host\u2019s", "properties": leaf} for i in range(count)},
    }


def test_a_description_of_an_api_is_not_read_at_all() -> None:
    text = json.dumps(description(120), indent=2, ensure_ascii=False)
    assert not may_be_ours(text)
    assert may_be_ours(json.dumps(description(120, kind="List"), indent=2, ensure_ascii=False))
    lint_text("a: b\n")
    assert steps_of(lambda: lint_text(text)) < 1000


@pytest.mark.parametrize("top", ["openapi: 3.0.0\npaths:\n", "definitions:\n"])
def test_nor_is_one_in_yaml(top: str) -> None:
    text = top + "  a: networking.k8s.io\n" * 2000
    assert not may_be_ours(text)
    assert may_be_ours(f"kind: NetworkPolicy\n{text}")
    assert may_be_ours("  a: networking.k8s.io\n" * 2000)


def test_long_json_of_a_kind_is_read_in_linear_time() -> None:
    few, many = (json.dumps(description(count, kind="ConfigMap"), indent=2, ensure_ascii=False) for count in (60, 120))
    lint_text(few)
    assert steps_of(lambda: lint_text(many)) <= 2.2 * steps_of(lambda: lint_text(few))

"""The lexer of Go templates: actions, their kinds, and what is known of their output."""

import pytest

from netpol_lsp.yaml.templates.conditions import ALWAYS, NEVER, Operator
from netpol_lsp.yaml.templates.go import lex, reassigned
from netpol_lsp.yaml.templates.go_expressions import condition_of, output_of
from netpol_lsp.yaml.templates.tokens import TokenKind


def shown(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, text[token.start : token.end]) for token in lex(text)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a: b", []),
        ("a: {{ .b }}", [("output", "{{ .b }}")]),
        ('{{ "}}" }}x', [("output", '{{ "}}" }}')]),
        ("{{ `}}\n{{` }}x", [("output", "{{ `}}\n{{` }}")]),
        ("{{ '}' }}", [("output", "{{ '}' }}")]),
        (r'{{ "\"}}" }}', [("output", r'{{ "\"}}" }}')]),
        ("{{/* a }} b */}}c", [("nothing", "{{/* a }} b */}}")]),
        ("{{- /* a\n--- b */ -}}c", [("nothing", "{{- /* a\n--- b */ -}}")]),
        ("{{ .a\n  | b }}", [("output", "{{ .a\n  | b }}")]),
        ("{{ $x := 1 }}{{ $y = 2 }}{{ $i, $v := .z }}", [("nothing", "{{ $x := 1 }}"), ("nothing", "{{ $y = 2 }}"), ("nothing", "{{ $i, $v := .z }}")]),
        ("{{ $x }}", [("output", "{{ $x }}")]),
        ("{{ if a }}{{ else if b }}{{ else }}{{ end }}", [("open", "{{ if a }}"), ("middle", "{{ else if b }}"), ("middle", "{{ else }}"), ("close", "{{ end }}")]),
        ("{{with a}}{{end}}{{range $i, $x := .b}}{{end}}", [("open", "{{with a}}"), ("close", "{{end}}"), ("open", "{{range $i, $x := .b}}"), ("close", "{{end}}")]),
        ('{{ define "x" }}{{ end }}{{ block "y" . }}{{ end }}', [("define", '{{ define "x" }}'), ("close", "{{ end }}"), ("open", '{{ block "y" . }}'), ("close", "{{ end }}")]),
        ('{{ template "x" . }}{{ break }}', [("output", '{{ template "x" . }}'), ("nothing", "{{ break }}")]),
        ("{{ ifx }}{{ end.x }}{{ range.y }}", [("output", "{{ ifx }}"), ("output", "{{ end.x }}"), ("output", "{{ range.y }}")]),
        ("a: {{ .b\nc: {{ .d }}", [("output", "{{ .b"), ("output", "{{ .d }}")]),
        ("a: {{", [("output", "{{")]),
        ('a: {{ "x\nb: {{ y }}', [("output", '{{ "x'), ("output", "{{ y }}")]),
    ],
)  # fmt: skip
def test_actions(text, tokens):
    assert shown(text) == tokens


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [("{{ a }}", False, False), ("{{- a }}", True, False), ("{{ a -}}", False, True), ("{{- a -}}", True, True), ("{{ -3 }}", False, False)],
)  # fmt: skip
def test_trim_markers(text, before, after):
    (token,) = lex(text)
    assert (token.trims_before, token.trims_after) == (before, after)


@pytest.mark.parametrize(
    ("pipeline", "column", "added", "literal", "is_string", "name"),
    [
        (".x", None, None, None, False, ""),
        ('include "a" . | nindent 4', 4, None, None, False, "a"),
        ("(include `a` .) | nindent 4", 4, None, None, False, "a"),
        ("toYaml .x | indent 8", None, 8, None, False, ""),
        ("nindent 6 (toYaml .x)", 6, None, None, False, ""),
        ("toYaml .x | nindent 6 | trim", None, None, None, False, ""),
        ("toYaml .x | nindent $n", None, None, None, False, ""),
        (".x | quote", None, None, None, True, ""),
        ("quote .x", None, None, None, True, ""),
        ("squote .x | indent 2", None, 2, None, True, ""),
        ('"TCP"', None, None, "TCP", False, ""),
        ('"TCP" | quote', None, None, "TCP", True, ""),
        ("80", None, None, "80", False, ""),
        ("true", None, None, "true", False, ""),
        ('"a" | upper', None, None, None, False, ""),
        ('eq .x "ingress" | ternary "from" "to"', None, None, None, False, ""),
        ('template "a" .', None, None, None, False, "a"),
        ("(((", None, None, None, False, ""),
        ('"open', None, None, None, False, ""),
    ],
)  # fmt: skip
def test_outputs(pipeline, column, added, literal, is_string, name):
    output = output_of(pipeline)
    assert (output.column, output.added, output.literal, output.is_string, output.name) == (
        column,
        added,
        literal,
        is_string,
        name,
    )


def test_conditions_with_the_same_meaning_are_equal():
    assert condition_of(".a") == condition_of("  (.a)  ")
    assert condition_of("not .a") == condition_of(".a | not")
    assert condition_of("not (not .a)") == condition_of(".a")
    assert condition_of('ne .a "x"') == condition_of('not (eq .a "x")')
    assert condition_of('eq "x" .a') == condition_of('eq .a "x"')
    assert condition_of("$x := .a") == condition_of(".a")
    assert condition_of("and .a .b").operator is Operator.ALL
    assert condition_of("or .a (not .b)").operator is Operator.ANY
    assert condition_of("false") == NEVER
    assert condition_of("true") == condition_of('"x"') == ALWAYS
    assert condition_of(".a | default true") == condition_of(".a  | default  true")
    assert condition_of("(.a").operator is Operator.ATOM


@pytest.mark.parametrize(
    "action", ["if", "if ", "if   ", "with  ", "range  ", "else if  ", "if ()", "if | not", "if not ()", "if () | not"]
)
def test_a_condition_that_is_still_to_be_written(action):
    assert [token.kind for token in lex(f"{{{{ {action} }}}}")] in ([TokenKind.OPEN], [TokenKind.MIDDLE])


def test_numbers_of_thousands_of_digits_are_no_columns():
    assert output_of(f"toYaml . | nindent {'9' * 5000}").column is None


def test_variables_that_change():
    assert reassigned("{{ $x := 1 }}{{ $y = 2 }}{{ if eq $z 3 }}") == {"$y"}


def test_kinds_are_told_apart():
    kinds = {token.kind for token in lex('{{ if a }}{{ else }}{{ end }}{{ b }}{{ define "c" }}{{ end }}{{/* d */}}')}
    assert kinds == set(TokenKind)

"""Which template language a file is in, and the lexers of the languages other than Go's."""

import pytest

from netpol_lsp.yaml.templates.languages import Language, language_of, lex


@pytest.mark.parametrize(
    ("text", "uri", "language"),
    [
        ("a: b\n", "", None),
        ("a: [[b], [c]]\n", "", None),
        ("a: ${B}\n", "", None),
        ("a: 'x <b>'\nc: 5%\n", "", None),
        ("# see {a}\nb: {c: {d: e}}\n", "", None),
        ("a: {{ .b }}\n", "", Language.GO),
        ("a: {{ b }}\n", "", Language.GO),
        ("{{- if a }}b{{ end }}{# c #}\n", "", Language.GO),
        ("{{/* a */}}\n", "", Language.GO),
        ("a: {{ b }}\n", "a.yaml.j2", Language.JINJA),
        ("a: b\n", "a.yaml.j2", None),
        ("{% if a %}b: {{ c }}{% endif %}\n", "", Language.JINJA),
        ("{# a #}\nb: {{ c }}\n", "", Language.JINJA),
        ("{{#a}}b{{/a}}\n", "", Language.MUSTACHE),
        ("{{#if a}}b{{else}}c{{/if}}\n", "", Language.MUSTACHE),
        ("a: {{{b}}}\n", "", Language.MUSTACHE),
        ("a: #@ b\n", "", Language.YTT),
        ("#@ load('x')\n---\na: b\n", "", Language.YTT),
        ("a: '(@= b @)'\n", "", Language.YTT),
        ("a: <%= b %>\n", "", Language.ERB),
        ("a: ###ZARF_VAR_B###-c\n", "", Language.ZARF),
        ("a: b ### Zarf\n", "", None),
        ("a: [[ .b ]]\n", "", Language.GO_SQUARE),
        ("[[- range a ]]b[[ end ]]\n", "", Language.GO_SQUARE),
        ("%{ if a }b: c%{ endif }\n", "", Language.TERRAFORM),
        ("a:\n  ${B}\n", "", Language.SHELL),
        ("a: [${B}]\n", "", Language.SHELL),
        ("a: {b: ${C}}\n", "", Language.SHELL),
    ],
)
def test_language(text, uri, language):
    assert language_of(text, uri) is language


def shown(text: str, language: Language) -> list[tuple[str, str]]:
    return [(token.kind.value, text[token.start : token.end]) for token in lex(text, language)[0]]


@pytest.mark.parametrize(
    ("language", "text", "tokens"),
    [
        (Language.JINJA, "{% if a %}{{ b }}{% elif c %}{% else %}{% endif %}", "open output middle middle close"),
        (Language.JINJA, "{% for a in b -%}{%- endfor %}{# {{ c }} #}{% set d = 1 %}", "open close nothing nothing"),
        (Language.JINJA, "{% macro a(b) %}{% endmacro %}{% set c %}{% endset %}", "define close define close"),
        (Language.JINJA, "{% raw %}{{ a }}{% endraw %}{{ '}}' }}", "nothing nothing output"),
        (Language.JINJA, "{% include 'a' %}{% block b %}{% endblock %}{% import 'c' as d %}", "output open close nothing"),
        (Language.JINJA, "{{ a {{ b }}", "output"),
        (Language.MUSTACHE, "{{#a}}{{b}}{{/a}}{{^a}}{{/a}}{{! c }}{{> d}}{{{e}}}", "open output close open close nothing output output"),
        (Language.MUSTACHE, "{{#if a}}{{else if b}}{{else}}{{/if}}{{!-- c --}}", "open middle middle close nothing"),
        (Language.ZARF, "###ZARF_VAR_A###-b ###ZARF_REGISTRY###", "output output"),
        (Language.YTT, "#@ if a:\nb: #@ c\n#@ elif d:\n#@ else:\n#@ end\n", "open output middle middle close"),
        (Language.YTT, "#@ def a(b):\nc: d\n#@ end\n#@ e = 1\n#@overlay/match missing_ok=True\n", "define close nothing nothing"),
        (Language.YTT, "#@ if/end a:\nb:\n  c: d\ne: f\n", "open close"),
        (Language.YTT, "a: '(@= b @)-(@= c @)'\n- #@ d\n", "output output output"),
        (Language.ERB, "<% if a %><%= b %><% elsif c %><% else %><% end %><%# d %>", "open output middle middle close nothing"),
        (Language.ERB, "<% a.each do |b| -%><% end %><% c = 1 %>", "open close nothing"),
        (Language.ERB, "<% if (a) { %><%- b %><% } else if (c) { %><% } else { %><% } %>", "open output middle middle close"),
        (Language.ERB, "<% a.forEach(b => { %><% }) %>", "open close"),
        (Language.TERRAFORM, "%{ if a ~}${b}%{ else }%{ endif }%{ for c in d }%{ endfor }$${e}", "open output middle close open close"),
        (Language.SHELL, "${A} ${B:=c} $${D}", "output output"),
    ],
)  # fmt: skip
def test_tokens(language, text, tokens):
    assert " ".join(kind for kind, _ in shown(text, language)) == tokens


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        (Language.JINJA, "{% if not a and b %}", "{% if (not (a)) and b %}"),
        (Language.ERB, "<% if !a %>", "<% unless a %>"),
        (Language.YTT, "#@ if a == 'b':\n", "#@ if 'b' == a:\n"),
    ],
)
def test_conditions_are_read(language, first, second):
    (one,), (other,) = lex(first, language)[0], lex(second, language)[0]
    assert one.condition == other.condition


def test_an_end_of_one_node_is_where_the_node_ends():
    text = "#@ if/end a:\nb:\n  c: d\ne: f\n"
    close = list(lex(text, Language.YTT)[0])[-1]
    assert text[close.start :] == "e: f\n"

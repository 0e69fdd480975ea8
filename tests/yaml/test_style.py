"""How a document is written, so that edits look as if their author had made them."""

import pytest

from netpol_lsp.text.source import Source
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.style import Style, detect_style, is_plain_safe, quoted, render_block, render_flow, scalar_text


def style_of(text: str) -> Style:
    return detect_style(Source("a.yaml", text), parse_document(text).root)


def test_indentation_and_lists_are_taken_from_the_text():
    indented = style_of("a:\n    b:\n        - c: 1\n          d: 2\n        - e\n")
    flush = style_of("a:\n  b:\n  - c: 1\n  - e\n")
    assert indented.step == 4
    assert flush.step == 2
    assert render_block({"x": ["z"]}, 0, indented) == ["x:", "    - z"]
    assert render_block({"x": ["z"]}, 0, flush) == ["x:", "- z"]


def test_the_newline_is_that_of_the_text():
    assert style_of("a: 1\r\nb: 2\r\n").newline == "\r\n"
    assert style_of("a: 1\n").newline == "\n"


@pytest.mark.parametrize("text", ["web", "kube-system", "1.2.3", "app.kubernetes.io/name"])
def test_plain_words_need_no_quotes(text):
    assert is_plain_safe(text)
    assert scalar_text(text) == text


@pytest.mark.parametrize(
    "text", ["true", "80", "", "~", "- a", "a: b", "a #b", "1:20", "{{ x }}", " a", "*a", "no", "1e3"]
)
def test_words_that_mean_something_else_are_quoted(text):
    assert not is_plain_safe(text)
    assert scalar_text(text) == f'"{text}"'


def test_quotes_are_escaped_in_either_style():
    assert quoted('say "hi"') == '"say \\"hi\\""'
    assert quoted("it's", "'") == "'it''s'"


def test_flow_style_and_json():
    value = {"podSelector": {}, "ports": [80, "http", None]}
    assert render_flow(value, Style()) == "{podSelector: {}, ports: [80, http, null]}"
    assert render_flow(value, Style(), as_json=True) == '{"podSelector": {}, "ports": [80, "http", null]}'

"""Words from a file in Markdown: they are shown, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from netpol_lsp.explanations.policy import explain_policy
from netpol_lsp.ide.hover_rule import explain_finding
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.source import make_source
from netpol_lsp.text.visible import visible

EVIL = [
    "` ![x](https://evil.example/p.png) `",
    "a\n\n![x](https://evil.example/p.png)",
    "[run](command:workbench.action.quit)",
    "`[run](command:x)",
    "<img src=x onerror=alert(1)>",
    "@everyone",
    "https://evil.example/",
    "# heading",
    "- item",
    "``` x",
    "a\u202eb",
    "*a* _b_ ~~c~~ | d",
    "&lt;b&gt;",
    "\\`![x](https://evil.example/)",
    "www.evil.example",
]
INLINE = {"text", "code_inline", "softbreak"}


def tokens(text: str) -> list[str]:
    """The kinds of what Markdown makes of a text, and of what is in it."""
    parsed = MarkdownIt("commonmark", {"html": True, "linkify": False}).parse(text)
    return [inner.type for token in parsed for inner in (token.children or [])]


def outside_code(text: str) -> str:
    parsed = MarkdownIt("commonmark").parse(text)
    return "".join(one.content for token in parsed for one in token.children or () if one.type == "text")


@pytest.mark.parametrize("value", EVIL)
@pytest.mark.parametrize("frame", ["name `{}` is wrong", "{}", "`{}`", "a `b` {} `c`", "{} `x`"])
def test_no_markup_comes_from_a_value(value: str, frame: str) -> None:
    made = "x " + markdown_text(frame.replace("{}", value))
    assert set(tokens(made)) <= INLINE
    assert not re.search(r"@|://|www\\.", outside_code(made))
    assert "\n" not in made


@given(st.text(st.sampled_from("`*_[]()<>!#@&\\|~ ab:/.\n\u202e-") | st.characters(), max_size=40))
def test_any_text(text: str) -> None:
    made = "x " + markdown_text(text)
    assert set(tokens(made)) <= INLINE
    assert visible(made) == made


def test_our_own_sentences_stay_as_they_are() -> None:
    sentence = "`policyTypes` is missing, so the API server fills in `Ingress`: all ingress is denied"
    assert markdown_text(sentence) == sentence


MANIFEST = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: "{value}", namespace: "{value}"}}
spec:
  podSelector: {{matchLabels: {{"{value}": "{value}"}}}}
  policyTypes: [Ingress, "{value}"]
  ingress:
  - from: [{{podSelector: {{matchLabels: {{a: "{value}"}}}}}}]
    ports: [{{port: "{value}", protocol: "{value}"}}]
"""


@pytest.mark.parametrize("value", EVIL)
def test_policies(value: str) -> None:
    text = MANIFEST.format(value=value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"'))
    allowed = {*INLINE, "strong_open", "strong_close"}
    for found in policies_in(analyse(make_source("a.yaml", text))):
        explained = explain_policy(found.policy)
        assert set(tokens(explained.markdown())) <= allowed
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", explained.text())
    report = lint_text(text)
    for one in report.diagnostics:
        shown = explain_finding(one, None, None)
        assert set(tokens(shown)) <= allowed

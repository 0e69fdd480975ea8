"""Which template language a file is written in, and its lexer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netpol_lsp.yaml.templates.tokens import Token


class Language(StrEnum):
    """A family of template languages that one lexer reads."""

    GO = "go"
    """Helm, gomplate, Go's text/template."""
    GO_SQUARE = "go-square"
    """The same with `[[ ]]`."""
    JINJA = "jinja"
    """Jinja, Ansible, Salt, Twig."""
    MUSTACHE = "mustache"
    """Mustache, Handlebars."""
    YTT = "ytt"
    ERB = "erb"
    """ERB, EJS."""
    TERRAFORM = "terraform"
    """templatefile() of Terraform."""
    ZARF = "zarf"
    """Zarf: `###ZARF_VAR_NAME###`, which YAML would take for a comment."""
    SHELL = "shell"
    """envsubst, Flux: `${NAME}` where YAML alone cannot read it."""


# What tells of a language, the surest first. Go's `{{` and Jinja's are the same where nothing else is said.
_GO_WORDS = r"\{\{-?\s*(?:(?:if|range|with|end|include|template|define|block|tpl|toYaml|else)\b|/\*|\$\w*\s*:?=|\(?\s*[.$]|printf\b|quote\b)"


@cache
def _signs() -> tuple[tuple[Language, str, re.Pattern[str]], ...]:
    """What tells of a language, the surest first: its mark, and an expression. Nearly all files have none of the marks."""
    return (
        (Language.JINJA, "{%", re.compile(r"\{%-?\s*\w+")),
        (Language.MUSTACHE, "{{", re.compile(r"\{\{~?\s*[#^]\s*[\w.@]|\{\{~?\s*/\s*\w")),
        (Language.GO, "{{", re.compile(_GO_WORDS)),
        (Language.MUSTACHE, "{{{", re.compile(r"\{\{\{")),
        (Language.JINJA, "{#", re.compile(r"\{#.*?#\}", re.DOTALL)),
        (Language.GO, "{{", re.compile(r"\{\{")),
        (Language.YTT, "#@", re.compile(r"^[ \t]*#@|[:-][ \t]+#@[ \t]", re.MULTILINE)),
        (Language.YTT, "(@", re.compile(r"\(@[=-]?\s.*?@\)")),
        (Language.ERB, "<%", re.compile(r"<%")),
        (Language.ZARF, "###ZARF_", re.compile(r"###ZARF_\w+###")),
        (Language.GO_SQUARE, "[[", re.compile(_GO_WORDS.replace(r"\{\{", r"\[\["))),
        (Language.TERRAFORM, "%{", re.compile(r"%\{~?\s*(?:if|for|else|endif|endfor)\b")),
        (
            Language.SHELL,
            "${",
            re.compile(
                r"^[ \t]*(?:-[ \t]+)?\$\{[^{}\n]*\}[ \t]*$|[\[{,][ \t]*\$\{|:[ \t]+\$\{[^{}\n]*\}[ \t]*[,}\]]",
                re.MULTILINE,
            ),
        ),
    )


_ENDINGS = {
    ".j2": Language.JINJA,
    ".jinja": Language.JINJA,
    ".jinja2": Language.JINJA,
    ".erb": Language.ERB,
    ".ejs": Language.ERB,
    ".mustache": Language.MUSTACHE,
    ".hbs": Language.MUSTACHE,
    ".tftpl": Language.TERRAFORM,
    ".gotmpl": Language.GO,
}
_MARKS = {
    Language.JINJA: ("{{", "{%", "{#"),
    Language.ERB: ("<%",),
    Language.MUSTACHE: ("{{",),
    Language.TERRAFORM: ("%{", "${"),
    Language.GO: ("{{",),
}


RENDERED = "#rendered"
"""In the URI of a text that a renderer made: whatever is in it, it is no template."""


def may_be_template(text: str) -> bool:
    """A quick look: whether a text has what all templates have. Each such sign is within one line."""
    # Written out: it is asked for each file and edit, and nearly all have none of these. One character is found much faster.
    return (
        "{{" in text
        or "[[" in text
        or "{#" in text
        or ("%" in text and ("{%" in text or "<%" in text or "%{" in text))
        or ("@" in text and ("#@" in text or "(@" in text))
        or ("$" in text and "${" in text)
        or "###ZARF_" in text
    )


def language_of(text: str, uri: str = "") -> Language | None:
    """The language of a file, going by its name and its text; None for a plain manifest."""
    if not may_be_template(text) or RENDERED in uri:
        return None
    for ending, language in _ENDINGS.items():
        if uri.endswith(ending):
            return language if any(mark in text for mark in _MARKS[language]) else None
    for language, mark, sign in _signs():
        if mark in text and sign.search(text):
            return language
    return None


def lex(text: str, language: Language) -> tuple[Iterator[Token], frozenset[str]]:
    """The tokens of a text, and the names whose values change on the way."""
    if language in (Language.GO, Language.GO_SQUARE):
        from netpol_lsp.yaml.templates import go  # noqa: PLC0415 - most files are no templates

        square = language is Language.GO_SQUARE
        return go.lex(text, "[[", "]]") if square else go.lex(text), go.reassigned(text)
    return _lexer(language)(text), frozenset()


def _lexer(language: Language) -> Callable[[str], Iterator[Token]]:
    """The lexer of a language other than Go's, loaded when a file needs it."""
    from netpol_lsp.yaml.templates import dollar, erb, jinja, mustache, ytt, zarf  # noqa: PLC0415

    return {
        Language.JINJA: jinja.lex,
        Language.MUSTACHE: mustache.lex,
        Language.YTT: ytt.lex,
        Language.ERB: erb.lex,
        Language.TERRAFORM: dollar.lex_terraform,
        Language.SHELL: dollar.lex_shell,
        Language.ZARF: zarf.lex,
    }[language]

"""Values of a chart that a template asks for: which an action names, and what the chart's values.yaml gives for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.text.markup import markdown_text
from netpol_lsp.text.readable import shorten
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar
from netpol_lsp.yaml.paths import lookup
from netpol_lsp.yaml.templates.languages import Language, language_of, lex

_VALUE = re.compile(r"\.Values((?:\.[\w-]+)+)")
_MOST = 5
_MOST_LINES = 12
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class ValuesFile:
    """A values.yaml that a template may get its values from: `prefix` is the key of the template's chart in it.

    `uri`: where it is; `title`: what it is called.
    """

    source: Source
    uri: str
    title: str = "values.yaml"
    prefix: tuple[str, ...] = ()


def values_at(text: str, uri: str, offset: int) -> tuple[Span, list[tuple[str, ...]]] | None:
    """The action at an offset of a Go template, and the values that it names: the one under the pointer, else all."""
    if ".Values." not in text or language_of(text, uri) is not Language.GO:
        return None
    tokens, _ = lex(text, Language.GO)
    token = next((one for one in tokens if one.start <= offset < one.end), None)
    if token is None:
        return None
    found = list(_VALUE.finditer(text, token.start, token.end))
    under = [one for one in found if one.start() <= offset <= one.end()]
    paths = dict.fromkeys(tuple(one[1].split(".")[1:]) for one in under or found)
    return (Span(token.start, token.end), list(paths)[:_MOST]) if paths else None


def explain_values(paths: Iterable[Sequence[str]], files: Sequence[ValuesFile]) -> Iterator[str]:
    """Sections of Markdown: what each value is, and where that is written. The outermost chart that sets one wins."""
    for path in paths:
        name = markdown_text(f"`.Values.{'.'.join(path)}`")
        found = [(file, place) for file in files if (place := find_value(file, path)) is not None]
        if found:
            file, (node, span) = found[-1]
            line = file.source.lines.line_of(span.start) + 1
            where = markdown_text(f"{file.title} line {line}")
            yield f"{name} is {_shown(node, file.source)}, by default: [{where}]({file.uri}#L{line})"
        elif files:
            yield f"{name} is not in {markdown_text(files[0].title)}: nothing, unless someone sets it"


def named_values(text: str) -> list[tuple[str, ...]]:
    """The values that a part of a template names, in order."""
    return list(dict.fromkeys(tuple(one[1].split(".")[1:]) for one in _VALUE.finditer(text)))


def find_value(file: ValuesFile, path: Sequence[str]) -> tuple[Node, Span] | None:
    """The value at a path of a values file, and the place of its key."""
    root = parse_document(file.source.text, file.uri).root
    node, entry = lookup(root, (*file.prefix, *path))
    if node is None:
        return None
    return node, entry.key.span if entry is not None else node.span


def _shown(node: Node, source: Source) -> str:
    if isinstance(node, Scalar):
        return markdown_text(f"`{shorten(node.value, _LONGEST)}`") if node.value else "empty"
    lines = source.text[node.start : node.end].splitlines()
    what = "a mapping" if isinstance(node, Mapping) else "a list"
    if len(lines) == 1:
        return f"{what}, {markdown_text(f'`{shorten(lines[0], _LONGEST)}`')}"
    return f"{what} of {len(lines)} lines" if len(lines) > _MOST_LINES else what

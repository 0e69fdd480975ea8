"""Splits a text at `---` and parses each document alone.

Offsets inside a document count from its own start, so that an unchanged document can be used again
wherever an edit above has moved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Node
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.prefilter import may_be_lost, may_have_confusables
from netpol_lsp.yaml.recovery.prose import may_have_prose
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape
from netpol_lsp.yaml.style import Style, detect_style

if TYPE_CHECKING:
    from netpol_lsp.yaml.comments import Comment
    from netpol_lsp.yaml.templates.branches import Template
    from netpol_lsp.yaml.templates.open_nodes import Misfit
    from netpol_lsp.yaml.templates.variants import Variant

_END_MARKER = re.compile(r"(?<=[\n\r])\.\.\.(?=[ \t\r\n]|\Z)")
# Possessive: `\r\n` could be read as two line ends as well, and each such choice would be tried again.
_ONLY_HEAD = re.compile(r"(?:[ \t]*(?:#[^\n\r]*)?(?:\r\n|\n|\r)|%[^\n\r]*(?:\r\n|\n|\r))*+\Z")
_YAML_DIRECTIVE = re.compile(r"^%YAML[ \t]+(?!1\.1(?:[ \t]|$))[^\n\r]*", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """One YAML document.

    `source` is its own text with offsets from 0; `root` is None when it is empty; `error` is the syntax
    error that stopped the parser (`root` is then what could be understood around it); `problems` are all
    problems, `error` first. `is_template`: actions of a template language hide a part of it; `holes` are the
    places where whole lines may come in or fall out; `variants` the ways in which it is read, one for each
    choice of branches, this one being the first of them that can be read, with the holes of all. `template` is
    its structure, `misfits` are lines that come in at a column where they have no place.
    """

    source: Source
    root: Node | None
    error: SyntaxProblem | None
    problems: tuple[SyntaxProblem, ...]
    is_template: bool
    holes: tuple[Span, ...] = ()
    variants: tuple[TemplateVariant, ...] = ()
    template: Template | None = None
    misfits: tuple[Misfit, ...] = ()

    @property
    def text(self) -> str:
        """The document's text, with its `---` line."""
        return self.source.text

    @lazy
    def style(self) -> Style:
        """How it is written."""
        return detect_style(self.source, self.root)

    @lazy
    def comments(self) -> tuple[Comment, ...]:
        """The comments in the order of the text."""
        if "#" not in self.text:
            return ()
        from netpol_lsp.yaml.comments import find_comments  # noqa: PLC0415 - many documents have none

        return find_comments(self.text, self.root)

    @lazy
    def comments_by_line(self) -> Mapping[int, Comment]:
        """The comment that ends each line which has one."""
        line_of = self.source.lines.line_of
        return {line_of(comment.span.start): comment for comment in self.comments}


@dataclass(frozen=True, slots=True)
class TemplateVariant:
    """One reading of a template.

    `branches` says what is there in it, `document` is what it reads as: its holes are only where an action puts
    lines in.
    """

    document: Document
    branches: Variant


_LONGEST_EMPTY = len("--- \r\n")
_LONGEST_LOOKED_AT = 2_000_000
"""Characters of a document up to which it is worth a close look."""


@dataclass(slots=True, unsafe_hash=True)
class Chunk:
    """The text of one document and its place in the file.

    Not frozen, which would make it three times as slow to make: a file may have a million of them.
    """

    index: int
    start: int
    text: str


def split(text: str) -> list[Chunk]:
    """The documents of a stream: cut before each `---`, but not after a head of directives.

    What is before the first `---` without any content (blank lines, comments, directives) belongs to the document that
    follows; it counts as a document of its own all the same, so that numbers are those of a plain split at `---`.
    """
    if "---" not in text:
        return [Chunk(0, 0, text)]
    chunks: list[Chunk] = []
    # Documents of nothing but their line share one text.
    empty: dict[str, str] = {}
    number = begun = 0
    for count, start in enumerate(_separators(text), 1):
        if chunks or not _is_head(text[:start]):
            one = text[begun:start]
            if start - begun < _LONGEST_EMPTY:
                one = empty.setdefault(one, one)
            chunks.append(Chunk(number, begun, one))
            begun = start
        number = count
    chunks.append(Chunk(number, begun, text[begun:]))
    return chunks


def _separators(text: str) -> Iterator[int]:
    """Where lines of `---` begin: looking for the letters is much faster than for an expression."""
    size = len(text)
    at = text.find("---")
    while at >= 0:
        if (not at or text[at - 1] in "\n\r") and (at + 3 == size or text[at + 3] in " \t\r\n"):
            yield at
        at = text.find("---", at + 1)


def _is_head(text: str) -> bool:
    """Whether nothing but blank lines, comments and directives is there."""
    return not text.strip() or _ONLY_HEAD.match(text) is not None


def parse_document(text: str, uri: str = "", *, shape: ObjectShape | None = None) -> Document:
    """Parse one document that is no template; never raises. After a syntax error as much as possible is kept.

    With `shape`, what the document's objects look like, look-alike characters are seen through, lost
    indentation is noticed, and errors are explained better.
    """
    return read_document(Source(uri, text), before_end_marker(text), shape)


def parse_edited(text: str, uri: str, shape: ObjectShape) -> Document:
    """Parse a document as a fix would leave it: as `parse_document`, but what cannot be read as it is written has no tree.

    To explain an error and to find lost indentation takes a hundred times as long, and no fix is wanted that needs it.
    """
    return read_document(Source(uri, text), before_end_marker(text), shape, seeks_meaning=False)


def before_end_marker(text: str) -> str:
    """The text of a document up to its `...` line."""
    end = _END_MARKER.search(text) if "..." in text else None
    return text[: end.start()] if end else text


def read_document(
    source: Source,
    readable: str,
    shape: ObjectShape | None,
    *,
    is_template: bool = False,
    seeks_meaning: bool = True,
) -> Document:
    """Parse `readable`, which is the text of `source` or stands for it, character for character."""
    root, problems, error = _read(readable, shape, is_template=is_template, seeks_meaning=seeks_meaning)
    if "%YAML" in readable and (directive := _YAML_DIRECTIVE.search(readable)):
        message = f"the API server reads YAML 1.1 only and refuses `{directive.group().strip()}`"
        problems += (SyntaxProblem(ProblemKind.SYNTAX, Span(*directive.span()), message, hint="delete this line"),)
    return Document(source, root, error, problems, is_template)


def _read_large(text: str) -> tuple[Node | None, tuple[SyntaxProblem, ...], SyntaxProblem | None]:
    """As `_read`, for a text that no one has pasted or typed: no looks for damage, and no repairs."""
    parsed = parse(text)
    if parsed.error is None:
        return parsed.root, parsed.problems, None
    from netpol_lsp.yaml.recovery.diagnose import in_plain_words  # noqa: PLC0415 - most documents are well

    error = parsed.error if parsed.error.is_limit else in_plain_words(parsed.error, text)
    return (None if error.is_limit else parsed.root), (error, *parsed.problems), error


def _read(
    text: str, shape: ObjectShape | None, *, is_template: bool, seeks_meaning: bool
) -> tuple[Node | None, tuple[SyntaxProblem, ...], SyntaxProblem | None]:
    """The tree, all problems, and the one that hides a part of the document."""
    if len(text) > _LONGEST_LOOKED_AT:
        return _read_large(text)
    if shape is None or not (
        may_have_confusables(text) or (seeks_meaning and may_be_lost(text, shape)) or may_have_prose(text, shape)
    ):
        parsed = parse(text)
        if parsed.error is None:
            return parsed.root, parsed.problems, None
    from netpol_lsp.yaml.recovery.read import parse_with_recovery  # noqa: PLC0415 - most documents are well

    return parse_with_recovery(text, shape, is_template=is_template, seeks_meaning=seeks_meaning)

"""Parses one document of a manifest, plain or templated."""

from __future__ import annotations

from typing import Literal

from netpol_lsp.text.budget import OverBudgetError
from netpol_lsp.text.source import Source
from netpol_lsp.yaml.documents import Chunk, Document, parse_document, split
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape
from netpol_lsp.yaml.templates.languages import Language, language_of

_MOST_MOVED = 500
"""How many documents may begin before their `---`: what grows from one to the next is read again each time."""


def parse_manifest(
    text: str,
    uri: str = "",
    *,
    shape: ObjectShape | None = None,
    language: Language | Literal["unknown"] | None = "unknown",
) -> Document:
    """As `parse_document`, for a document of a file in a template language (None: a plain file).

    Of a document alone, without its file, the language is guessed.
    """
    if language == "unknown":
        language = language_of(text, uri)
    if language is not None:
        from netpol_lsp.yaml.templates.documents import parse_template  # noqa: PLC0415 - most files are plain

        document = parse_template(Source(uri, text), language, shape)
        if document is not None:
            return document
    return parse_document(text, uri, shape=shape)


def split_manifest(text: str, language: Language | None) -> list[Chunk]:
    """The documents of a file.

    A `---` line inside an action of a template separates nothing, and a condition that opens before one belongs to the
    document that follows.
    """
    chunks = split(text)
    if language is None or len(chunks) == 1:
        return chunks
    from netpol_lsp.yaml.templates.separators import inner_separators, next_head  # noqa: PLC0415 - most files are plain

    inside = inner_separators(text, language)
    joined = chunks[:1]
    moved = 0
    for number, chunk in enumerate(chunks[1:], 1):
        last = joined[-1]
        if moved > _MOST_MOVED:
            return joined + chunks[number:]
        if chunk.start in inside:
            joined[-1] = Chunk(last.index, last.start, last.text + chunk.text)
            continue
        cut = next_head(last.text, language)
        moved += cut < len(last.text)
        if cut == 0:
            joined[-1] = Chunk(chunk.index, last.start, last.text + chunk.text)
        else:
            joined[-1] = Chunk(last.index, last.start, last.text[:cut])
            joined.append(Chunk(chunk.index, last.start + cut, last.text[cut:] + chunk.text))
    return joined


def readable_at(text: str, offset: int) -> str:
    """The text of a document as YAML reads it where an offset is there: of a template, the first variant with it."""
    language = language_of(text)
    if language is None:
        return text
    from netpol_lsp.yaml.templates.read import read_template  # noqa: PLC0415 - most files are plain

    try:
        read = read_template(text, language)
    except OverBudgetError:
        read = None
    if read is None:
        return text
    live = (one for one in read.variants if one.variant.is_live(max(0, offset - 1)))
    return next(live, read.variants[0]).masked.text

"""Parses one document of a manifest, plain or templated."""

from __future__ import annotations

from typing import Literal

from netpol_lsp.text.source import Source
from netpol_lsp.yaml.documents import Document, parse_document
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape
from netpol_lsp.yaml.templates.languages import Language, language_of


def parse_manifest(
    text: str,
    uri: str = "",
    *,
    shape: ObjectShape | None = None,
    language: Language | None | Literal["unknown"] = "unknown",
    pure: bool = False,
) -> Document:
    """As `parse_document`, for a document of a file in a template language (None: a plain file).

    Of a document alone, without its file, the language is guessed.
    """
    if language == "unknown":
        language = language_of(text, uri)
    if language is not None:
        from netpol_lsp.yaml.templates.documents import parse_template  # noqa: PLC0415 - most files are plain

        document = parse_template(Source(uri, text), language, shape, pure=pure)
        if document is not None:
            return document
    return parse_document(text, uri, shape=shape, pure=pure)

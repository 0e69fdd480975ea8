"""The YAML documents of an open file as trees, those of other kinds than ours among them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from netpol_lsp.ide.highlights import PartUses
from netpol_lsp.ide.label_uses import label_uses
from netpol_lsp.ide.name_uses import name_uses
from netpol_lsp.lint.analysis import Part
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.manifests import parse_manifest
from netpol_lsp.yaml.templates.languages import Language

LONGEST = 1_000_000
"""Documents of others that are longer than this are not read for their words."""


def documents_of(snapshot: Snapshot) -> Iterator[tuple[int, int, Document]]:
    """Each document of a file: its number, where it starts, and what it is."""
    for chunk in snapshot.chunks:
        part = snapshot.document.part(chunk)
        document = document_of(snapshot, part)
        if document is not None:
            yield part.index, part.start, document


def document_of(snapshot: Snapshot, part: Part) -> Document | None:
    """A document of a file; None for one that is no object, or too long to be read on the way."""
    if part.analysis is not None:
        return part.analysis.document
    if len(part.text) > LONGEST or "kind" not in part.text:
        return None
    return _read(part.text, snapshot.document.language)


def uses_of(snapshot: Snapshot) -> Iterator[PartUses]:
    """The labels and names in each document of a file."""
    default = snapshot.config.settings.default_namespace
    for _, start, document in documents_of(snapshot):
        yield PartUses(start, label_uses(document, default), name_uses(document))


@lru_cache(maxsize=128)
def _read(text: str, language: Language | None) -> Document:
    return parse_manifest(text, language=language)

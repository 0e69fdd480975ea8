"""Parses a document that is a template: each variant alone, then all of them as one."""

from __future__ import annotations

from dataclasses import replace

from netpol_lsp.text.budget import OverBudgetError
from netpol_lsp.text.edits import TextEdit, apply_edits
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document, TemplateVariant, before_end_marker, read_document
from netpol_lsp.yaml.nodes import Mapping
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.offset_map import OffsetMap, move_back, move_problem
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape
from netpol_lsp.yaml.templates.languages import Language
from netpol_lsp.yaml.templates.open_nodes import fill_in, mark_open
from netpol_lsp.yaml.templates.read import ReadTemplate, ReadVariant, read_template
from netpol_lsp.yaml.templates.reading import MaskedText


def parse_template(source: Source, language: Language, shape: ObjectShape | None = None) -> Document | None:
    """The document with its variants; None when there is no action in it after all."""
    try:
        read = read_template(before_end_marker(source.text), language)
    except OverBudgetError as error:
        start = len(source.text) - len(source.text.lstrip())
        problem = SyntaxProblem(ProblemKind.SYNTAX, Span(start, start + 1), str(error), is_limit=True)
        return Document(source, None, problem, (problem,), is_template=False)
    if read is None:
        return None
    variants = tuple(_parse_variant(source, variant, read, shape) for variant in read.variants)
    first = next((one for one in variants if _is_readable(one.document)), variants[0]).document
    holes = {hole for variant in variants for hole in variant.document.holes}
    return replace(first, holes=tuple(sorted({*holes, *read.changing()})), variants=variants)


def _parse_variant(
    source: Source, variant: ReadVariant, read: ReadTemplate, shape: ObjectShape | None
) -> TemplateVariant:
    masked = variant.masked
    if masked.removed:
        document = _read_shifted(source, masked, shape)
    else:
        document = read_document(source, masked.text, shape, is_template=True)
    misfits = mark_open(document.root, masked, variant.loops)
    if variant.is_definition and isinstance(document.root, Mapping) and not _is_whole(document.root):
        document.root.is_open = True  # where it is included, more keys may stand beside it
    fill_in(document.root, masked.words)
    holes = tuple(Span(one.span.start, one.span.end) for one in masked.openings)
    document = replace(document, holes=holes, template=read.template, misfits=misfits)
    return TemplateVariant(document, variant.variant)


def _read_shifted(source: Source, masked: MaskedText, shape: ObjectShape | None) -> Document:
    """Parse a text without the parts that are taken out of it; offsets are those of the whole."""
    edits = [TextEdit(span, "") for span in masked.removed]
    offsets = OffsetMap(edits)
    document = read_document(source, apply_edits(masked.text, edits), shape, is_template=True)
    move_back(document.root, offsets)
    moved = {id(problem): move_problem(problem, offsets) for problem in document.problems}
    error = moved[id(document.error)] if document.error is not None else None
    return replace(document, error=error, problems=tuple(moved.values()))


_PARTS = ("apiVersion", "kind", "metadata", "spec")


def _is_whole(root: Mapping) -> bool:
    """Whether an object has all of its parts, so that nothing has to be written where it is included."""
    return all(root.get(key) is not None for key in _PARTS)


def _is_readable(document: Document) -> bool:
    return document.error is None and isinstance(document.root, Mapping)

"""The other places of a file that speak of what is under the caret: a label, a namespace, a named port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.ide.label_uses import LabelUse, Subject
from netpol_lsp.ide.name_uses import NameUse
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.text.span import Span


@dataclass(frozen=True, slots=True)
class PartUses:
    """What one YAML document of a file names; its places count from its start in the file, `start`."""

    start: int
    labels: tuple[LabelUse, ...]
    names: tuple[NameUse, ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A place in the file; `writes`: what is highlighted is made here."""

    span: Span
    writes: bool


def highlights(parts: Iterable[PartUses], offset: int) -> list[Highlight]:
    """The places of a file that speak of the same as an offset does, in the order of the text."""
    every = tuple(parts)
    found: dict[Span, Highlight] = {}
    for one in (*_names(every, offset), *_labels(every, offset)):
        found.setdefault(one.span, one)
    return sorted(found.values(), key=lambda one: one.span.start)


def _names(parts: tuple[PartUses, ...], offset: int) -> Iterator[Highlight]:
    wanted = {
        (use.named, use.name) for part in parts for use in part.names if use.span.shift(part.start).contains(offset)
    }
    for part in parts:
        for use in part.names:
            if (use.named, use.name) in wanted:
                yield Highlight(use.span.shift(part.start), use.makes)


def _labels(parts: tuple[PartUses, ...], offset: int) -> Iterator[Highlight]:
    """The same key, or the same value of the same key, of the same kind of thing."""
    keys, values = _under(parts, offset)
    for part in parts:
        for use in part.labels:
            for term in use.terms:
                if term.key is None:
                    continue
                if (use.subject, term.key.text) in keys:
                    yield Highlight(term.key.span.shift(part.start), use.sets)
                for value in term.values:
                    if value is not None and (use.subject, term.key.text, value.text) in values:
                        yield Highlight(value.span.shift(part.start), use.sets)


def _under(parts: tuple[PartUses, ...], offset: int) -> tuple[set[tuple[Subject, str]], set[tuple[Subject, str, str]]]:
    """The keys and values at an offset: one that an anchor names may be several."""
    keys: set[tuple[Subject, str]] = set()
    values: set[tuple[Subject, str, str]] = set()
    for part in parts:
        for use in part.labels:
            term, value = use.term_at(offset - part.start) or (None, None)
            if term is None or term.key is None:
                continue
            key = term.key.text
            if value is None:
                keys.add((use.subject, key))
            elif key != METADATA_NAME or use.subject is not Subject.NAMESPACES:
                values.add((use.subject, key, value.text))
    return keys, values

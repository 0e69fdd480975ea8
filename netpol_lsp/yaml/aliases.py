"""Aliases and merge keys: values that are elsewhere in the document.

Each use becomes a copy that is at the alias, so that every place of the tree has its own path.
Growth is limited as go-yaml limits it ("document contains excessive aliasing", decode.go).
"""

from __future__ import annotations

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_merge_key
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem

_LOW, _HIGH = 400_000, 4_000_000


class Expander:
    """Remembers the anchors of a document and copies what they name."""

    __slots__ = ("_anchors", "_copied", "_exploded", "_open", "_written", "problems")

    def __init__(self) -> None:
        self._anchors: dict[str, Node] = {}
        self._open: set[int] = set()
        self._written = 0
        self._copied = 0
        self._exploded = False
        self.problems: list[SyntaxProblem] = []

    def note(self, scalar: Scalar) -> None:
        """Count a written scalar, and remember its anchor."""
        self._written += 1
        if scalar.anchor is not None:
            self._anchors[scalar.anchor] = scalar

    def name(self, collection: Mapping | Sequence) -> None:
        """Remember the anchor of a collection that begins."""
        if collection.anchor is not None:
            self._anchors[collection.anchor] = collection
            self._open.add(id(collection))

    def count(self, written: int) -> None:
        """Count nodes that were written without being noted one by one."""
        self._written += written

    def close(self, node: Node) -> None:
        """A collection is complete: from now on an alias may name it."""
        if node.anchor is not None:
            self._open.discard(id(node))

    def expand(self, name: str, span: Span) -> Node:
        """The copy of the node that `name` names, being at `span`; an empty scalar with a problem when there is none."""
        target = self._anchors.get(name)
        if target is None:
            return self._refuse(span, f"alias `*{name}` has no anchor `&{name}` before it")
        if id(target) in self._open:
            return self._refuse(span, f"alias `*{name}` occurs inside the value that it names")
        if self._exploded:
            return Scalar(span.start, span.end, "", style="'")
        copy = self._copy(target, span)
        if self._has_exploded():
            return self._refuse(span, f"alias `*{name}` makes the document explode: too much of it comes from aliases")
        return copy

    def _has_exploded(self) -> bool:
        return self._exploded

    def _refuse(self, span: Span, message: str) -> Scalar:
        self.problems.append(SyntaxProblem(ProblemKind.ALIAS, span, message))
        return Scalar(span.start, span.end, "", style="'")

    def _copy(self, node: Node, span: Span) -> Node:
        self._copied += 1
        total = self._written + self._copied
        if self._copied > 100 and total > 1000 and self._copied / total > _allowed_ratio(total):
            self._exploded = True
        copy: Node
        if isinstance(node, Scalar):
            copy = Scalar(span.start, span.end, node.value, node.style, node.tag)
        elif isinstance(node, Sequence):
            sequence = Sequence(span.start, span.end, flow=node.flow, tag=node.tag)
            for item in node.items:
                if self._exploded:
                    break
                sequence.items.append(self._copy(item, span))
            copy = sequence
        else:
            assert isinstance(node, Mapping)
            mapping = Mapping(span.start, span.end, flow=node.flow, tag=node.tag)
            for entry in node.all_entries():
                if self._exploded:
                    break
                mapping.entries.append(Entry(self._copy(entry.key, span), self._copy(entry.value, span)))
            copy = mapping
        copy.origin = node if node.origin is None else node.origin
        return copy


def merge_entries(mapping: Mapping, problems: list[SyntaxProblem]) -> tuple[Entry, ...]:
    """The entries that `<<` brings into a mapping; adds a problem for each that cannot be merged.

    The strict decoder takes any key that is set twice, even by an override, for a duplicate.
    """
    seen = {entry.name for entry in mapping.entries if not is_merge_key(entry.key)}
    merged: list[Entry] = []
    for entry in mapping.entries:
        if not is_merge_key(entry.key):
            continue
        sources = entry.value.items if isinstance(entry.value, Sequence) else [entry.value]
        for source in sources:
            if not isinstance(source, Mapping):
                span = entry.value.span if len(entry.value.span) else entry.key.span
                problems.append(SyntaxProblem(ProblemKind.SYNTAX, span, "`<<` can only merge mappings"))
                continue
            for item in source.all_entries():
                if item.name in seen:
                    problems.append(_override(item, entry))
                    continue
                seen.add(item.name)
                merged.append(item)
    return tuple(merged)


def _override(item: Entry, merge: Entry) -> SyntaxProblem:
    message = f"key `{item.name}` is set here and again through `<<`, which the API server's strict decoder refuses"
    return SyntaxProblem(ProblemKind.DUPLICATE, merge.key.span, message, item.key.span, field=item.name or "")


def _allowed_ratio(total: int) -> float:
    if total <= _LOW:
        return 0.99
    if total >= _HIGH:
        return 0.10
    return 0.99 - 0.89 * (total - _LOW) / (_HIGH - _LOW)

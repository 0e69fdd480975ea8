"""Selection ranges: from the word under the caret outwards, node by node."""

from __future__ import annotations

from lsprotocol import types

from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""

    @registry.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
    def selection_range(params: types.SelectionRangeParams) -> list[Json]:
        snapshot = services.session.get(params.text_document.uri)
        if snapshot is None:
            return []
        return [render_selection(snapshot, snapshot.positions.offset(position)) for position in params.positions]


def render_selection(snapshot: Snapshot, offset: int) -> Json:
    """The innermost range with its parents."""
    rendered: Json | None = None
    for span in selections(snapshot, offset):
        inner: Json = {"range": snapshot.positions.range(span)}
        if rendered is not None:
            inner["parent"] = rendered
        rendered = inner
    assert rendered is not None, "the whole file is always a selection"
    return rendered


def selections(snapshot: Snapshot, offset: int) -> list[Span]:
    """What to select, the whole file first, each one inside the one before it."""
    spans = [Span(0, len(snapshot.source.text))]
    part = snapshot.part_at(offset)
    if part is not None:
        spans.append(Span(part.start, part.start + len(part.text)))
    document = part.analysis.reading_at(offset - part.start).document if part is not None and part.analysis else None
    if part is not None and document is not None and document.root is not None:
        found = _around(document.root, offset - part.start)
        spans += [span.shift(part.start) for span in found]
    kept = [spans[0]]
    for span in spans[1:]:
        if span != kept[-1] and kept[-1].covers(span) and span.contains(offset):
            kept.append(span)
    if len(kept[-1]):
        kept.append(Span(offset, offset))
    return kept


def _around(root: Node, offset: int) -> list[Span]:
    """The spans of the nodes and entries that hold an offset, the outermost first."""
    spans = [root.span]
    node: Node | None = root
    while node is not None:
        following = None
        if isinstance(node, Mapping):
            for entry in node.entries:
                if entry.span.contains(offset):
                    spans.append(entry.span)
                    following = entry.key if entry.key.span.contains(offset) else entry.value
        elif isinstance(node, Sequence):
            following = next((item for item in node.items if item.span.contains(offset)), None)
        if following is not None and following.origin is None:
            spans.append(following.span)
        node = following
    return spans

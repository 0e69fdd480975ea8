"""What is at a place: the object, and the key or value with its path."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.lint.analysis import Analysis, DocumentAnalysis, Part
from netpol_lsp.lint.suppress import find_directives
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.paths import Path, entry_name


@dataclass(frozen=True, slots=True)
class NodeAtPosition:
    """A key or value. `path` leads to it from its object; `entry` is the key that holds it, None for a list item.

    `span` is in the file, everything else counts from the start of the document.
    """

    part: Part
    document: DocumentAnalysis
    kube_object: KubeObject
    path: Path
    node: Node
    entry: Entry | None
    on_key: bool
    span: Span

    @property
    def policy(self) -> NetworkPolicy:
        """The object as a policy."""
        return next(policy for policy in self.document.policies if policy.object is self.kube_object)


def find_target(snapshot: Snapshot, offset: int) -> NodeAtPosition | None:
    """What is at an offset of the file; None outside of our objects and between words."""
    part = snapshot.part_at(offset)
    if part is None or part.analysis is None:
        return None
    local = offset - part.start
    document = part.analysis.reading_at(local)
    for kube_object in document.objects:
        if kube_object.node.span.contains(local):
            found = descend(kube_object.node, local)
            if found is None:
                return None
            path, node, entry, on_key = found
            here = entry.key.span if on_key and entry is not None else node.span
            span = here.shift(part.start)
            return NodeAtPosition(part, document, kube_object, path, node, entry, on_key, span)
    return None


def suppression_code_at(snapshot: Snapshot, offset: int) -> tuple[str, Span] | None:
    """The word at an offset that a suppression names a rule with, and its place; None elsewhere."""
    part = snapshot.part_at(offset)
    if part is None or part.analysis is None or "netpol" not in part.text:
        return None
    alone = Analysis(snapshot.source, (part,))
    for mark in find_directives(alone):
        if mark.word and mark.span.contains(offset):
            return mark.word, mark.span
    return None


def descend(root: Node, offset: int) -> tuple[Path, Node, Entry | None, bool] | None:
    """The key or scalar at an offset: its path, value, entry, and whether it is the key."""
    path: list[str | int] = []
    node: Node = root
    entry: Entry | None = None
    while True:
        if isinstance(node, Mapping):
            found = next((one for one in node.entries if _holds(one.span, offset)), None)
            if found is None:
                is_empty = not node.entries and path
                return (tuple(path), node, entry, False) if is_empty else None
            path.append(entry_name(found))
            if found.key.span.contains(offset):
                return tuple(path), found.value, found, True
            if not _holds(found.value.span, offset):
                return None
            node, entry = found.value, found
        elif isinstance(node, Sequence):
            index = next((number for number, one in enumerate(node.items) if _holds(one.span, offset)), None)
            if index is None:
                is_empty = not node.items and path
                return (tuple(path), node, entry, False) if is_empty else None
            path.append(index)
            node, entry = node.items[index], None
        elif isinstance(node, Scalar):
            return tuple(path), node, entry, False
        else:
            return None


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end

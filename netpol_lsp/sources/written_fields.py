"""Looks for a field of a built object in what people wrote: by its path and value."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from netpol_lsp.kube.typed_field import items_of
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.manifest_reader import find
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.paths import Path, lookup
from netpol_lsp.yaml.to_python import content_key


@dataclass(frozen=True, slots=True)
class Holder:
    """An object, or a patch, as a file has it: `offset`: where its document starts; `kind` and `name`: whom it is about."""

    path: str
    offset: int
    root: Node
    kind: str
    name: str

    @property
    def span(self) -> Span:
        """Where it is in its file."""
        return self.root.span.shift(self.offset)

    @property
    def is_list(self) -> bool:
        """Whether it is a list of JSON patches."""
        return isinstance(self.root, Sequence)

    def about(self, kind: str, name: str) -> Holder:
        """The same for other objects."""
        return replace(self, kind=kind, name=name)


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field in a file. `is_same`: it has the very value; `is_there`: it is the field itself, not one around it."""

    path: str
    offset: int
    node: Node
    entry: Entry | None
    is_same: bool
    is_there: bool

    def at(self, node: Node) -> Span:
        """A node's place in the file."""
        return node.span.shift(self.offset)

    @property
    def shown(self) -> Span:
        """What to point at: the key, or the value where it has none."""
        return self.at(self.entry.key if self.entry is not None else self.node)


def find_field(holder: Holder, root: Node | None, path: Path, node: Node) -> FieldPlace | None:
    """The field of a built object (`root`) at a path, in an object or patch as it is written; None where there is nothing of it."""
    if holder.is_list:
        return _in_operations(holder, root, path, node)
    return _in_object(holder, holder.root, root, path, node)


def _in_object(holder: Holder, written: Node, built: Node | None, path: Path, node: Node) -> FieldPlace | None:
    """Follow a path; items of lists may be in another order, or others may be among them."""
    entry: Entry | None = None
    at = built
    for number, step in enumerate(path):
        following, _ = lookup(at, (step,))
        if isinstance(step, int):
            found = _item(written, step, following)
            if found is None:
                return FieldPlace(holder.path, holder.offset, written, entry, is_same=False, is_there=False)
            written, entry = found, None
        else:
            inner, holding = lookup(written, (step,))
            if inner is None:
                if not number:
                    return None
                return FieldPlace(holder.path, holder.offset, written, entry, is_same=False, is_there=False)
            written, entry = inner, holding
        at = following
    return FieldPlace(holder.path, holder.offset, written, entry, is_same=_same(written, node), is_there=True)


def _item(written: Node, index: int, built: Node | None) -> Node | None:
    """The item of a list that became a built one: the same value, first at the same place; else what is at the place."""
    items = items_of(written)
    if built is not None:
        wanted = _value(built)
        if index < len(items) and _value(items[index]) == wanted:
            return items[index]
        same = [item for item in items if _value(item) == wanted]
        if same:
            return same[0]
        named = _name(built)
        if named is not None:
            return next((item for item in items if _name(item) == named), None)
    return items[index] if index < len(items) else None


def _name(node: Node) -> str | None:
    name = find(node, "name") if isinstance(node, Mapping) else None
    return name.value if isinstance(name, Scalar) else None


def _value(node: Node) -> Hashable:
    return content_key(node)


def _same(written: Node, built: Node) -> bool:
    return _value(written) == _value(built)


def _in_operations(holder: Holder, root: Node | None, path: Path, node: Node) -> FieldPlace | None:
    """The operation of a JSON patch that sets a field, and the field in its value."""
    best: FieldPlace | None = None
    for operation in items_of(holder.root):
        pointer, value = find(operation, "path"), find(operation, "value")
        if not isinstance(pointer, Scalar) or value is None:
            continue
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.value.split("/")[1:]]
        target = path[: len(steps)]
        if len(target) < len(steps) or not all(
            step == "-" or str(there) == step for step, there in zip(steps, target, strict=True) if step != "-"
        ):
            continue
        inner = replace(holder, root=value)
        below, _ = lookup(root, target)
        found = _in_object(inner, value, below, path[len(steps) :], node)
        if found is not None and found.is_same:
            best = found  # a later operation wins
    return best

"""Where the fields of a built kustomization were written: in a resource, in a patch, or in a kustomization itself.

kustomize says which file each object came of. A field is looked for there by its path and value, then in the patches of the
kustomizations around it, then in what a kustomization says for all objects (namespace, labels, prefixes of names).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.sources.kustomization import KustomizationFile, KustomizationTree, members_of
from netpol_lsp.sources.origin_map import Precision, Written
from netpol_lsp.sources.written_fields import FieldPlace, Holder, find_field
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.manifest_reader import find, text
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.manifests import parse_manifest, split_manifest
from netpol_lsp.yaml.nodes import Entry, Node, Scalar
from netpol_lsp.yaml.paths import Path, lookup, path_at
from netpol_lsp.yaml.templates.languages import language_of
from netpol_lsp.yaml.to_python import content_key


@dataclass(frozen=True, slots=True)
class BuiltObject:
    """An object of a built kustomization: where its document starts, its text, and the file that it came of."""

    start: int
    text: str
    path: str | None


def kustomize_origins(tree: KustomizationTree, objects: Sequence[BuiltObject]) -> KustomizeOrigins:
    """The origins of a built kustomization."""
    return KustomizeOrigins(tree, objects)


class KustomizeOrigins:
    """Looks for a field when it is first asked for."""

    def __init__(self, tree: KustomizationTree, objects: Sequence[BuiltObject]) -> None:
        self._tree = tree
        self._objects = sorted(objects, key=lambda one: one.start)
        self._starts = [one.start for one in self._objects]
        self._read: dict[str, list[Holder]] = {}
        self._written: dict[int, Holder | None] = {}

    def find(self, span: Span) -> Written:
        """Where someone wrote what is at a span of the built text."""
        number = bisect_right(self._starts, span.start) - 1
        if number < 0:
            return self._nowhere
        built = self._objects[number]
        root = self._roots[number]
        path = path_at(root, Span(span.start - built.start, span.end - built.start))
        node, entry = lookup(root, path)
        is_key = entry is not None and span.end - built.start <= entry.key.end
        found = self._find_path(number, root, path, node, entry, is_key=is_key)
        if found is None:
            return self._object_place(number)
        return self._within(found, span.shift(-built.start), node, entry, is_key=is_key)

    def has_rendered(self, path: str, span: Span) -> bool:
        """Whether an object came of what is written at a span of a file."""
        return any(
            holder is not None and holder.path == path and holder.span.touches(span)
            for number in range(len(self._objects))
            if (holder := self._object_holder(number)) is not None
        )

    def decides(self, span: Span) -> bool:
        """Whether the object is another than in its file: patched, or changed in more than what is around its spec."""
        number = bisect_right(self._starts, span.start) - 1
        holder = self._object_holder(number) if number >= 0 else None
        if holder is None:
            return True
        built, written = find(self._roots[number], "spec"), find(holder.root, "spec")
        if built is None or written is None:
            return built is not written
        return content_key(built) != content_key(written)

    @lazy
    def _roots(self) -> list[Node | None]:
        return [parse_document(one.text).root for one in self._objects]

    @property
    def _nowhere(self) -> Written:
        first = next(iter(self._tree.kustomizations), None)
        return Written(first.path if first is not None else "", Span(0, 0), Precision.UNKNOWN)

    def _find_path(
        self, number: int, root: Node | None, path: Path, node: Node | None, entry: Entry | None, *, is_key: bool
    ) -> FieldPlace | None:
        if node is None:
            return None
        holder = self._object_holder(number)
        own = find_field(holder, root, path, node) if holder is not None else None
        if own is not None and (own.is_same or _is_longer_name(path, own, node)):
            return own
        for patch in self._patches_for(root):
            found = find_field(patch, root, path, node)
            if found is not None and found.is_same and len(path) > 1:
                return found
        if isinstance(node, Scalar):
            said = self._said_for_all(path, node)
            if said is not None:
                return said
        if own is not None and own.is_there and (is_key or not isinstance(node, Scalar)):
            return own
        # What is not there was taken away by no one: the nearest that is there holds its place.
        return own if own is not None and own.entry is not None and entry is not None else None

    def _within(
        self, found: FieldPlace, span: Span, node: Node | None, entry: Entry | None, *, is_key: bool
    ) -> Written:
        """The part of a field that a span means."""
        if is_key and entry is not None:
            if found.entry is None:
                return Written(found.path, found.shown, Precision.LINE)
            key = found.entry.key
            is_whole = (key.start, key.end) == (key.start, key.start + len(span))
            return Written(
                found.path, found.at(key), Precision.EXACT if is_whole and found.is_there else Precision.LINE
            )
        if isinstance(node, Scalar) and isinstance(found.node, Scalar):
            raw, written = node.end - node.start, found.node.end - found.node.start
            if found.is_same and raw == written and node.style == found.node.style:
                start = found.node.start + span.start - node.start
                return Written(found.path, Span(start, start + len(span)).shift(found.offset), Precision.EXACT)
            return Written(found.path, found.at(found.node), Precision.LINE)
        if found.entry is not None and entry is not None and span.start <= entry.key.start:
            return Written(found.path, found.at(found.entry.key), Precision.LINE)
        return Written(found.path, found.shown, Precision.LINE if found.is_there else Precision.UNKNOWN)

    def _object_place(self, number: int) -> Written:
        """The object as a whole: its name where it is written."""
        holder = self._object_holder(number)
        if holder is None:
            path = self._objects[number].path
            return Written(path, Span(0, 0), Precision.UNKNOWN) if path is not None else self._nowhere
        name = find(holder.root, "metadata", "name") or find(holder.root, "kind")
        span = holder.span if name is None else name.span.shift(holder.offset)
        return Written(holder.path, span, Precision.UNKNOWN)

    def _object_holder(self, number: int) -> Holder | None:
        """The object as its file has it."""
        if number not in self._written:
            self._written[number] = self._find_object(number)
        return self._written[number]

    def _find_object(self, number: int) -> Holder | None:
        built, root = self._objects[number], self._roots[number]
        kind, name = text(find(root, "kind")), text(find(root, "metadata", "name")) or ""
        paths = [built.path] if built.path is not None else self._resources
        same_kind = [one for path in paths for one in self._holders(path) if one.kind == kind]
        exact = [one for one in same_kind if one.name == name]
        if exact:
            return exact[0]
        # Kustomizations put something before or after names; the longest that is left is the one.
        near = [one for one in same_kind if one.name and one.name in name]
        if near:
            return max(near, key=lambda one: len(one.name))
        return same_kind[0] if len(same_kind) == 1 else None

    def resources(self) -> Iterator[str]:
        """The files that objects came of."""
        for number, built in enumerate(self._objects):
            holder = self._object_holder(number)
            if holder is not None or built.path is not None:
                yield holder.path if holder is not None else built.path or ""

    @lazy
    def _resources(self) -> list[str]:
        """The files that kustomizations take in as resources, for objects of which no one says where they came from."""
        taken = {path for one in self._tree.kustomizations for path in members_of(one)}
        return [path for path in dict.fromkeys(self._tree.files) if path in taken]

    def _holders(self, path: str) -> list[Holder]:
        """The objects of a file."""
        if path not in self._read:
            read = read_source(path)
            self._read[path] = [] if isinstance(read, ReadProblem) else list(_holders_of(read, path))
        return self._read[path]

    def _patches_for(self, root: Node | None) -> Iterator[Holder]:
        """What patches say of an object, the outermost kustomization first."""
        kind, name = text(find(root, "kind")), text(find(root, "metadata", "name")) or ""
        for one in self._tree.kustomizations:
            for holder in self._patches(one):
                if (not holder.kind or holder.kind == kind) and (not holder.name or holder.name in name):
                    yield holder

    def _patches(self, one: KustomizationFile) -> Iterator[Holder]:
        for item in items_of(find(one.root, "patchesStrategicMerge")):
            if isinstance(item, Scalar):
                yield from (
                    self._inline(one, item) if "\n" in item.value else self._holders(_join(one.folder, item.value))
                )
        for key in ("patches", "patchesJson6902"):
            for item in items_of(find(one.root, key)):
                yield from self._patch(one, item)

    def _patch(self, one: KustomizationFile, item: Node) -> Iterator[Holder]:
        target = find(item, "target")
        inline, path = find(item, "patch"), find(item, "path")
        holders: list[Holder] = []
        if isinstance(inline, Scalar):
            holders = list(self._inline(one, inline))
        elif isinstance(path, Scalar):
            holders = self._holders(_join(one.folder, path.value))
        for holder in holders:
            if holder.is_list:
                yield holder.about(text(find(target, "kind")) or "", text(find(target, "name")) or "")
            else:
                yield holder if target is None else holder.about(text(find(target, "kind")) or holder.kind, "")

    def _inline(self, one: KustomizationFile, node: Scalar) -> Iterator[Holder]:
        """The objects of a text inside a kustomization: its lines are indented there."""
        placed = _block(one.source.text, node)
        if placed is None:
            return
        body, offset = placed
        # Without its indentation a text has other offsets, so it is read with it.
        yield from _holders_of(Source(one.path, body), one.path, offset)

    def _said_for_all(self, path: Path, node: Scalar) -> FieldPlace | None:
        """What a kustomization says for all of its objects."""
        for one in self._tree.kustomizations:
            root = one.root
            wanted = ["namespace"] if path and path[-1] == "namespace" else []
            if path == ("metadata", "name"):
                wanted = ["namePrefix", "nameSuffix"]
            for key in wanted:
                said = find(root, key)
                if isinstance(said, Scalar) and said.value and said.value in node.value:
                    return FieldPlace(one.path, 0, said, None, is_same=False, is_there=True)
            if path and isinstance(path[-1], str):
                for holder in _labels(root):
                    entry = mapping_of(holder).get(path[-1]) if mapping_of(holder) is not None else None  # type: ignore[union-attr]
                    if entry is not None and isinstance(entry.value, Scalar) and entry.value.value == node.value:
                        return FieldPlace(one.path, 0, entry.value, entry, is_same=False, is_there=True)
        return None


def _is_longer_name(path: Path, own: FieldPlace, node: Node) -> bool:
    """Whether a name is one that something was put before or after."""
    if path != ("metadata", "name") or not isinstance(node, Scalar) or not isinstance(own.node, Scalar):
        return False
    return own.node.value in node.value


def _labels(root: Node | None) -> Iterator[Node]:
    for key in ("commonLabels", "commonAnnotations"):
        if (node := find(root, key)) is not None:
            yield node
    for item in items_of(find(root, "labels")):
        if (node := find(item, "pairs")) is not None:
            yield node


def _join(folder: str, path: str) -> str:
    import posixpath  # noqa: PLC0415 - used here only

    return posixpath.normpath(posixpath.join(folder, path))


def _block(source: str, node: Scalar) -> tuple[str, int] | None:
    """The text of a block scalar with its indentation, and where it starts; a quoted one has other offsets."""
    if node.style not in ("|", ">"):
        return None
    start = source.find("\n", node.start) + 1
    return (source[start : node.end], start) if start else None


def _holders_of(source: Source, path: str, offset: int = 0) -> Iterator[Holder]:
    """The objects of a text, and lists of JSON patches."""
    language = language_of(source.text, path)
    for chunk in split_manifest(source.text, language):
        root = parse_manifest(chunk.text, path, language=language).root
        at = offset + chunk.start
        objects: list[KubeObject] = list(objects_of(root)) if root is not None else []
        for one in objects:
            yield Holder(
                path, at, one.node, text(find(one.node, "kind")) or "", text(find(one.node, "metadata", "name")) or ""
            )
        if not objects and root is not None:
            yield Holder(path, at, root, text(find(root, "kind")) or "", text(find(root, "metadata", "name")) or "")

"""Any Kubernetes object of a document: kind, name, namespace, labels; lists unwrapped."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.kube.typed_field import Field, hidden_field, items_of, mapping_of, string_field
from netpol_lsp.kube.wrappers import is_encrypted, without_sops, wrapped, wrapper_of
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Entry, Mapping, Node
from netpol_lsp.yaml.templates.masking import is_blank_to_fill


class TextMap:
    """A mapping of texts: `kind` is labels, annotations or matchLabels; `owner` is the entry that holds it."""

    __slots__ = ("kind", "mapping", "owner")

    def __init__(self, kind: str, mapping: Mapping, owner: Entry) -> None:
        self.kind = kind
        self.mapping = mapping
        self.owner = owner


class KubeObject:
    """A manifest as it is written.

    `node` is its mapping; `api_version_field` and so on are None where the manifest lacks them;
    `path` is the object's place in the document: "" or `items[0]` in a List; `wrapper` the kind of what holds it there.
    """

    def __init__(self, node: Mapping, path: str = "", wrapper: str = "") -> None:
        self.node = node
        self.path = path
        self.wrapper = wrapper
        self.api_version_field = string_field(node.get("apiVersion")) or hidden_field(node)
        self.kind_field = string_field(node.get("kind")) or hidden_field(node)

    @property
    def kind(self) -> str | None:
        """The kind as written."""
        return self.kind_field.value if self.kind_field else None

    @property
    def api_version(self) -> str | None:
        """The apiVersion as written."""
        return self.api_version_field.value if self.api_version_field else None

    @lazy
    def metadata(self) -> Mapping | None:
        """The metadata mapping."""
        entry = self.node.get("metadata")
        return mapping_of(entry.value) if entry else None

    @lazy
    def name_field(self) -> Field[str] | None:
        """metadata.name"""
        return self._name("name")

    @lazy
    def namespace_field(self) -> Field[str] | None:
        """metadata.namespace"""
        return self._name("namespace")

    def _name(self, key: str) -> Field[str] | None:
        """A name in the metadata: unknown where a template may add it, or where someone has yet to fill it in."""
        if self.metadata is None:
            return hidden_field(self.node)
        field = string_field(self.metadata.get(key))
        if field is None:
            return hidden_field(self.metadata)
        if field.value is not None and is_blank_to_fill(field.value):
            return Field(None, field.node, field.entry, is_unknown=True)
        return field

    @property
    def name(self) -> str | None:
        """metadata.name as written."""
        return self.name_field.value if self.name_field else None

    @property
    def namespace(self) -> str | None:
        """metadata.namespace as written; None when missing, null or empty."""
        return (self.namespace_field.value or None) if self.namespace_field else None

    @lazy
    def annotations(self) -> dict[str, Field[str]]:
        """metadata.annotations by key."""
        return self._strings("annotations")

    @lazy
    def labels(self) -> dict[str, Field[str]]:
        """metadata.labels by key."""
        return self._strings("labels")

    @property
    def span(self) -> Span:
        """Where a finding about the whole object points: the name, else the kind, else the first key."""
        for field in (self.name_field, self.kind_field):
            if field is not None and field.entry is not None and (field is self.kind_field or len(field.node.span)):
                return field.span
        return self.node.entries[0].key.span if self.node.entries else self.node.span

    @lazy
    def text_maps(self) -> tuple[TextMap, ...]:
        """metadata.labels and metadata.annotations, as far as they are mappings."""
        found = []
        for kind in ("labels", "annotations"):
            entry = self.metadata.get(kind) if self.metadata else None
            mapping = mapping_of(entry.value) if entry else None
            if entry is not None and mapping is not None:
                found.append(TextMap(kind, mapping, entry))
        return tuple(found)

    def _strings(self, name: str) -> dict[str, Field[str]]:
        entry: Entry | None = self.metadata.get(name) if self.metadata else None
        mapping = mapping_of(entry.value) if entry else None
        found: dict[str, Field[str]] = {}
        for item in mapping.all_entries() if mapping else ():
            value = string_field(item)
            if item.name is not None and value is not None:
                found[item.name] = value
        return found


def objects_of(root: Node | None) -> Iterator[KubeObject]:
    """The objects of a document: its root, or those in a `List` or another wrapper, however deep.

    What SOPS notes beside an object is no part of it.
    """
    yield from _unwrap(root, "", 0, "")


_MOST_WRAPPED = 3


def _unwrap(node: Node | None, path: str, depth: int, wrapper_kind: str) -> Iterator[KubeObject]:
    mapping = mapping_of(node)
    if mapping is None:
        return
    if not depth and is_encrypted(mapping):
        mapping = without_sops(mapping)
    kube_object = KubeObject(mapping, path, wrapper_kind)
    kind = kube_object.kind or ""
    items = mapping.get("items")
    if items is not None and kind.endswith("List") and depth < _MOST_WRAPPED:
        for number, item in enumerate(items_of(items.value)):
            inside = f"{path}.items[{number}]" if path else f"items[{number}]"
            yield from _unwrap(item, inside, depth + 1, wrapper_kind or kind)
        return
    wrapper = wrapper_of(kind, kube_object.api_version) if depth < _MOST_WRAPPED else None
    if wrapper is None:
        yield kube_object
        return
    for found, inside in wrapped(mapping, wrapper):
        yield from _unwrap(found, f"{path}.{inside}" if path else inside, depth + 1, kind)


def metadata_items(kube_object: KubeObject, name: str) -> tuple[Entry | None, list[Node]]:
    """A list in the metadata, such as `finalizers`: its entry and items."""
    entry = kube_object.metadata.get(name) if kube_object.metadata else None
    return entry, items_of(entry.value if entry else None)

"""Reads single values of a manifest of any kind; what a template or placeholder decides is told from what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.kube.typed_field import items_of, mapping_of, written_text
from netpol_lsp.policies.origin import Origin
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, is_null
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_placeholder, is_unknown

Labels = tuple[dict[str, str], dict[str, Origin], bool]
"""Values by key, the place of each, and whether keys or values may be there that could not be read."""


class ManifestReader:
    """One object of a document, with what every fact of it needs.

    `kind` is that of the list where an item of a `PodList` and its like has none. `is_open`: lines of a template may add
    to any part of it. `default_namespace` is the namespace of manifests that name none.
    """

    __slots__ = ("_document", "_uri", "api_version", "default_namespace", "is_open", "kind", "obj")

    def __init__(
        self,
        obj: KubeObject,
        kind: str,
        place: tuple[str, int],
        *,
        is_open: bool = False,
        default_namespace: str | None = None,
    ) -> None:
        self.obj = obj
        self.kind = kind
        self.api_version = obj.api_version or ""
        self._uri, self._document = place
        self.is_open = is_open
        self.default_namespace = default_namespace

    @property
    def group(self) -> str:
        """The API group; "" for the core."""
        return self.api_version.rpartition("/")[0]

    @property
    def name(self) -> str | None:
        """metadata.name"""
        return written_text(self.obj.name_field)

    @property
    def is_name_unknown(self) -> bool:
        """Whether a template decides the name."""
        return self.obj.name_field is not None and self.obj.name_field.is_unknown

    @property
    def namespace(self) -> str | None:
        """The namespace, the default filled in; None when no one names one, or a template decides it."""
        return None if self.is_namespace_unknown else written_text(self.obj.namespace_field) or self.default_namespace

    @property
    def is_namespace_unknown(self) -> bool:
        """Whether a template decides the namespace."""
        field = self.obj.namespace_field
        if field is not None:
            return written_text(field) is None and not field.is_null
        return self.obj.metadata is None and self.is_open

    @property
    def origin(self) -> Origin:
        """The place of the name; of the kind where no name is written."""
        return self.place(self.obj.span.start, self.obj.span.end, "metadata.name")

    def at(self, node: Node, field: str) -> Origin:
        """The place of a value."""
        return self.place(node.start, node.end, field)

    def place(self, start: int, end: int, field: str) -> Origin:
        """A place in the object's document."""
        return Origin(self._uri, self._document, self.obj.path, field, start, end)

    def get(self, *names: str) -> Node | None:
        """The value at a path of keys; None where a part of the way is missing."""
        return find(self.obj.node, *names)

    def string(self, *names: str) -> str | None:
        """The text at a path of keys; None where it is missing, no text, or not known."""
        return text(self.get(*names))

    def labels(self, node: Node | None, field: str) -> Labels:
        """The entries of a mapping of labels."""
        found: dict[str, str] = {}
        places: dict[str, Origin] = {}
        mapping = mapping_of(node)
        if mapping is None:
            return found, places, self.is_open or (node is not None and not is_null(node))
        has_unknown = self.is_open
        for entry in mapping.all_entries():
            value = label_value(entry.value)
            if entry.name is None or value is None or is_placeholder(entry.name):
                has_unknown = True
                continue
            found[entry.name] = value
            end = max(entry.key.end, entry.value.end)
            places[entry.name] = self.place(entry.key.start, end, f"{field}[{entry.name}]")
        return found, places, has_unknown


def find(node: Node | None, *names: str) -> Node | None:
    """The value at a path of keys below a node; None where a part of the way is missing."""
    for name in names:
        mapping = mapping_of(node)
        entry = mapping.get(name) if mapping is not None else None
        if entry is None:
            return None
        node = entry.value
    return node


def text(node: Node | None) -> str | None:
    """A node's text; None where it is no text, or not known."""
    if not isinstance(node, Scalar) or is_placeholder(node.value):
        return None
    value = resolve(node)
    return value if isinstance(value, str) else None


def label_value(node: Node) -> str | None:
    """A label's value as the API server reads it (null is empty); None where it is not known or no text."""
    if not isinstance(node, Scalar) or is_placeholder(node.value):
        return None
    value = resolve(node)
    if value is None:
        return ""
    return value if isinstance(value, str) else None


def integer(node: Node | None) -> int | None:
    """A node's whole number; None where it is none, or not known."""
    value = resolve(node) if isinstance(node, Scalar) and not is_placeholder(node.value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_true(node: Node | None) -> bool:
    """Whether a node is the boolean true."""
    return isinstance(node, Scalar) and resolve(node) is True


def port_of(node: Node | None) -> int | str | None:
    """A port as number or name."""
    number = integer(node)
    return number if number is not None else text(node) or None


def is_hidden(node: Node | None) -> bool:
    """Whether a template or placeholder decides a value."""
    return node is not None and is_unknown(node)


def mappings(node: Node | None) -> Iterator[tuple[int, Mapping]]:
    """The items of a list that are mappings, with their places."""
    for index, item in enumerate(items_of(node)):
        if isinstance(item, Mapping):
            yield index, item


def texts(node: Node | None) -> tuple[str, ...]:
    """The items of a list that are text."""
    return tuple(found for item in items_of(node) if (found := text(item)))

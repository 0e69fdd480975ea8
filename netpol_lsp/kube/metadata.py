"""Lists in an object's metadata."""

from __future__ import annotations

from netpol_lsp.kube.typed_field import items_of
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.yaml.nodes import Entry, Node


def metadata_items(kube_object: KubeObject, name: str) -> tuple[Entry | None, list[Node]]:
    """A list in the metadata, such as `finalizers`: its entry and items."""
    entry = kube_object.metadata.get(name) if kube_object.metadata else None
    return entry, items_of(entry.value if entry else None)

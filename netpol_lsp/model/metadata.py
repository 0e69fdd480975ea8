"""The texts in an object that name something: labels, annotations and selectors with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.model.fields import items_of, mapping_of
from netpol_lsp.model.objects import KubeObject
from netpol_lsp.model.policy import NetworkPolicy, Selector
from netpol_lsp.syntax.nodes import Entry, Mapping, Node


@dataclass(frozen=True, slots=True)
class TextMap:
    """A mapping of texts: `kind` is labels, annotations or matchLabels; `owner` is the entry that holds it."""

    kind: str
    mapping: Mapping
    owner: Entry


def selectors_of(policy: NetworkPolicy) -> Iterator[Selector]:
    """Every selector of a policy, its own first."""
    if policy.pod_selector is not None:
        yield policy.pod_selector
    for rule in policy.all_rules:
        for peer in rule.peers:
            if peer.pod_selector is not None:
                yield peer.pod_selector
            if peer.namespace_selector is not None:
                yield peer.namespace_selector


def text_maps_of(policy: NetworkPolicy) -> Iterator[TextMap]:
    """metadata.labels, metadata.annotations and every matchLabels."""
    yield from _metadata_maps(policy.object)
    for selector in selectors_of(policy):
        entry = selector.node.get("matchLabels")
        mapping = mapping_of(entry.value) if entry else None
        if entry is not None and mapping is not None:
            yield TextMap("matchLabels", mapping, entry)


def metadata_items(kube_object: KubeObject, name: str) -> tuple[Entry | None, list[Node]]:
    """A list in the metadata: its entry and items."""
    entry = kube_object.metadata.get(name) if kube_object.metadata else None
    return entry, items_of(entry.value if entry else None)


def _metadata_maps(kube_object: KubeObject) -> Iterator[TextMap]:
    for kind in ("labels", "annotations"):
        entry = kube_object.metadata.get(kind) if kube_object.metadata else None
        mapping = mapping_of(entry.value) if entry else None
        if entry is not None and mapping is not None:
            yield TextMap(kind, mapping, entry)

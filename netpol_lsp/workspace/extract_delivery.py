"""What a document says of the delivery of files: kustomizations, charts, and what names a folder and a namespace for it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.workspace.manifest_reader import find, is_true, text, texts
from netpol_lsp.workspace.resource_kinds import CHART_NAME, KUSTOMIZATION_NAMES, MEMBER_KEYS, VALUES_NAME
from netpol_lsp.workspace.resources import DeliveryFacts
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Node, Scalar, is_null

_CHANGING_KEYS = (
    "transformers",
    "replacements",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "helmCharts",
    "configurations",
)


def delivery_of(document: Document) -> DeliveryFacts | None:
    """What a document says of the delivery of files; None when it says nothing."""
    uri, root = document.source.uri, document.root
    folder, name = posixpath.split(uri)
    if name == CHART_NAME:
        return DeliveryFacts("chart", folder) if find(root, "name") is not None else None
    if name == VALUES_NAME:
        return DeliveryFacts("values", folder, switches=tuple(_false_values(root, "")))
    group = (text(find(root, "apiVersion")) or "").partition("/")[0]
    kind = text(find(root, "kind"))
    if name in KUSTOMIZATION_NAMES and group in ("", "kustomize.config.k8s.io"):
        return _kustomization(folder, root)
    if (kind, group) == ("Kustomization", "kustomize.toolkit.fluxcd.io"):
        return _named_folder(text(find(root, "spec", "path")), text(find(root, "spec", "targetNamespace")))
    if (kind, group) == ("Application", "argoproj.io"):
        namespace = text(find(root, "spec", "destination", "namespace"))
        return _named_folder(text(find(root, "spec", "source", "path")), namespace)
    if (kind, group) == ("PolicyGenerator", "policy.open-cluster-management.io"):
        return _policy_generator(folder, root)
    return None


_DEEPEST = 8


def _false_values(node: Node | None, path: str) -> Iterator[str]:
    """The values that are written as false, each by its path."""
    mapping = mapping_of(node)
    if mapping is None or path.count(".") > _DEEPEST:
        return
    for entry in mapping.entries:
        inner = f"{path}.{entry.name}" if path else str(entry.name)
        if (
            isinstance(entry.value, Scalar)
            and entry.value.is_plain
            and entry.value.value in ("false", "False", "FALSE")
        ):
            yield inner
        else:
            yield from _false_values(entry.value, inner)


def _named_folder(path: str | None, namespace: str | None) -> DeliveryFacts | None:
    plain = posixpath.normpath(path).strip("/.") if path else ""
    return DeliveryFacts("folder", plain, namespace) if plain and namespace else None


def _policy_generator(folder: str, root: Node | None) -> DeliveryFacts:
    """What Open Cluster Management wraps: its policies, and no manifest, decide the namespaces."""
    items = [item for policy in items_of(find(root, "policies")) for item in items_of(find(policy, "manifests"))]
    paths = [path for item in items if (path := text(find(item, "path")))]
    return DeliveryFacts(
        "kustomization", folder, members=tuple(_join(folder, path) for path in paths), is_component=True
    )


def _kustomization(folder: str, root: Node | None) -> DeliveryFacts | None:
    if mapping_of(root) is None:
        return None
    members = [path for key in MEMBER_KEYS for path in texts(find(root, key))]
    patches = [path for path in texts(find(root, "patchesStrategicMerge")) if "\n" not in path]
    for item in (*items_of(find(root, "patches")), *items_of(find(root, "patchesJson6902"))):
        path = text(find(item, "path"))
        patches += [path] if path else []
    changes = any((node := find(root, key)) is not None and not is_null(node) for key in _CHANGING_KEYS)
    return DeliveryFacts(
        "kustomization",
        folder,
        text(find(root, "namespace")),
        tuple(_join(folder, path) for path in members if "://" not in path and "?" not in path),
        tuple(_join(folder, path) for path in patches),
        changes,
        tuple(_labels(find(root, "commonLabels"), *_pairs(root, "includeSelectors"))),
        tuple(_labels(*_pairs(root, "includeTemplates"))),
        is_component=text(find(root, "kind")) == "Component",
        has_charts=any(items_of(find(root, key)) for key in ("helmCharts", "helmChartInflationGenerator")),
    )


def _pairs(root: Node | None, switch: str) -> Iterator[Node | None]:
    """The labels that a kustomization adds where a switch says so."""
    for item in items_of(find(root, "labels")):
        if is_true(find(item, switch)):
            yield find(item, "pairs")


def _labels(*holders: Node | None) -> Iterator[tuple[str, str]]:
    for holder in holders:
        mapping = mapping_of(holder)
        for entry in mapping.all_entries() if mapping is not None else ():
            value = text(entry.value)
            if entry.name is not None and value is not None:
                yield entry.name, value


def _join(folder: str, path: str) -> str:
    """A path relative to a folder; the start of a URI is kept."""
    scheme, sign, rest = folder.rpartition("://")
    joined = posixpath.normpath(posixpath.join(rest, path)) if rest or sign else posixpath.normpath(path)
    return f"{scheme}{sign}{joined}" if sign else joined

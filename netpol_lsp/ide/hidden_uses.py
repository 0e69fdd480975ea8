"""Places that speak of a label where no one reads it as one: values of charts, patches in strings, selectors as expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from netpol_lsp.kube.objects import objects_of
from netpol_lsp.kube.typed_field import mapping_of
from netpol_lsp.workspace.manifest_reader import ManifestReader, find, text
from netpol_lsp.workspace.resource_kinds import OTHER_POLICY_KINDS, RENDERED_LATER
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Node, Scalar, walk

_KUSTOMIZATION = "Kustomization"


@dataclass(frozen=True, slots=True)
class HiddenUse:
    """Something that may use a label: `what` it is, as in "HelmRelease `redis`", and where its pods are (see `LabelUse`)."""

    what: str
    namespace: str | None = None
    is_namespace_unknown: bool = False
    is_everywhere: bool = False
    is_kustomization: bool = False


def hidden_uses(
    document: Document, key: str, value: str | None, default_namespace: str | None = None
) -> Iterator[HiddenUse]:
    """What may speak of a label in a document, besides the uses that can be read."""
    written = document.text
    root = mapping_of(document.root)
    if root is None or document.error is not None:
        if document.is_template or speaks_of(written, key, value):
            reason = "a template" if document.is_template else "a document with a syntax error"
            yield HiddenUse(reason, is_namespace_unknown=True)
        return
    if find(root, "sops", "mac") is not None and text(find(root, "kind")) is None:
        yield HiddenUse("an encrypted object", is_namespace_unknown=True)
        return
    for kube_object in objects_of(root):
        reader = ManifestReader(kube_object, kube_object.kind or "", ("", 0), default_namespace=default_namespace)
        known = (reader.group, reader.kind)
        title = f"{reader.kind} `{reader.name or '(no name)'}`"
        if reader.kind == _KUSTOMIZATION or "kustomize" in reader.group:
            if speaks_of(written, key, value):
                yield HiddenUse("the kustomization", is_namespace_unknown=True, is_kustomization=True)
        elif known in RENDERED_LATER:
            if speaks_of(written, key, value):
                namespace = text(reader.get(*RENDERED_LATER[known])) or reader.namespace
                yield HiddenUse(title, namespace, namespace is None)
        elif known in OTHER_POLICY_KINDS and _has_expression(kube_object.node, key, value):
            is_everywhere = OTHER_POLICY_KINDS[known] or reader.is_namespace_unknown
            yield HiddenUse(title, reader.namespace, reader.is_namespace_unknown, is_everywhere)
    if root.get("kind") is None and find(root, "resources") is not None and speaks_of(written, key, value):
        yield HiddenUse("the kustomization", is_namespace_unknown=True, is_kustomization=True)


def speaks_of(written: str, key: str, value: str | None) -> bool:
    """Whether a text has the key, and the value, as whole words."""
    return all(_word(one).search(written) for one in (key, value) if one)


@lru_cache(maxsize=16)
def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./-]){re.escape(word)}(?![\w./-])")


def _has_expression(node: Node, key: str, value: str | None) -> bool:
    """Whether a scalar that is no label speaks of the key and value, as Calico's `app == 'web'`."""
    scalars = (one for one in walk(node) if isinstance(one, Scalar))
    return any(one.value not in (key, value) and speaks_of(one.value, key, value) for one in scalars)

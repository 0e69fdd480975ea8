"""Where a document names a namespace, a container's port or a Service's port: where these are made, and who speaks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.ide.label_uses import LabelUse, Subject, label_uses
from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.kinds import is_network_policy
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_unknown

_DEEPEST = 60
_NAMESPACE_LISTS = ("matchNames", "namespaces")


class Named(StrEnum):
    """What a name is of."""

    NAMESPACE = "namespace"
    CONTAINER_PORT = "container port"
    SERVICE_PORT = "Service port"


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name at its place in the document; `makes`: what is called so is made here."""

    named: Named
    name: str
    span: Span
    makes: bool = False


def name_uses(document: Document) -> tuple[NameUse, ...]:
    """All names in a document, in the order of the text; of a template, those of all its readings."""
    found: dict[Span, NameUse] = {}
    for reading in [variant.document for variant in document.variants] or [document]:
        for kube_object in objects_of(reading.root):
            for use in _uses_in(kube_object):
                found.setdefault(use.span, use)
    for use in map(_as_name, _metadata_names(label_uses(document))):
        found.setdefault(use.span, use)
    return tuple(sorted(found.values(), key=lambda use: use.span.start))


def _metadata_names(uses: tuple[LabelUse, ...]) -> Iterator[tuple[str, Span]]:
    """The names of namespaces in the label that every namespace has."""
    for use in uses:
        for term in use.terms:
            if use.subject is Subject.NAMESPACES and term.key is not None and term.key.text == METADATA_NAME:
                yield from ((value.text, value.span) for value in term.values if value is not None)


def _as_name(found: tuple[str, Span]) -> NameUse:
    return NameUse(Named.NAMESPACE, *found)


def _uses_in(kube_object: KubeObject) -> Iterator[NameUse]:
    kind = kube_object.kind or ""
    if kind in ("Namespace", "Project") and kube_object.name_field is not None:
        yield from _use(Named.NAMESPACE, kube_object.name_field.node, makes=True)
    is_policy = is_network_policy(kube_object)
    yield from _walk(kube_object.node, (), kind, is_policy=is_policy)


def _walk(node: Node, keys: tuple[str, ...], kind: str, *, is_policy: bool) -> Iterator[NameUse]:
    """The names below a value; `keys` are those that lead to it, without the places in lists."""
    if len(keys) > _DEEPEST:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            if keys[-1:] and keys[-1] in _NAMESPACE_LISTS:
                yield from _use(Named.NAMESPACE, item)
            yield from _walk(item, keys, kind, is_policy=is_policy)
    elif isinstance(node, Mapping):
        for entry in node.all_entries():
            inside = (*keys, entry.name or "")
            named = _meaning(inside, kind, is_policy=is_policy)
            if named is not None:
                makes = inside[-2:] == ("ports", "name")
                yield from _use(named, entry.value, makes=makes)
            if inside[-1] not in ("labels", "annotations", "matchLabels", "data", "stringData"):
                yield from _walk(entry.value, inside, kind, is_policy=is_policy)


def _meaning(keys: tuple[str, ...], kind: str, *, is_policy: bool) -> Named | None:
    """What a scalar at a path of keys names."""
    above, last = keys[-2:-1], keys[-1]
    if last == "namespace":
        return Named.NAMESPACE
    if above == ("ports",) and last == "name":
        is_container = len(keys) > 2 and keys[-3] in ("containers", "initContainers")
        return Named.CONTAINER_PORT if is_container else Named.SERVICE_PORT if kind == "Service" else None
    if last == "targetPort":
        return Named.CONTAINER_PORT if kind in ("Service", "ServiceMonitor", "PodMonitor") else None
    if last == "port":
        is_probe = above in (("httpGet",), ("tcpSocket",))
        if (is_policy and above == ("ports",)) or is_probe or (kind == "PodMonitor" and above != ("spec",)):
            return Named.CONTAINER_PORT
        return Named.SERVICE_PORT if kind == "ServiceMonitor" else None
    if last == "servicePort" or (last == "name" and above == ("port",) and kind == "Ingress"):
        return Named.SERVICE_PORT
    return None


def _use(named: Named, node: Node, *, makes: bool = False) -> Iterator[NameUse]:
    source = node.origin if node.origin is not None else node
    if not isinstance(source, Scalar) or is_unknown(source):
        return
    value = resolve(source)
    if isinstance(value, str) and value:
        yield NameUse(named, value, source.span, makes)

"""The labels, namespaces and ports that manifests use: words to offer while another one is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_unknown

_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words in use. Labels: values by key, of pods and of namespaces. `ports`: numbers and names."""

    pod_labels: dict[str, frozenset[str]] = field(default_factory=dict)
    namespace_labels: dict[str, frozenset[str]] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()
    ports: frozenset[int | str] = frozenset()

    def labels(self, *, of_namespaces: bool) -> dict[str, frozenset[str]]:
        """The labels of namespaces, with the one that each of them has; or those of pods."""
        if not of_namespaces:
            return self.pod_labels
        names = self.namespaces | self.namespace_labels.get(METADATA_NAME, frozenset())
        return {METADATA_NAME: names, **{k: v for k, v in self.namespace_labels.items() if k != METADATA_NAME}}


class _Collector:
    def __init__(self) -> None:
        self.pod_labels: defaultdict[str, set[str]] = defaultdict(set)
        self.namespace_labels: defaultdict[str, set[str]] = defaultdict(set)
        self.namespaces: set[str] = set()
        self.ports: set[int | str] = set()

    def take(self, kube_object: KubeObject) -> None:
        """Take in one object."""
        if kube_object.namespace:
            self.namespaces.add(kube_object.namespace)
        if kube_object.kind == "Namespace":
            if kube_object.name:
                self.namespaces.add(kube_object.name)
            self.take_labels(kube_object.metadata, self.namespace_labels)
        elif kube_object.kind == "Pod":
            self.take_labels(kube_object.metadata, self.pod_labels)
        self.walk(kube_object.node, "", 0)

    def walk(self, node: Node, key: str, depth: int) -> None:
        """Look below a value, which is at `key`."""
        if depth > _DEEPEST:
            return
        if isinstance(node, Sequence):
            for item in node.items:
                self.walk(item, key, depth + 1)
        elif isinstance(node, Mapping):
            self.take_selector(node, key)
            for entry in node.all_entries():
                if key == "template" and entry.name == "metadata" and isinstance(entry.value, Mapping):
                    self.take_labels(entry.value, self.pod_labels)
                elif key == "ports" and entry.name in ("port", "containerPort", "name"):
                    self.take_port(entry.value)
                self.walk(entry.value, entry.name or "", depth + 1)

    def take_selector(self, node: Mapping, key: str) -> None:
        """The labels that a selector asks for."""
        labels = self.namespace_labels if key == "namespaceSelector" else self.pod_labels
        if key not in ("podSelector", "namespaceSelector"):
            return
        entry = node.get("matchLabels")
        for name, value in _texts(entry.value if entry else None):
            labels[name].add(value)
        entry = node.get("matchExpressions")
        for item in entry.value.items if entry and isinstance(entry.value, Sequence) else ():
            self.take_requirement(item, labels)

    def take_requirement(self, item: Node, labels: defaultdict[str, set[str]]) -> None:
        """The label that an expression asks for."""
        name = item.get("key") if isinstance(item, Mapping) else None
        values = item.get("values") if isinstance(item, Mapping) else None
        if name is None or not isinstance(name.value, Scalar) or is_unknown(name.value):
            return
        found = labels[name.value.value]
        for value in values.value.items if values and isinstance(values.value, Sequence) else ():
            if isinstance(value, Scalar) and not is_null(value) and not is_unknown(value):
                found.add(value.value)

    def take_labels(self, metadata: Mapping | None, labels: defaultdict[str, set[str]]) -> None:
        """The labels in a metadata mapping."""
        entry = metadata.get("labels") if metadata else None
        for name, value in _texts(entry.value if entry else None):
            labels[name].add(value)

    def take_port(self, node: Node) -> None:
        """A port's number or name."""
        value = resolve(node) if isinstance(node, Scalar) and not is_unknown(node) else None
        if isinstance(value, str | int) and not isinstance(value, bool):
            self.ports.add(value)


def collect(roots: Iterable[Node | None]) -> Vocabulary:
    """The words in some documents."""
    collector = _Collector()
    for root in roots:
        for kube_object in objects_of(root):
            collector.take(kube_object)
    return Vocabulary(
        {key: frozenset(values) for key, values in collector.pod_labels.items()},
        {key: frozenset(values) for key, values in collector.namespace_labels.items()},
        frozenset(collector.namespaces),
        frozenset(collector.ports),
    )


def join(vocabularies: Iterable[Vocabulary]) -> Vocabulary:
    """The words of all of them."""
    pods: dict[str, frozenset[str]] = {}
    spaces: dict[str, frozenset[str]] = {}
    namespaces: frozenset[str] = frozenset()
    ports: frozenset[int | str] = frozenset()
    for one in vocabularies:
        for mine, others in ((pods, one.pod_labels), (spaces, one.namespace_labels)):
            for key, values in others.items():
                mine[key] = mine.get(key, frozenset()) | values
        namespaces |= one.namespaces
        ports |= one.ports
    return Vocabulary(pods, spaces, namespaces, ports)


def _texts(node: Node | None) -> Iterator[tuple[str, str]]:
    """The entries of a mapping of texts; what is filled in later is left out."""
    for entry in node.all_entries() if isinstance(node, Mapping) else ():
        value = entry.value
        if entry.name and isinstance(value, Scalar) and not is_null(value) and not is_unknown(value):
            yield entry.name, value.value

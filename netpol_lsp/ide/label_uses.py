"""Where a document sets labels or asks for them: of pods, namespaces and Services, by objects of any kind.

Follows the fields of the Kubernetes API, the Prometheus operator (ServiceMonitor, PodMonitor), Istio (workloadSelector)
and Cilium (endpointSelector). What other kinds call a selector is taken for one of pods, and marked as a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.policies.kinds import is_network_policy
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.extract_workloads import template_of
from netpol_lsp.workspace.manifest_reader import ManifestReader, find, is_true, mappings, texts
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.scalars import resolve
from netpol_lsp.yaml.templates.masking import is_unknown

_DEEPEST = 60
_CILIUM_PREFIXES = ("k8s:", "any:")
# Selectors of what is neither pods, namespaces nor Services.
_OF_OTHER_THINGS = frozenset({"nodeSelector", "volumeClaimTemplates", "objectSelector", "aggregationRule"})
_HAVE_OTHER_SELECTORS = frozenset({"PersistentVolumeClaim", "PersistentVolume", "ClusterRole", "StorageClass", "Node"})


class Subject(StrEnum):
    """Whose labels these are."""

    PODS = "pods"
    NAMESPACES = "namespaces"
    SERVICES = "Services"


class Role(StrEnum):
    """What a place does with labels, as a heading for people."""

    LABELS = "Labels"
    POLICY = "Selectors of policies"
    SERVICE = "Selectors of Services and monitors"
    OWN = "Selectors of the workloads themselves, which the API server lets no one change: they have to be made anew"
    OTHER = "Other selectors"
    GUESS = "Selectors of kinds whose meaning is not known"


@dataclass(frozen=True, slots=True)
class Word:
    """A key or value as it is written: `span` is its place with its quotes, in the document that holds the text.

    `prefix`: what is written before the label's own key, as Cilium's `k8s:`. `style`: that of the scalar.
    """

    text: str
    span: Span
    style: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class LabelTerm:
    """A key with the values beside it: an entry of a mapping of labels, or an item of matchExpressions.

    A `key` of None, or a value of None, is decided elsewhere.
    """

    key: Word | None
    values: tuple[Word | None, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelUse:
    """A mapping of labels, or a selector.

    `owner`: the object, as in "Deployment `web`". `start`, `end`: its place in the document. `is_open`: a template may add
    labels to it. Where the pods or Services are that a selector means: in `namespaces` where these are named, where
    `namespace_selector` says, everywhere where `is_everywhere`, else in the object's own `namespace` (None: none is named).
    `is_owned`: a controller made the object, as a ReplicaSet its Pods: what another object says is written here again.
    """

    subject: Subject
    role: Role
    owner: str
    terms: tuple[LabelTerm, ...]
    start: int
    end: int
    is_open: bool = False
    namespace: str | None = None
    is_namespace_unknown: bool = False
    namespaces: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None
    is_everywhere: bool = False
    is_owned: bool = False

    @property
    def sets(self) -> bool:
        """Whether it gives labels to something."""
        return self.role is Role.LABELS

    def term_at(self, offset: int) -> tuple[LabelTerm, Word | None] | None:
        """The term at an offset of the document, and its value there (None: the offset is at the key)."""
        for term in self.terms:
            if term.key is not None and term.key.span.contains(offset):
                return term, None
            for value in term.values:
                if value is not None and value.span.contains(offset):
                    return term, value
        return None


def label_uses(document: Document, default_namespace: str | None = None) -> tuple[LabelUse, ...]:
    """All places of a document where labels are set or asked for, in the order of the text.

    Of a template, those of all its readings.
    """
    readings = [variant.document for variant in document.variants] or [document]
    found: dict[tuple[int, Subject, Role], LabelUse] = {}
    for reading in readings:
        is_open = bool(reading.holes) or bool(document.holes)
        for kube_object in objects_of(reading.root):
            place = (document.source.uri, 0)
            reader = ManifestReader(
                kube_object, kube_object.kind or "", place, is_open=is_open, default_namespace=default_namespace
            )
            for use in _Finder(reader).find():
                found.setdefault((use.start, use.subject, use.role), use)
    return tuple(sorted(found.values(), key=lambda use: (use.start, use.end)))


class _Finder:
    """The uses of one object."""

    def __init__(self, reader: ManifestReader) -> None:
        self.reader = reader
        self.object: KubeObject = reader.obj
        self.owner = f"{reader.kind or 'object'} `{reader.name or '(no name)'}`"
        self.template = template_of(reader)
        self.is_policy = is_network_policy(reader.obj)
        self.is_owned = any(
            is_true(controller)
            for _, one in mappings(reader.get("metadata", "ownerReferences"))
            if (controller := find(one, "controller")) is not None
        )

    def find(self) -> Iterator[LabelUse]:
        """All of them."""
        if self.reader.kind not in _HAVE_OTHER_SELECTORS:
            yield from self._own_labels()
            yield from self._pod_labels()
            yield from self._walk(self.object.node, "", 0)

    def _own_labels(self) -> Iterator[LabelUse]:
        subjects = {
            ("", "Pod"): Subject.PODS,
            ("", "Service"): Subject.SERVICES,
            ("", "Namespace"): Subject.NAMESPACES,
            ("project.openshift.io", "Project"): Subject.NAMESPACES,
        }
        subject = subjects.get((self.reader.group, self.reader.kind))
        if subject is not None:
            yield from self._labels(self.object.node, subject)

    def _pod_labels(self) -> Iterator[LabelUse]:
        if self.template is not None and self.template is not self.object.node:
            yield from self._labels(self.template, Subject.PODS)

    def _labels(self, holder: Mapping, subject: Subject) -> Iterator[LabelUse]:
        """The labels in the metadata of an object or template; an empty use where a template may add them."""
        metadata = mapping_of(find(holder, "metadata"))
        node = mapping_of(find(metadata, "labels"))
        if node is not None:
            yield self._use(subject, Role.LABELS, node, tuple(_terms(node)), is_open=node.is_open)
        elif self.reader.is_open and (metadata is None or metadata.is_open or find(metadata, "labels") is not None):
            yield self._use(subject, Role.LABELS, metadata or holder, (), is_open=True)

    def _walk(self, node: Node, key: str, depth: int) -> Iterator[LabelUse]:
        """The selectors below a value, which is at `key`."""
        if depth > _DEEPEST:
            return
        if isinstance(node, Sequence):
            for item in node.items:
                if key in ("fromEndpoints", "toEndpoints") and isinstance(item, Mapping):
                    yield from self._selector(item, Subject.PODS, Role.GUESS, is_everywhere=True)
                else:
                    yield from self._walk(item, key, depth + 1)
        elif isinstance(node, Mapping):
            for entry in node.all_entries():
                name = entry.name or ""
                if name in _OF_OTHER_THINGS or (name == "status" and not depth):
                    continue
                found = list(self._selectors(node, entry, name, depth))
                yield from found
                if not found:
                    yield from self._walk(entry.value, name, depth + 1)

    def _selectors(self, holder: Mapping, entry: Entry, name: str, depth: int) -> Iterator[LabelUse]:
        """The selector that an entry is, if it is one."""
        value = entry.value
        if isinstance(value, Scalar) and is_unknown(value) and name in ("podSelector", "namespaceSelector"):
            subject = Subject.NAMESPACES if name == "namespaceSelector" else Subject.PODS
            yield self._use(subject, self._role(), value, (), is_open=True)
        if not isinstance(value, Mapping):
            return
        if name == "namespaceSelector" and find(value, "any") is None and find(value, "matchNames") is None:
            yield from self._selector(value, Subject.NAMESPACES, self._role(), is_everywhere=True)
        elif name in ("podSelector", "labelSelector", "endpointSelector"):
            yield from self._pods(holder, value, name)
        elif name == "workloadSelector" and isinstance(find(value, "labels"), Mapping):
            labels = find(value, "labels")
            assert isinstance(labels, Mapping)
            yield self._use(Subject.PODS, Role.OTHER, labels, tuple(_terms(labels)), is_open=labels.is_open)
        elif name == "selector" and depth == 1:
            yield from self._main_selector(holder, value)
        elif name == "selector" and self.reader.group.endswith("istio.io"):
            yield from self._selector(value, Subject.PODS, Role.OTHER)

    def _main_selector(self, holder: Mapping, value: Mapping) -> Iterator[LabelUse]:
        """`spec.selector`, which means something else in each kind."""
        kind, group = self.reader.kind, self.reader.group
        if (kind == "Service" and not group) or (kind == "ReplicationController" and not group):
            role = Role.SERVICE if kind == "Service" else Role.OWN
            yield self._use(Subject.PODS, role, value, tuple(_terms(value)), is_open=value.is_open)
        elif kind in ("ServiceMonitor", "PodMonitor") and group == "monitoring.coreos.com":
            subject = Subject.SERVICES if kind == "ServiceMonitor" else Subject.PODS
            anywhere = find(holder, "namespaceSelector", "any")
            names = texts(find(holder, "namespaceSelector", "matchNames"))
            everywhere = anywhere is not None and is_true(anywhere)
            yield from self._selector(
                value, subject, Role.SERVICE, names=() if everywhere else names, is_everywhere=everywhere
            )
        elif self.template is not None:
            yield from self._selector(value, Subject.PODS, Role.OWN)
        elif kind == "PodDisruptionBudget" or _is_selector(value):
            is_known = kind == "PodDisruptionBudget" or group.endswith("istio.io")
            yield from self._selector(value, Subject.PODS, Role.OTHER if is_known else Role.GUESS)

    def _pods(self, holder: Mapping, value: Mapping, name: str) -> Iterator[LabelUse]:
        """A selector of pods, with what beside it says in which namespaces."""
        role = self._role()
        if name == "labelSelector" and self.template is not None:
            role = Role.OTHER
        elif name == "endpointSelector":
            role = Role.GUESS
        other = holder.get("namespaceSelector")
        is_cluster_wide = self.reader.namespace is None and self.reader.kind.startswith(
            ("Cluster", "Admin", "Baseline")
        )
        spaces = None
        if other is not None and not is_null(other.value):
            if isinstance(other.value, Mapping):
                spaces = read_selector(Selector(other.value, other))
            else:
                is_cluster_wide = True
        names = texts(find(holder, "namespaces"))
        yield from self._selector(value, Subject.PODS, role, names=names, spaces=spaces, is_everywhere=is_cluster_wide)

    def _role(self) -> Role:
        return Role.POLICY if self.is_policy else Role.OTHER if self.template is not None else Role.GUESS

    def _selector(
        self,
        node: Mapping,
        subject: Subject,
        role: Role,
        *,
        names: tuple[str, ...] = (),
        spaces: LabelSelector | None = None,
        is_everywhere: bool = False,
    ) -> Iterator[LabelUse]:
        """A selector with matchLabels and matchExpressions."""
        labels, expressions = find(node, "matchLabels"), find(node, "matchExpressions")
        terms: list[LabelTerm] = []
        is_open = node.is_open or _is_decided_elsewhere(labels) or _is_decided_elsewhere(expressions)
        if isinstance(labels, Mapping):
            terms += _terms(labels, is_cilium=role is Role.GUESS)
        for item in items_of(expressions):
            if isinstance(item, Mapping):
                terms.append(_expression(item))
        yield self._use(
            subject,
            role,
            node,
            tuple(terms),
            is_open=is_open,
            namespaces=names,
            namespace_selector=spaces,
            is_everywhere=is_everywhere,
        )

    def _use(
        self,
        subject: Subject,
        role: Role,
        node: Node,
        terms: tuple[LabelTerm, ...],
        *,
        is_open: bool,
        namespaces: tuple[str, ...] = (),
        namespace_selector: LabelSelector | None = None,
        is_everywhere: bool = False,
    ) -> LabelUse:
        reader = self.reader
        return LabelUse(
            subject,
            role,
            self.owner,
            terms,
            node.start,
            node.end,
            is_open,
            reader.namespace,
            reader.is_namespace_unknown,
            namespaces,
            namespace_selector,
            is_everywhere or subject is Subject.NAMESPACES,
            self.is_owned,
        )


def _is_selector(node: Mapping) -> bool:
    return node.get("matchLabels") is not None or node.get("matchExpressions") is not None


def _is_decided_elsewhere(node: Node | None) -> bool:
    return node is not None and (is_unknown(node) or (isinstance(node, Mapping | Sequence) and node.is_open))


def _terms(labels: Mapping, *, is_cilium: bool = False) -> Iterator[LabelTerm]:
    for entry in labels.all_entries():
        yield LabelTerm(_word(entry.key, is_cilium=is_cilium), (_word(entry.value),))


def _expression(item: Mapping) -> LabelTerm:
    key, values = find(item, "key"), find(item, "values")
    words: list[Word | None] = [_word(one) for one in items_of(values)]
    if _is_decided_elsewhere(values) or (item.is_open and values is None):
        words.append(None)
    return LabelTerm(None if key is None else _word(key), tuple(words))


def _word(node: Node, *, is_cilium: bool = False) -> Word | None:
    """A key or value as it is written; of an alias, where its anchor is. None where it is not known, or no text."""
    source = node.origin if node.origin is not None else node
    if not isinstance(source, Scalar) or is_unknown(source) or source.style in ("|", ">"):
        return None
    value = resolve(source)
    if value is not None and not isinstance(value, str):
        return None
    known = value or ""
    prefix = next((one for one in _CILIUM_PREFIXES if is_cilium and known.startswith(one)), "")
    return Word(known.removeprefix(prefix), source.span, source.style, prefix)

"""Words that the workspace knows for a place that is being written: labels, namespaces and ports, the nearest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from netpol_lsp.ide.word_counts import (
    KnownWord,
    labels_asked_for,
    labels_in_maps,
    labels_of_namespaces,
    labels_of_workloads,
    number_of,
    ports_of_workloads,
)
from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector, match_labels, matches
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import mapping_of
from netpol_lsp.policies.kinds import is_network_policy
from netpol_lsp.policies.networkpolicy.semantics import PeerSet
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.manifest_reader import ManifestReader, find, label_value, text, texts
from netpol_lsp.workspace.pods import Place, here, place, selected_namespaces, services_here
from netpol_lsp.workspace.resources import WorkloadFacts
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.nodes import Mapping, Node
from netpol_lsp.yaml.paths import Path, lookup

_NAMESPACE_LISTS = ("matchNames", "namespaces")
_PLAIN_SELECTORS = ("Service", "ReplicationController")
_TEMPLATE_LABELS = (
    ("spec", "template", "metadata", "labels"),
    ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
)


def known_words(
    view: WorkspaceSnapshot, root: Node | None, path: Path, uri: str, default_namespace: str | None
) -> tuple[KnownWord, ...]:
    """What can be written at a path of a document: keys where it leads to a mapping of labels, else values.

    The document need not be finished; `path` is where the cursor is. Each word once, those of the right pods first.
    """
    node, inside = _object_at(root, path)
    if node is None or not inside:
        return ()
    kube_object = KubeObject(node)
    reader = ManifestReader(kube_object, kube_object.kind or "", (uri, 0), default_namespace=default_namespace)
    found: dict[str | int, KnownWord] = {}
    for word in _Finder(view, reader, inside, uri).find():
        found.setdefault(word.text, word)
    return tuple(found.values())


def _object_at(root: Node | None, path: Path) -> tuple[Mapping | None, Path]:
    """The object that a path leads into, and the rest of the path."""
    node = mapping_of(root)
    while node is not None and (text(find(node, "kind")) or "").endswith("List") and path[:1] == ("items",):
        if len(path) < 2 or not isinstance(path[1], int):
            return None, ()
        below, _ = lookup(node, path[:2])
        node, path = mapping_of(below), path[2:]
    return node, path


class _Finder:
    def __init__(self, view: WorkspaceSnapshot, reader: ManifestReader, path: Path, uri: str) -> None:
        self.view = view
        self.reader = reader
        self.path = path
        self.node = reader.obj.node
        self.own = place(view, reader.namespace, uri, is_unknown=reader.is_namespace_unknown)
        self.names = [one for one in path if isinstance(one, str)]

    def find(self) -> Iterator[KnownWord]:
        """The words, each perhaps more than once: the first counts."""
        path, names = self.path, self.names
        last, above = names[-1], names[-2] if len(names) > 1 else ""
        if path == ("metadata", "namespace") or (last in _NAMESPACE_LISTS and "selector" not in last):
            yield from self._namespaces()
        elif last in ("port", "targetPort") and above == "ports":
            yield from self._ports()
        elif "matchExpressions" in path:
            yield from self._in_expression(path.index("matchExpressions"), last)
        elif "labels" in (last, above) and "metadata" in names:
            yield from self._labels_of_object(last if above == "labels" else None)
        elif "matchLabels" in (last, above):
            at = path.index("matchLabels")
            yield from self._selector(path[:at], last if above == "matchLabels" else None)
        elif self.reader.kind in _PLAIN_SELECTORS and path[:2] == ("spec", "selector"):
            yield from self._selector(path[:2], str(path[2]) if len(path) > 2 else None)

    def _in_expression(self, at: int, last: str) -> Iterator[KnownWord]:
        if last == "key":
            yield from self._selector(self.path[:at], None)
        elif last == "values":
            key = text(lookup(self.node, (*self.path[: at + 2], "key"))[0])
            if key is not None:
                yield from self._selector(self.path[:at], key)

    def _selector(self, selector: Path, key: str | None) -> Iterator[KnownWord]:
        """The keys that a selector can ask for, or the values of one."""
        name = next((one for one in reversed(selector) if isinstance(one, str)), "")
        if name == "namespaceSelector":
            yield from labels_of_namespaces(self.view.namespaces.values(), key)
        elif self.reader.kind == "ServiceMonitor":
            near = [one.labels for where in self._places(selector) for one in services_here(self.view, where)]
            yield from labels_in_maps(near, key, "Service here", "Services here")
            every = (one.labels for _, shard in self.view.resources() for one in shard.services)
            yield from labels_in_maps(every, key, "Service")
        else:
            if name == "selector":
                yield from self._labels_of_template(key)
            yield from self._labels_of_pods(selector, key)

    def _labels_of_pods(self, selector: Path, key: str | None) -> Iterator[KnownWord]:
        """Of the pods in the right namespaces that have what is written already, then of all others."""
        written = self._written(selector, key)
        near = [one for where in self._places(selector) for one in here(self.view, where)]
        yield from labels_of_workloads((one for one in near if matches(written, one.labels)), key)
        yield from labels_of_workloads(near, key)
        yield from labels_of_workloads(_every_workload(self.view), key)

    def _written(self, selector: Path, key: str | None) -> LabelSelector:
        """What a selector asks for already, besides the label that is being written."""
        node = mapping_of(lookup(self.node, selector)[0])
        is_plain = self.reader.kind in _PLAIN_SELECTORS and selector == ("spec", "selector")
        labels = node if is_plain else mapping_of(find(node, "matchLabels"))
        found: dict[str, str] = {}
        for entry in labels.all_entries() if labels is not None else ():
            value = label_value(entry.value)
            if entry.name and value and entry.name != key:
                found[entry.name] = value
        return match_labels(found)

    def _places(self, selector: Path) -> list[Place]:
        """Where the pods of a selector are, by what is beside it."""
        holder = mapping_of(lookup(self.node, selector[:-1])[0])
        names = texts(find(holder, "namespaces")) or texts(find(holder, "namespaceSelector", "matchNames"))
        spaces = self._read(holder, "namespaceSelector")
        if spaces is not None and not names:
            chosen, _ = selected_namespaces(self.view, spaces)
            names = chosen if spaces.allowed else tuple(self.view.namespaces)
            return [Place(name, self.own.uri) for name in names]
        return [Place(name, self.own.uri) for name in names] or [self.own]

    def _read(self, holder: Mapping | None, name: str) -> LabelSelector | None:
        """The label selector of a mapping; None where it has none."""
        entry = holder.get(name) if holder is not None else None
        if entry is None:
            return None
        return read_selector(Selector(entry.value, entry)) if isinstance(entry.value, Mapping) else EVERYTHING

    def _labels_of_template(self, key: str | None) -> Iterator[KnownWord]:
        """A workload's selector asks for labels of its own pods."""
        for path in _TEMPLATE_LABELS:
            labels = mapping_of(find(self.node, *path))
            for entry in labels.all_entries() if labels is not None else ():
                value = label_value(entry.value)
                if entry.name and value and key in (None, entry.name):
                    yield KnownWord(entry.name if key is None else value, "label of its own pods")

    def _labels_of_object(self, key: str | None) -> Iterator[KnownWord]:
        """Labels that an object gets: first what is asked for."""
        if self.reader.kind in ("Namespace", "Project"):
            peers = (peer.namespaces for peer in self._peers() if peer.namespaces is not None)
            yield from labels_asked_for(peers, key, "peer")
            yield from labels_of_namespaces(self.view.namespaces.values(), key)
            return
        if "template" in self.path or self.reader.kind == "Pod":
            own = self._read(mapping_of(self.reader.get("spec")), "selector")
            yield from labels_asked_for([own] if own is not None else (), key, "selector of its own", "")
            policies = (one.policy.pod_selector for one in self.view.policies_in(self.own.namespace))
            yield from labels_asked_for(policies, key, "policy", "policies")
            services = [one.selector or {} for one in services_here(self.view, self.own)]
            yield from labels_in_maps(services, key, "Service asks for it", "Services ask for it")
        yield from labels_of_workloads(here(self.view, self.own), key)
        yield from labels_of_workloads(_every_workload(self.view), key)

    def _peers(self) -> Iterator[PeerSet]:
        for located in self.view:
            for rule in chain(located.policy.ingress, located.policy.egress):
                yield from rule.peers or ()

    def _namespaces(self) -> Iterator[KnownWord]:
        """The names of namespaces, those that hold something first."""
        index = self.view.index
        counts = {name: len(index.shard(name).workloads) for name in self.view.namespaces}
        for name, count in sorted(counts.items(), key=lambda item: (not item[1], item[0])):
            yield KnownWord(name, number_of(count, "workload") if count else "namespace in use")

    def _ports(self) -> Iterator[KnownWord]:
        """Ports of the containers that a policy's rule or a Service is about."""
        if self.reader.kind == "Service" and self.names[-1] == "targetPort":
            labels = mapping_of(self.reader.get("spec", "selector"))
            wanted = self._written(("spec", "selector"), None) if labels is not None else EVERYTHING
            pods = [one for one in here(self.view, self.own) if matches(wanted, one.labels)]
            yield from ports_of_workloads(pods, names_first=True)
        elif is_network_policy(self.reader.obj):
            yield from ports_of_workloads(self._pods_of_rule(), names_first=False)

    def _pods_of_rule(self) -> list[WorkloadFacts]:
        """The pods at which connections of the rule arrive: the policy's own, or its peers'."""
        if self.path[:2] != ("spec", "egress"):
            return self._matching(("spec", "podSelector"), [self.own])
        peers = lookup(self.node, (*self.path[:3], "to"))[0]
        count = len(getattr(peers, "items", ()))
        found: list[WorkloadFacts] = []
        for number in range(count):
            selector = (*self.path[:3], "to", number, "podSelector")
            if find(mapping_of(lookup(self.node, selector[:-1])[0]), "ipBlock") is None:
                found += self._matching(selector, self._places(selector))
        return found

    def _matching(self, selector: Path, places: list[Place]) -> list[WorkloadFacts]:
        name = str(selector[-1])
        wanted = self._read(mapping_of(lookup(self.node, selector[:-1])[0]), name) or EVERYTHING
        return [one for where in places for one in here(self.view, where) if matches(wanted, one.labels)]


def _every_workload(view: WorkspaceSnapshot) -> Iterator[WorkloadFacts]:
    for namespace, shard in view.resources():
        if namespace != CLUSTER:
            yield from shard.workloads

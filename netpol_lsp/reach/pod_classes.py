"""Pods that no policy can tell apart are one class, and sets of pods are integers with one bit for each class.

A class is a namespace, the labels that some selector asks for, the named ports, whether the pods use the host's network,
and where their addresses lie among the ranges of the policies. Each question has two answers: the classes that are surely
in, and those that may be.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.net.address import parse_address
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.ir import PodSet, SelectorTree
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.generated_labels import generated, is_derived, may_be_generated, open_keys
from netpol_lsp.reach.match import keys_of, selects
from netpol_lsp.workspace.ternary import Ternary

Bits = tuple[int, int]
"""The classes that are surely in, and those that may be, the sure ones among them."""

NamedPorts = tuple[tuple[tuple[str, str], tuple[int, ...]], ...]
"""((protocol, name), numbers in the order of the containers), sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class PodClass:
    """Pods that are alike for every policy.

    `labels` are those that some selector asks for; `open_keys` may be there, too, with values that no one knows. `host_network` None: a template decides it. `addresses`: what is known
    of the pods' addresses, None for nothing.
    """

    index: int
    namespace: str | None
    labels: Mapping[str, str]
    named_ports: Mapping[tuple[str, str], tuple[int, ...]]
    host_network: bool | None
    has_all_labels: bool
    has_all_ports: bool
    addresses: tuple[tuple[int, int], ...] | None
    open_keys: frozenset[str] = frozenset()

    def selected_by(self, tree: SelectorTree) -> Ternary:
        """Whether a selector selects the labels of these pods."""
        return selects(tree, self.labels, has_all=self.has_all_labels, open_keys=self.open_keys)


def named_ports_of(workload: Workload) -> NamedPorts:
    """The named ports of its containers."""
    found: dict[tuple[str, str], list[int]] = {}
    for port in workload.facts.ports:
        if port.name is not None:
            numbers = found.setdefault((port.protocol, port.name), [])
            if port.number not in numbers:
                numbers.append(port.number)
    return tuple(sorted((key, tuple(numbers)) for key, numbers in found.items()))


def addresses_of(workload: Workload) -> tuple[tuple[int, int], ...] | None:
    """(4 or 6, number) of the addresses of a pod; None when the manifest has none."""
    found = [parsed for text in workload.facts.pod_ips if (parsed := parse_address(text)) is not None]
    return tuple(sorted(found)) or None


class PodClasses:
    """The classes of a cluster's pods; `update` takes pods away and adds others and keeps what stays true."""

    def __init__(self, cluster: Cluster, keys: Iterable[str], boundaries: Mapping[int, list[int]]) -> None:
        self.keys = frozenset(keys)
        self.boundaries = boundaries
        self.classes: list[PodClass] = []
        self.members: list[list[Workload]] = []
        self.class_of: dict[Workload, PodClass] = {}
        self.everything = 0
        self.hosts = 0
        self.maybe_hosts = 0
        self.in_namespace: dict[str | None, int] = {}
        self._cluster = cluster
        self._known: dict[tuple[object, ...], PodClass] = {}
        self._by_label: dict[tuple[str, str], int] = {}
        self._has_key: dict[str, int] = {}
        self._open: dict[str, int] = {}
        self._generated_keys: frozenset[str] | None = None
        self._partial = 0
        self._addressed = 0
        self._selected: dict[SelectorTree, Bits] = {}
        self._namespaces: dict[SelectorTree, Bits] = {}
        self.add(cluster.workloads)

    def add(self, workloads: Iterable[Workload]) -> list[PodClass]:
        """Sort further pods in; returns the classes that are new."""
        added: list[PodClass] = []
        for workload in workloads:
            key = self._key(workload)
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = self._new_class(workload)
                added.append(known)
            self.class_of[workload] = known
            self.members[known.index].append(workload)
        return added

    def update(self, cluster: Cluster, removed: Iterable[Workload], added: Iterable[Workload]) -> list[PodClass]:
        """Take pods away and add others; returns the classes that are new. Classes without pods stay, unused."""
        self._cluster = cluster
        for workload in removed:
            self.members[self.class_of.pop(workload).index].remove(workload)
        fresh = self.add(added)
        if fresh:
            self._namespaces.clear()
            for tree, (sure, may) in self._selected.items():
                more_sure, more_may = self._one_by_one(tree, fresh)
                self._selected[tree] = (sure | more_sure, may | more_may)
        return fresh

    def forget_namespaces(self, cluster: Cluster) -> None:
        """The labels of namespaces have changed."""
        self._cluster = cluster
        self._namespaces.clear()

    def can_tell_apart(self, trees: Iterable[SelectorTree]) -> bool:
        """Whether selectors ask for a label that some pod has and that the classes leave out."""
        more = {key for tree in trees for key in keys_of(tree)} - self.keys
        if not more:
            return False
        if any(map(may_be_generated, more)):
            return True
        if any(key in workload.facts.labels for workload in self.class_of for key in more):
            return True
        self.keys |= more
        return False

    def pods(self, pod_set: PodSet) -> Bits:
        """The classes that a set of pods takes in; host-network pods are never sure."""
        sure, may = self.select(pod_set.pods)
        if pod_set.namespaces is None:
            unknown = self.in_namespace.get(None, 0)
            if pod_set.namespace is None:
                own_sure, own_may = 0, self.everything
            else:
                own_sure = self.in_namespace.get(pod_set.namespace, 0)
                own_may = own_sure | unknown
        else:
            own_sure, own_may = self.select_namespaces(pod_set.namespaces)
        return sure & own_sure & ~self.maybe_hosts, may & own_may

    def select(self, tree: SelectorTree) -> Bits:
        """The classes whose labels a selector selects."""
        found = self._selected.get(tree)
        if found is None:
            found = self._selected[tree] = self._select(tree)
        return found

    def select_namespaces(self, tree: SelectorTree) -> Bits:
        """The classes in namespaces that a selector selects."""
        found = self._namespaces.get(tree)
        if found is None:
            sure = may = 0
            for name, bits in self.in_namespace.items():
                labels, has_all = self._cluster.namespace_labels(name)
                derived = [key for key in keys_of(tree) if is_derived(key)]
                answer = selects(tree, labels, has_all=has_all, open_keys=derived)
                if answer is Ternary.YES:
                    sure |= bits
                if answer is not Ternary.NO:
                    may |= bits
            found = self._namespaces[tree] = (sure, may)
        return found

    def addresses(self, block: CidrSet) -> Bits:
        """The classes whose known addresses lie in a block, or may."""
        sure, may = 0, self.everything & ~self._addressed
        for item in self.bits(self._addressed):
            inside = [self._contains(block, address) for address in item.addresses or ()]
            sure |= all(inside) << item.index
            may |= any(inside) << item.index
        return sure, may

    def bits(self, classes: int) -> Iterator[PodClass]:
        """The classes of a set."""
        while classes:
            lowest = classes & -classes
            yield self.classes[lowest.bit_length() - 1]
            classes ^= lowest

    def _select(self, tree: SelectorTree) -> Bits:
        if isinstance(tree, LabelSelector):
            sure = may = self.everything
            for key, values in tree.allowed:
                found = 0
                for value in values.values:
                    if value is None:
                        found |= self.everything & ~self._has_key.get(key, 0)
                    else:
                        found |= self._by_label.get((key, value), 0)
                found = self.everything & ~found if values.is_complement else found
                open_ = 0 if values.is_empty else self._open.get(key, 0)
                sure, may = sure & found & ~open_, may & (found | open_)
            sure = 0 if tree.is_partial else sure
        else:
            return self._one_by_one(tree, self.classes)
        if self._partial:
            more_sure, more_may = self._one_by_one(tree, self.bits(self._partial))
            sure, may = sure & ~self._partial | more_sure, may & ~self._partial | more_may
        return sure, may

    @staticmethod
    def _one_by_one(tree: SelectorTree, classes: Iterable[PodClass]) -> Bits:
        sure = may = 0
        for item in classes:
            answer = item.selected_by(tree)
            sure |= (answer is Ternary.YES) << item.index
            may |= (answer is not Ternary.NO) << item.index
        return sure, may

    @staticmethod
    def _contains(block: CidrSet, address: tuple[int, int]) -> bool:
        family, number = address
        return any(first <= number <= last for first, last in (block.v4 if family == 4 else block.v6))

    def _key(self, workload: Workload) -> tuple[object, ...]:
        facts = workload.facts
        keys = self.keys
        labels = tuple(sorted([item for item in facts.labels.items() if item[0] in keys]))
        more = self._more(workload)
        ports = named_ports_of(workload) if facts.ports else ()
        flags = (facts.host_network, facts.has_unknown_labels, facts.has_unknown_ports)
        place: tuple[tuple[int, int], ...] | None = None
        if facts.pod_ips and self.boundaries:
            found = addresses_of(workload)
            place = None if found is None else tuple((f, bisect_right(self.boundaries.get(f, ()), n)) for f, n in found)
        return (workload.namespace, labels, ports, flags, place, more)

    def _new_class(self, workload: Workload) -> PodClass:
        facts = workload.facts
        index, bit = len(self.classes), 1 << len(self.classes)
        added, open_ = self._more(workload) or ((), frozenset())
        labels = {key: value for key, value in (*added, *facts.labels.items()) if key in self.keys}
        new = PodClass(
            index,
            workload.namespace,
            labels,
            dict(named_ports_of(workload)),
            facts.host_network,
            not facts.has_unknown_labels,
            not facts.has_unknown_ports,
            addresses_of(workload) if self.boundaries else None,
            open_,
        )
        self.classes.append(new)
        self.members.append([])
        self.everything |= bit
        self.in_namespace[workload.namespace] = self.in_namespace.get(workload.namespace, 0) | bit
        if facts.host_network is not False:
            self.maybe_hosts |= bit
        if new.addresses is not None:
            self._addressed |= bit
        if facts.has_unknown_labels:
            self._partial |= bit
        for key, value in labels.items():
            self._by_label[key, value] = self._by_label.get((key, value), 0) | bit
            self._has_key[key] = self._has_key.get(key, 0) | bit
        for key in open_:
            self._open[key] = self._open.get(key, 0) | bit
        return new

    def _more(self, workload: Workload) -> tuple[tuple[tuple[str, str], ...], frozenset[str]] | None:
        """Labels that pods get from the cluster, and keys that they may get."""
        if self._generated_keys is None:
            self._generated_keys = frozenset(key for key in self.keys if may_be_generated(key))
        if not self._generated_keys:
            return None
        found = (tuple(sorted(generated(workload).items())), open_keys(workload, self._generated_keys))
        return found if any(found) else None

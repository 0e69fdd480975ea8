"""Pods that no policy can tell apart are one class, and sets of pods are integers with one bit for each class.

A class is a namespace, the labels that some selector asks for, the named ports, whether the pods use the host's network,
and where their addresses lie among the ranges of the policies. Each question has two answers: the classes that are surely
in, and those that may be.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from itertools import islice

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

_MOST_EMPTY = 256
"""Classes that may be without pods before all are made anew."""


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


_AT_ONCE = 200
"""Workloads whose pods are sorted in by one step."""


class PodClasses:
    """The classes of those of a cluster's pods that were added; `updated` has those of the next state of it."""

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
        self._with_addresses = 0
        self._selected: dict[SelectorTree, tuple[int, int, int]] = {}
        self._empty = 0
        self._namespaces: dict[SelectorTree, Bits] = {}

    @property
    def has_addresses(self) -> bool:
        """Whether the address of some pod is known."""
        return self._with_addresses > 0

    @property
    def inhabited(self) -> int:
        """The classes that have pods: after changes there may be others."""
        return self.everything & ~self._empty

    @property
    def is_worn(self) -> bool:
        """Whether so many classes have lost their pods that all are better made anew."""
        return self._empty.bit_count() > max(_MOST_EMPTY, len(self.classes) // 2)

    def steps(self) -> Iterator[None]:
        """Sort the pods of the cluster in, some at a time."""
        workloads = iter(self._cluster.workloads)
        while some := tuple(islice(workloads, _AT_ONCE)):
            self.add(some)
            yield

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
            self._empty &= ~(1 << known.index)
            self._with_addresses += bool(workload.facts.pod_ips)
        return added

    def updated(
        self, cluster: Cluster, trees: Iterable[SelectorTree], removed: Iterable[Workload], added: Iterable[Workload]
    ) -> PodClasses:
        """The classes of the next state of the cluster: pods are gone, others have come, selectors ask for more.

        What had a class has the same one; classes without pods stay, unused.
        """
        new = copy(self)
        new._cluster = cluster  # noqa: SLF001 - it is one of us
        new.learn(trees)
        for name in ("class_of", "in_namespace", "_known", "_by_label", "_has_key", "_open", "_selected"):
            setattr(new, name, dict(getattr(self, name)))
        new.classes, new.members = list(self.classes), list(map(list, self.members))
        new._namespaces = {}  # noqa: SLF001
        new._remove(removed)  # noqa: SLF001
        new.add(added)
        return new

    def _remove(self, workloads: Iterable[Workload]) -> None:
        for workload in workloads:
            index = self.class_of.pop(workload).index
            members = self.members[index]
            members.remove(workload)
            self._with_addresses -= bool(workload.facts.pod_ips)
            if not members:
                self._empty |= 1 << index

    def told_apart(self, keys: Iterable[str]) -> list[Workload] | None:
        """The pods that selectors with these labels tell from others of their class: they are to be sorted in again.

        None when all pods have to be: a key may be of a label that the cluster gives them.
        """
        more = set(keys) - self.keys
        if any(map(may_be_generated, more)):
            return None
        return [item for item in self.class_of if any(key in item.facts.labels for key in more)] if more else []

    def learn(self, trees: Iterable[SelectorTree]) -> None:
        """Selectors ask for these labels, too."""
        more = {key for tree in trees for key in keys_of(tree)} - self.keys
        if more:
            self.keys |= more

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
        known, count = self._selected.get(tree), len(self.classes)
        if known is None:
            sure, may = self._select(tree)
        elif known[0] < count:
            more_sure, more_may = self._one_by_one(tree, self.classes[known[0] :])
            sure, may = known[1] | more_sure, known[2] | more_may
        else:
            return known[1:]
        self._selected[tree] = (count, sure, may)
        return sure, may

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

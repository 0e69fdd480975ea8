"""The resources of one namespace, with the tables that questions about it need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from netpol_lsp.kube.label_selector import LabelSelector, matches
from netpol_lsp.text.lazy import lazy
from netpol_lsp.workspace.file_order import with_entries
from netpol_lsp.workspace.file_resources import NO_RESOURCES, ResourceFacts
from netpol_lsp.workspace.reads import MATCHING, READS

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import (
        EndpointSliceFacts,
        IngressFacts,
        MonitorFacts,
        NamespaceFacts,
        NodeFacts,
        OtherPolicyFacts,
        ServiceFacts,
        UnknownManifest,
        WebhookFacts,
        WorkloadFacts,
    )

T = TypeVar("T")
Named = TypeVar("Named", "WorkloadFacts", "ServiceFacts", "IngressFacts", "OtherPolicyFacts", "EndpointSliceFacts")


class noted(Generic[T]):  # noqa: N801 - reads like `property`
    """A property of a shard that is worked out once, and noted whenever it is read."""

    def __init__(self, compute: Callable[[ResourceShard], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self._slot = f"_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> noted[T]: ...

    @overload
    def __get__(self, instance: ResourceShard, owner: type) -> T: ...

    def __get__(self, instance: ResourceShard | None, owner: type) -> T | noted[T]:
        if instance is None:
            return self
        READS.note(self.name, instance.key)
        known = instance.__dict__
        if self._slot not in known:
            with READS.paused():
                known[self._slot] = self._compute(instance)
        value: T = known[self._slot]
        return value


class ResourceShard:
    """The resources of one namespace by file; immutable. One that is still there tells that none of them changed.

    What the context says of an object that is linted, too, is an older copy of it and left out.
    """

    def __init__(self, files: Mapping[str, ResourceFacts], key: str | None = None) -> None:
        self.files = files
        self.key = key

    def with_files(self, changed: Mapping[str, ResourceFacts]) -> ResourceShard:
        """The shard with these files instead; without resources, the file is gone."""
        files = with_entries(self.files, changed)
        for uri, resources in changed.items():
            if resources is NO_RESOURCES:
                del files[uri]
        return ResourceShard(files, self.key)

    @noted
    def uris(self) -> tuple[str, ...]:
        """The files that something here is written in."""
        return tuple(self.files)

    @noted
    def workloads(self) -> tuple[WorkloadFacts, ...]:
        """What makes pods here."""
        return _without_copies(tuple(chain.from_iterable(one.workloads for one in self.files.values())))

    @noted
    def services(self) -> tuple[ServiceFacts, ...]:
        """The Services."""
        return _without_copies(tuple(chain.from_iterable(one.services for one in self.files.values())))

    @noted
    def endpoint_slices(self) -> tuple[EndpointSliceFacts, ...]:
        """EndpointSlices and Endpoints."""
        return _without_copies(tuple(chain.from_iterable(one.endpoint_slices for one in self.files.values())))

    @noted
    def ingresses(self) -> tuple[IngressFacts, ...]:
        """Ingresses and routes."""
        return _without_copies(tuple(chain.from_iterable(one.ingresses for one in self.files.values())))

    @noted
    def monitors(self) -> tuple[MonitorFacts, ...]:
        """ServiceMonitors and PodMonitors."""
        return tuple(chain.from_iterable(one.monitors for one in self.files.values()))

    @noted
    def other_policies(self) -> tuple[OtherPolicyFacts, ...]:
        """Policies of kinds that are not modelled."""
        return _without_copies(tuple(chain.from_iterable(one.other_policies for one in self.files.values())))

    @noted
    def unknown(self) -> tuple[UnknownManifest, ...]:
        """Manifests that no one can read."""
        return tuple(chain.from_iterable(one.unknown for one in self.files.values()))

    @noted
    def namespaces(self) -> tuple[NamespaceFacts, ...]:
        """Namespaces, in the shard of the cluster."""
        return tuple(chain.from_iterable(one.namespaces for one in self.files.values()))

    @noted
    def webhooks(self) -> tuple[WebhookFacts, ...]:
        """What the API server calls, in the shard of the cluster."""
        return tuple(chain.from_iterable(one.webhooks for one in self.files.values()))

    @noted
    def nodes(self) -> tuple[NodeFacts, ...]:
        """Nodes, in the shard of the cluster."""
        return tuple(chain.from_iterable(one.nodes for one in self.files.values()))

    @lazy
    def _label_values(self) -> Mapping[str, Mapping[str, tuple[WorkloadFacts, ...]]]:
        """The workloads by the labels of their pods: key, then value."""
        found: dict[str, dict[str, list[WorkloadFacts]]] = {}
        for workload in self.workloads:
            for key, value in workload.labels.items():
                found.setdefault(key, {}).setdefault(value, []).append(workload)
        return {key: {value: tuple(some) for value, some in values.items()} for key, values in found.items()}

    @noted
    def partly_known(self) -> tuple[WorkloadFacts, ...]:
        """The workloads whose pods may have further labels."""
        return tuple(workload for workload in self.workloads if workload.has_unknown_labels)

    @noted
    def owned_pods(self) -> tuple[WorkloadFacts, ...]:
        """The Pods that something made, as a snapshot of a cluster shows them."""
        return tuple(one for one in self.workloads if one.kind == "Pod" and one.owner_name is not None)

    @noted
    def folders_of_retried_pods(self) -> frozenset[str]:
        """The folders of Pods that several files define, by hand and under one name: each file is tried by itself."""
        files: dict[str, set[str]] = {}
        for one in self.workloads:
            is_named = one.kind == "Pod" and one.name is not None and not one.is_name_unknown
            if is_named and one.owner_name is None and not one.is_context:
                files.setdefault(one.name or "", set()).add(one.origin.uri)
        return frozenset(uri.rpartition("/")[0] for uris in files.values() if len(uris) > 1 for uri in uris)

    @noted
    def has_workloads(self) -> bool:
        """Whether something here makes pods."""
        return bool(self.workloads)

    @lazy
    def shows_pods(self) -> bool:
        """Whether the context tells of pods here, those that are linted as well among them."""
        return any(one.is_context for resources in self.files.values() for one in resources.workloads)

    @lazy
    def has_pods(self) -> bool:
        """Whether there is something here that makes pods, or may."""
        return any(resources.workloads or resources.unknown for resources in self.files.values())

    @lazy
    def has_services(self) -> bool:
        """Whether there is a Service here."""
        return any(resources.services for resources in self.files.values())

    def matching(self, selector: LabelSelector) -> tuple[WorkloadFacts, ...]:
        """The workloads whose known labels a selector matches; perhaps, where it or they are partly known.

        Who asks does not depend on the others.
        """
        READS.note(MATCHING, (self.key, selector))
        return self.answer(selector)

    def answer(self, selector: LabelSelector) -> tuple[WorkloadFacts, ...]:
        """As `matching`. Nothing is noted."""
        with READS.paused():
            return tuple(workload for workload in self._candidates(selector) if matches(selector, workload.labels))

    def _candidates(self, selector: LabelSelector) -> tuple[WorkloadFacts, ...]:
        """The workloads that a selector can match, by the rarest label that it asks for."""
        best: tuple[WorkloadFacts, ...] | None = None
        for key, values in selector.allowed:
            if values.is_complement or None in values.values:
                continue
            by_value = self._label_values.get(key, {})
            wanted = sorted(
                value for value in values.values if value is not None
            )  # a set has another order in each run
            some = [by_value[value] for value in wanted if value in by_value]
            found = some[0] if len(some) == 1 else tuple(chain.from_iterable(some))
            if best is None or len(found) < len(best):
                best = found
            if not best:
                break
        return self.workloads if best is None else best


@lru_cache(maxsize=4096)
def empty_shard(key: str | None) -> ResourceShard:
    """The shard without resources: of one that is not there, the same value each time."""
    return ResourceShard({}, key)


def _without_copies(facts: tuple[Named, ...]) -> tuple[Named, ...]:
    if not any(fact.is_context for fact in facts):
        return facts
    linted = {(fact.kind if hasattr(fact, "kind") else "", fact.name) for fact in facts if not fact.is_context}
    return tuple(fact for fact in facts if not fact.is_context or (getattr(fact, "kind", ""), fact.name) not in linted)

"""What the documents of one file say, kind by kind. Most files hold policies only, which need none of the kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import (
        AnyFacts,
        DeliveryFacts,
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


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What the documents of one file say, kind by kind, in the order of the text. Policies are kept elsewhere."""

    workloads: tuple[WorkloadFacts, ...] = ()
    namespaces: tuple[NamespaceFacts, ...] = ()
    services: tuple[ServiceFacts, ...] = ()
    endpoint_slices: tuple[EndpointSliceFacts, ...] = ()
    ingresses: tuple[IngressFacts, ...] = ()
    monitors: tuple[MonitorFacts, ...] = ()
    webhooks: tuple[WebhookFacts, ...] = ()
    nodes: tuple[NodeFacts, ...] = ()
    other_policies: tuple[OtherPolicyFacts, ...] = ()
    unknown: tuple[UnknownManifest, ...] = ()
    deliveries: tuple[DeliveryFacts, ...] = ()

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """What another process gets: `NO_RESOURCES` is that very value there, too."""
        if self is NO_RESOURCES:
            return "NO_RESOURCES"
        return ResourceFacts, tuple(getattr(self, one.name) for one in fields(ResourceFacts))

    def __iter__(self) -> Iterator[AnyFacts]:
        yield from self.workloads
        yield from self.namespaces
        yield from self.services
        yield from self.endpoint_slices
        yield from self.ingresses
        yield from self.monitors
        yield from self.webhooks
        yield from self.nodes
        yield from self.other_policies
        yield from self.unknown
        yield from self.deliveries


NO_RESOURCES = ResourceFacts()


def joined(parts: Iterable[ResourceFacts]) -> ResourceFacts:
    """The facts of several documents in one value."""
    some = [part for part in parts if part is not NO_RESOURCES]
    if len(some) < 2:
        return some[0] if some else NO_RESOURCES
    return ResourceFacts(
        **{
            one.name: tuple(chain.from_iterable(getattr(part, one.name) for part in some))
            for one in fields(ResourceFacts)
        }
    )

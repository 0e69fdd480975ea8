"""What rules about the network plugin share: what is said once a workspace, and what a policy uses that is not enforced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from netpol_lsp.capabilities.fact import Capability, Fact, Support
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.workspace.pods import find_pods, place_of, services_here
from netpol_lsp.workspace.snapshot import is_same

if TYPE_CHECKING:
    from netpol_lsp.capabilities.capabilities import Capabilities
    from netpol_lsp.lint.rule_pods import RulePods
    from netpol_lsp.policies.networkpolicy.feature_uses import FeatureUse
    from netpol_lsp.workspace.resources import ServiceFacts, ServicePort, WorkloadFacts

DIRECTIONS = (Capability.INGRESS, Capability.EGRESS)


def speaks_for_workspace(ctx: PolicyContext) -> bool:
    """Whether what concerns every policy on this network plugin is said at this one: the first by file and place."""
    policies = ctx.workspace.policies_on(ctx.settings.workspace_cni)
    if not policies:
        return True
    first, located = policies[0], ctx.located
    return is_same(first, located) and first.path == located.path


def policy_count(ctx: PolicyContext) -> int:
    """How many policies there are on this network plugin."""
    return len(ctx.workspace.policies_on(ctx.settings.workspace_cni)) or 1


def uses_with(ctx: PolicyContext, capabilities: Capabilities, support: Support) -> Iterator[tuple[FeatureUse, Fact]]:
    """What the policy relies on and the plugin has only so; none in a direction that it does not enforce at all.

    The direction itself comes first, and then stands for everything in it.
    """
    from netpol_lsp.policies.networkpolicy.feature_uses import feature_uses  # noqa: PLC0415 - start-up is a feature

    for use in feature_uses(ctx.policy):
        fact = capabilities.fact(use.capability)
        if fact.support is not support:
            continue
        is_open = use.direction is not None and capabilities.enforces(use.direction.value).support is Support.NO
        if use.capability in DIRECTIONS or not is_open:
            yield use, fact


def translated_ports(ctx: PolicyContext) -> Iterator[tuple[Port, ServiceFacts, ServicePort]]:
    """Ports of rules that a Service sends on from another port, each with the Service and its entry."""
    from netpol_lsp.lint.rule_pods import rules_with_pods  # noqa: PLC0415 - only beside workloads

    for found in rules_with_pods(ctx):
        services = [service for where in found.places for service in services_here(ctx.workspace, where)]
        for port in found.rule.ports:
            entry = next(_translations(port, found, services), None)
            if entry is not None:
                yield port, *entry


def _translations(
    port: Port, found: RulePods, services: Iterable[ServiceFacts]
) -> Iterator[tuple[ServiceFacts, ServicePort]]:
    from netpol_lsp.lint.rule_pods import serves, target_number  # noqa: PLC0415 - only beside workloads

    for service in services:
        served = [workload for workload in found.pods.sure if serves(service, workload)]
        for entry in service.ports:
            targets = {target_number(entry, workload) for workload in served}
            is_same = entry.protocol == port.effective_protocol and port.number is not None
            if is_same and targets == {port.number} and entry.port != port.number:
                yield service, entry


def standalone_pods(ctx: PolicyContext) -> tuple[WorkloadFacts, ...]:
    """The pods that the policy selects and that nothing owns."""
    pods = find_pods(ctx.workspace, place_of(ctx.workspace, ctx.located), ctx.semantics.pod_selector)
    return tuple(one for one in pods.sure if one.kind == "Pod" and one.owner_kind is None and not one.is_finished)

"""NP504 cni-differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from netpol_lsp.capabilities.fact import Capability, LimitKind, Support
from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.net.address_set import CidrSet, address_set, addresses_of
from netpol_lsp.kube.well_known import PRIVATE_RANGES
from netpol_lsp.lint.platform import policy_count, speaks_for_workspace, standalone_pods, translated_ports, uses_with
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.pods import workload_words

if TYPE_CHECKING:
    from netpol_lsp.capabilities.capabilities import Capabilities


@policy_rule("NP504", category="platform", severity=Severity.INFO, uses_resources=True, on_partial=True)
def cni_differs(ctx: PolicyContext) -> Diagnostics:
    """The cluster's network plugin takes the policy in another way than the specification says.

    ## Why
    Some plugins enforce a part of NetworkPolicies only under a condition: Cilium enforces SCTP only where it is switched on
    and never matches pods by an `ipBlock`, AWS' policy agent works for named ports where Services use the same name, NCP
    takes four labels in a selector. And some enforce nothing until someone switches it on, as in EKS Auto Mode, which
    is said once.

    An information, and a warning where it surely does not work: a number that exceeds a limit, an `ipBlock` of pods
    alone (needs `pod-cidrs`), a Service whose port is another than the pods' where the plugin drops that. Speaks only when the configuration names the network plugin.

    ```yaml bad {"cni": "cilium"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: diameter
      namespace: core
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - ports:
            - protocol: SCTP  # <- NP504
              port: 3868
    ```

    ```yaml bad {"cni": "cilium", "pod-cidrs": ["10.244.0.0/16"]}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - ipBlock:
                cidr: 10.244.3.0/24  # <- NP504
    ```

    ```yaml good {"cni": "calico", "pod-cidrs": ["10.244.0.0/16"]}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
      ingress:
        - ports:
            - protocol: SCTP
              port: 3868
      egress:
        - to:
            - ipBlock:
                cidr: 10.0.0.0/8
    ```
    """
    if ctx.settings.cni is None:
        return
    capabilities = ctx.settings.capabilities
    if not capabilities.is_known or capabilities.enforces_nothing:
        return
    for use, fact in uses_with(ctx, capabilities, Support.PARTIAL):
        yield ctx.finding(use.span, f"{use.subject} is special on {capabilities.label}: {fact.text}")
    yield from _ip_blocks(ctx, capabilities)
    yield from _limits(ctx, capabilities)
    yield from _workloads(ctx, capabilities)
    if capabilities.concerns_all and speaks_for_workspace(ctx):
        yield from _about_all(ctx, capabilities)


def _about_all(ctx: PolicyContext, capabilities: Capabilities) -> Iterator[Diagnostic]:
    """What concerns every policy, said once."""
    place = ctx.policy.object.name_field or ctx.policy
    if capabilities.precondition is not None:
        yield ctx.finding(place, f"{capabilities.precondition.text}: make sure that it is so")
    limit, count = capabilities.limit(LimitKind.POLICIES), policy_count(ctx)
    if limit is not None and count > limit.value:
        yield ctx.finding(place, f"{count} policies are many for {capabilities.label}: {limit.text}")


def _ip_blocks(ctx: PolicyContext, capabilities: Capabilities) -> Iterator[Diagnostic]:
    """Blocks with addresses that the plugin never sees or never compares."""
    pods = addresses_of(ctx.settings.pod_cidrs)
    matches_pods = capabilities.fact(Capability.IP_BLOCK_MATCHES_PODS)
    client = capabilities.fact(Capability.CLIENT_ADDRESS)
    for direction in DIRECTIONS:
        if direction not in ctx.policy.effective_types:
            continue
        for span, text, block in _blocks(ctx, direction):
            if matches_pods.support is Support.PARTIAL and pods.covers(block):
                yield ctx.finding(span, f"`{text}` may not match the pods in it: {matches_pods.text}")
            elif matches_pods.support is Support.NO and block.intersects(pods):
                alone, is_known = pods.covers(block), "pod-cidrs" not in ctx.settings.assumed
                if not (alone or is_known):
                    continue  # who allows the world rarely means pods
                message = f"`{text}` {'matches nothing' if alone else 'does not include the pods'}: {matches_pods.text}"
                severity = Severity.WARNING if alone and is_known else Severity.INFO
                yield ctx.finding(span, message, severity=severity, label="pods are not matched by address")
            elif client.support is Support.NO and direction is Direction.INGRESS and not block.intersects(_PRIVATE):
                yield ctx.finding(span, f"`{text}` may match no client: {client.text}")


def _blocks(ctx: PolicyContext, direction: Direction) -> Iterator[tuple[Span, str, CidrSet]]:
    for rule in ctx.policy.rules(direction):
        for peer in rule.peers:
            cidr = peer.ip_block.cidr if peer.ip_block is not None else None
            block = address_set(cidr.value) if cidr is not None and cidr.value else None
            if cidr is not None and cidr.value and block is not None:
                yield cidr.span, cidr.value, block


def _workloads(ctx: PolicyContext, capabilities: Capabilities) -> Iterator[Diagnostic]:
    """Pods and Services of the manifests that the plugin does not take as the specification has it."""
    translation = capabilities.fact(Capability.PORTS_AFTER_TRANSLATION)
    if translation.support is Support.NO:
        for port, service, entry in translated_ports(ctx):
            yield ctx.finding(
                port.port or port,
                f"Service `{service.name}` sends port {entry.port} on to {port.number}: {translation.text}",
                severity=Severity.WARNING,
                related=[ctx.related_fact(entry.origin, "the Service's port is another")],
            )
    alone = capabilities.fact(Capability.STANDALONE_PODS)
    if alone.support is Support.NO and (pods := standalone_pods(ctx)):
        yield ctx.finding(
            ctx.policy.pod_selector or ctx.policy.object.name_field or ctx.policy,
            f"the policy does not hold for {workload_words(pods)}: {alone.text}",
            severity=Severity.WARNING,
            related=[ctx.related_fact(pod.origin, "a Pod without an owner") for pod in pods[:3]],
        )


def _limits(ctx: PolicyContext, capabilities: Capabilities) -> Iterator[Diagnostic]:
    """Numbers that exceed what the plugin holds."""
    for kind, span, count in _counts(ctx):
        limit = capabilities.limit(kind)
        if limit is not None and count > limit.value:
            severity = Severity.WARNING if limit.is_hard else Severity.INFO
            message = f"{count} {_WORDS[kind]} are too many for {capabilities.label}: {limit.text}"
            yield ctx.finding(span, message, severity=severity)


_WORDS = {
    LimitKind.MATCH_LABELS: "labels in one selector",
    LimitKind.SELECTORS_PER_RULE: "selectors in one rule",
    LimitKind.PORTS_PER_PEER: "ports in one rule",
}


def _counts(ctx: PolicyContext) -> Iterator[tuple[LimitKind, Span, int]]:
    for selector in ctx.policy.selectors:
        yield LimitKind.MATCH_LABELS, selector.entry.key.span, len(selector.labels)
    for rule in ctx.policy.all_rules:
        if rule.peers_field is not None:
            chosen = [one for peer in rule.peers for one in (peer.namespace_selector, peer.pod_selector) if one]
            yield LimitKind.SELECTORS_PER_RULE, rule.peers_field.key_span, len(chosen)
        if rule.ports_field is not None:
            yield LimitKind.PORTS_PER_PEER, rule.ports_field.key_span, len(rule.ports)


_PRIVATE = addresses_of(PRIVATE_RANGES)

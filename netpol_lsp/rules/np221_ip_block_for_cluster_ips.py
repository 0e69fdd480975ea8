"""NP221 ip-block-for-cluster-ips."""

from __future__ import annotations

import re

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.address_set import CidrSet, address_set
from netpol_lsp.kube.net.port_set import port_range, union_of
from netpol_lsp.kube.well_known import DEFAULT_SERVICE_RANGES
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS
from netpol_lsp.policies.networkpolicy.peer import IPBlock
from netpol_lsp.policies.origin import NOWHERE, Origin
from netpol_lsp.workspace.parts import answers, ask
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.item_comments import comment_text, comments_on


@policy_rule(
    "NP221", category="intent", severity=Severity.WARNING, on_partial=True, uses_resources=True, needs=Trigger.IP_BLOCKS
)
def ip_block_for_cluster_ips(ctx: PolicyContext) -> Diagnostics:
    """An ipBlock lies inside the cluster's own pod or service addresses.

    ## Why
    Pods get new addresses whenever they are made anew, so a range of pod addresses selects whatever happens to run there;
    several network plugins never match pods by an ipBlock. Service addresses are replaced by a pod's address before
    policies are looked at, so an ipBlock of service addresses matches nothing at all. Select pods by their labels.

    A warning for the address of a Service or a Pod, and for the pod addresses of a Node, that a manifest names (as in a snapshot
    of the cluster), and when `pod-cidrs` or `service-cidrs` are in the configuration, an information where they are only what the
    configured `platform` usually has. Where no `service-cidrs` are known, an information for the service ranges that
    kubeadm, k3s, RKE2 and EKS take by default, when a rule names exactly such a range or its first address, which is the
    Service of the Kubernetes API, unless a comment on the rule speaks of cluster IPs or DNAT, or the policy allows other
    addresses on 6443, where the API server itself listens. Where the network plugin never matches pods by address, NP504 speaks.

    ```yaml bad {"service-cidrs": ["10.96.0.0/12"]}
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
                cidr: 10.96.0.10/32  # <- NP221
    ```

    ```yaml good {"service-cidrs": ["10.96.0.0/12"]}
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
                cidr: 203.0.113.0/24
    ```
    """
    settings = ctx.settings
    ranges = [("service", settings.service_cidrs)]
    if settings.capabilities.has(Capability.IP_BLOCK_MATCHES_PODS) is not False:
        ranges.insert(0, ("pod", settings.pod_cidrs))
    known_ranges = {} if settings.service_cidrs else DEFAULT_SERVICE_RANGES
    for peer_block in ctx.policy.ip_blocks:
        cidr = peer_block.cidr
        block = address_set(cidr.value) if cidr is not None and cidr.value else None
        if cidr is None or block is None:
            continue
        if (owner := known_ranges.get(cidr.value or "")) is not None and not _lies_in_any(
            block, ctx.settings.pod_cidrs
        ):
            is_known_well = _SERVICE_WORDS.search(_comments(ctx, peer_block)) or _allows_api_server(ctx, block)
            is_other = (cidr.value or "").endswith("/32") and _is_for_dns_only(ctx, peer_block)
            if is_known_well or is_other:
                continue  # the author knows, or means somebody's name server
            message = f"`{cidr.value}` looks like the service addresses of {owner}, which policies never see"
            yield ctx.finding(cidr, message, severity=Severity.INFO, label="service addresses")
        known = _known_address(ctx, block)
        if known is not None and not any(_lies_in_any(block, texts) for _, texts in ranges):
            message, origin = known
            yield ctx.finding(
                cidr, f"`{cidr.value}` {message}", related=[ctx.related_fact(origin, "here")] if origin.end else []
            )
            continue
        for kind, texts in ranges:
            if _lies_in_any(block, texts):
                yield ctx.finding(
                    cidr,
                    _message(kind, cidr.value or ""),
                    severity=Severity.INFO if f"{kind}-cidrs" in settings.assumed else None,
                    label=f"{kind} addresses",
                )


_SERVICE_WORDS = re.compile(r"\b(?:cluster[ -]?ips?|d-?nat|service (?:ip|cidr|address)\w*)\b", re.IGNORECASE)


_API_SERVER = port_range("TCP", 6443, 6443)
_DNS = union_of(port_range(protocol, 53, 53) for protocol in ("UDP", "TCP"))


def _allows_api_server(ctx: PolicyContext, service: CidrSet) -> bool:
    """Whether the policy allows further addresses on the API server's own port, beside the address of its Service."""
    return any(
        rule.ports.may_intersect(_API_SERVER)
        and (rule.peers is None or any(peer.addresses is not None and peer.addresses != service for peer in rule.peers))
        for rule in ctx.semantics.egress
    )


def _is_for_dns_only(ctx: PolicyContext, block: IPBlock) -> bool:
    """Whether the rule of a block allows port 53 only, where no API server is."""
    for direction in DIRECTIONS:
        for rule, stored in ctx.rules(direction):
            if any(peer.ip_block is block for peer in rule.peers):
                return not stored.ports.is_empty and not stored.has_unknown_ports and _DNS.covers(stored.ports)
    return False


def _comments(ctx: PolicyContext, block: IPBlock) -> str:
    """The comments on the peer that holds a block, and on its rule."""
    for rule in ctx.policy.all_rules:
        for peer in rule.peers:
            if peer.ip_block is block:
                return " ".join(comment_text(comments_on(ctx.document, node)) for node in (rule.node, peer.node))
    return ""


def _known_address(ctx: PolicyContext, block: CidrSet) -> tuple[str, Origin] | None:
    """What a manifest says of an address, or of a range of pods: that it belongs to the cluster itself."""
    known = _addresses(ctx.workspace)
    exact = known.get(block)
    if exact is not None:
        return exact
    for node in ctx.workspace.nodes:
        if _lies_in_any(block, node.pod_cidrs):
            return (
                f"is among the pod addresses of node `{node.name}`, which pods do not keep: select the pods by label",
                node.origin,
            )
    return None


def _addresses(view: WorkspaceSnapshot) -> dict[CidrSet, tuple[str, Origin]]:
    """The single addresses of Services and pods; who asks does not depend on what else is known of these."""
    found: dict[CidrSet, tuple[str, Origin]] = ask(view, _ADDRESSES)
    return found


_ADDRESSES = "addresses of Services and pods"


@answers(_ADDRESSES)
def _all_addresses(view: WorkspaceSnapshot, _about: None = None) -> dict[CidrSet, tuple[str, Origin]]:
    """The single addresses of Services and pods that the manifests name."""
    known: dict[CidrSet, tuple[str, Origin]] = {_NOTHING: ("", NOWHERE)}
    for _, shard in view.resources():
        for service in shard.services:
            for ip in service.cluster_ips:
                text = f"is the address of Service `{service.name}`, which policies never see: select the pods by label"
                known.setdefault(_single(ip), (text, service.origin))
        for pod in shard.workloads:
            for ip in pod.pod_ips if pod.host_network is False else ():
                text = f"is the address of Pod `{pod.name}`, which it does not keep: select the pod by label"
                known.setdefault(_single(ip), (text, pod.origin))
    return known


def _single(ip: str) -> CidrSet:
    return address_set(f"{ip}/{128 if ':' in ip else 32}") or _NOTHING


_NOTHING = CidrSet()


def _lies_in_any(block: CidrSet, ranges: tuple[str, ...]) -> bool:
    return any(_covers(text, block) for text in ranges)


def _covers(text: str, block: CidrSet) -> bool:
    outer = address_set(text)
    return outer is not None and outer.covers(block)


def _message(kind: str, cidr: str) -> str:
    if kind == "service":
        return f"`{cidr}` is among the cluster's service addresses, which policies never see: select the pods by label"
    return f"`{cidr}` is among the cluster's pod addresses, which pods do not keep: select the pods by label"

"""NP220 ipv4-any-without-ipv6."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import insert_item
from netpol_lsp.yaml.nodes import Sequence


@policy_rule(
    "NP220", category="intent", severity=Severity.INFO, on_partial=True, needs=Trigger.IP_BLOCKS, has_facts=True
)
def ipv4_any_without_ipv6(ctx: PolicyContext) -> Diagnostics:
    """Every address of one IP family is allowed, and none of the other.

    ## Why
    `0.0.0.0/0` is every IPv4 address, `::/0` every IPv6 address. In a cluster with both families a peer that is reached
    over the other one stays closed, although "everything" seems to be allowed.

    Reported where the cluster is known to have both families, by `pod-cidrs` and `service-cidrs` in the configuration;
    elsewhere it is a fact, for the profile `strict` only.

    ## Fix safety
    Unsafe: the other family is added, which opens it.

    ```yaml bad
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
                cidr: 0.0.0.0/0  # <- NP220
          ports:
            - {protocol: TCP, port: 443}
    ```

    ```yaml fixed
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
                cidr: 0.0.0.0/0
            - ipBlock:
                cidr: "::/0"
          ports:
            - {protocol: TCP, port: 443}
    ```

    ```yaml good
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
                cidr: 0.0.0.0/0
            - ipBlock:
                cidr: "::/0"
          ports:
            - {protocol: TCP, port: 443}
    ```
    """
    if not ctx.policy.ip_blocks or not (
        ctx.wants_facts or _is_dual_stack(ctx.settings.pod_cidrs, ctx.settings.service_cidrs)
    ):
        return
    for direction in DIRECTIONS:
        rules = ctx.policy.rules(direction)
        written = {_family(peer) for rule in rules for peer in rule.peers} - {None}
        if len(written) != 1:
            continue
        for rule in rules:
            for peer in rule.peers:
                if _family(peer) is None or peer.ip_block is None or peer.ip_block.cidr is None:
                    continue
                present, missing = ("IPv4", "IPv6") if _family(peer) == 4 else ("IPv6", "IPv4")
                message = f"every {present} address is allowed, but no {missing} address"
                yield ctx.finding(
                    peer.ip_block.cidr,
                    message,
                    fixes=partial(_fix, ctx, rule, "::/0" if missing == "IPv6" else "0.0.0.0/0"),
                )


def _is_dual_stack(*ranges: tuple[str, ...]) -> bool:
    """Whether the ranges of pods, or of Services, are of both families."""
    return any(len({":" in cidr for cidr in cidrs}) > 1 for cidrs in ranges)


_FAMILIES = {"0.0.0.0/0": 4, "::/0": 6}


def _family(peer: Peer) -> int | None:
    """4 or 6 when the peer is every address of the family, exceptions aside."""
    cidr = peer.ip_block.cidr.value if peer.ip_block and peer.ip_block.cidr else None
    return _FAMILIES.get(cidr or "")


def _fix(ctx: PolicyContext, rule: TrafficRule, cidr: str) -> Fix | None:
    peers = rule.peers_field.node if rule.peers_field else None
    if not isinstance(peers, Sequence):
        return None
    edits = insert_item(ctx.document, peers, {"ipBlock": {"cidr": cidr}})
    return ctx.fix(f"Add `{cidr}`", edits, Applicability.UNSAFE)

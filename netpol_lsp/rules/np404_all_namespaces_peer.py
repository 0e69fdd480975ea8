"""NP404 all-namespaces-peer."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Peer


@policy_rule("NP404", category="security", severity=Severity.INFO, on_partial=True, needs=Trigger.PEERS)
def all_namespaces_peer(ctx: PolicyContext) -> Diagnostics:
    """A peer takes in every namespace of the cluster.

    ## Why
    `namespaceSelector: {}` selects all namespaces, those of other teams and future ones included. If that is meant, all
    is well; else name them by `kubernetes.io/metadata.name`.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - from:
            - namespaceSelector: {}  # <- NP404
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
    ```
    """
    for peer in ctx.policy.peers:
        selector = peer.namespace_selector
        if selector is None or not selector.is_empty or _has_hole(ctx, peer):
            continue
        pods = peer.pod_selector
        who = "pods with these labels" if pods is not None and not pods.is_empty else "every pod"
        yield ctx.finding(selector, f"{who} in every namespace of the cluster")


def _has_hole(ctx: PolicyContext, peer: Peer) -> bool:
    return any(peer.node.start <= hole.start <= peer.node.end for hole in ctx.document.holes)

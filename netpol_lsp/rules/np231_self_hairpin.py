"""NP231 self-hairpin."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule


@policy_rule("NP231", category="intent", severity=Severity.INFO, needs=Trigger.PEERS, opt_in=True)
def self_hairpin(ctx: PolicyContext) -> Diagnostics:
    """A policy lets its pods talk to themselves.

    ## Why
    The peer selects just the pods that the policy itself selects. A pod reaches itself without any policy; the rule is
    needed only when replicas talk to each other, as in a cluster of databases. If that is meant, all is well.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      ingress:
        - from:
            - podSelector:  # <- NP231
                matchLabels:
                  app: web
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
    ```
    """
    own = ctx.policy.pod_selector
    if own is None or own.is_empty:
        return
    wanted = read_selector(own)
    for peer in ctx.policy.peers:
        selector = peer.pod_selector
        if selector is None or peer.namespace_selector is not None or selector.is_empty:
            continue
        read = read_selector(selector)
        if read == wanted and not read.is_partial:
            yield ctx.finding(selector, "these are the policy's own pods: a rule is needed for replicas only")

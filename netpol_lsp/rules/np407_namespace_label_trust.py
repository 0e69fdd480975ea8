"""NP407 namespace-label-trust."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule("NP407", category="security", severity=Severity.INFO, opt_in=True, on_partial=True)
def namespace_label_trust(ctx: PolicyContext) -> Diagnostics:
    """Namespaces are trusted by a label that their owners may set themselves.

    ## Why
    Whoever may edit a namespace can give it any label, and so let it in. Only `kubernetes.io/metadata.name` is kept by the
    API server. This matters where teams own their namespaces.

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
            - namespaceSelector:
                matchLabels:
                  team: payments  # <- NP407
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
                  kubernetes.io/metadata.name: payments
    ```
    """
    for rule in ctx.policy.all_rules:
        for peer in rule.peers:
            selector = peer.namespace_selector
            if selector is None:
                continue
            keys = [label.key for label in selector.labels]
            keys += [requirement.key for requirement in selector.requirements if requirement.key is not None]
            if keys and all(key.value not in (None, METADATA_NAME) for key in keys):
                yield ctx.finding(keys[0], f"owners of a namespace may set `{keys[0].value}` themselves")

"""NP606 merge-policies."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule("NP606", category="style", severity=Severity.HINT, opt_in=True, uses_workspace=True)
def merge_policies(ctx: PolicyContext) -> Diagnostics:
    """Two policies select the same pods and could be one.

    ## Why
    Policies for the same pods add up, so two of them with the same selector and the same policyTypes do what one with all
    their rules would do. One is easier to read, unless different people keep them.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-from-api  # <- NP606
      namespace: shop
    spec:
      podSelector: {matchLabels: {app: web}}
      policyTypes: [Ingress]
      ingress:
        - from: [{podSelector: {matchLabels: {app: api}}}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web-from-jobs  # <- NP606
      namespace: shop
    spec:
      podSelector: {matchLabels: {app: web}}
      policyTypes: [Ingress]
      ingress:
        - from: [{podSelector: {matchLabels: {app: jobs}}}]
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {matchLabels: {app: web}}
      policyTypes: [Ingress]
      ingress:
        - from: [{podSelector: {matchLabels: {app: api}}}]
        - from: [{podSelector: {matchLabels: {app: jobs}}}]
    ```
    """
    own = ctx.semantics
    # The default deny of a namespace stands alone by good custom.
    if own.unknown or own.pod_selector.selects_everything or own.name is None:
        return
    twins = [
        other.policy.name
        for other in ctx.workspace.policies_in(own.namespace)
        if other.policy.pod_selector == own.pod_selector and other.policy.types == own.types
        if other.policy.name not in (None, own.name)
    ]
    if twins:
        yield ctx.finding(ctx.policy.object, f"selects the same pods as `{twins[0]}`: the two could be one policy")

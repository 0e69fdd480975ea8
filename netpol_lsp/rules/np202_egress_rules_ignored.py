"""NP202 egress-rules-ignored."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.lint.unlisted_rules import find_unlisted_rules
from netpol_lsp.policies.direction import Direction


@policy_rule("NP202", category="intent", severity=Severity.WARNING)
def egress_rules_ignored(ctx: PolicyContext) -> Diagnostics:
    """The policy has egress rules, but policyTypes does not list Egress.

    ## Why
    Rules count only for the directions that `policyTypes` lists. Without `Egress` in it the policy does not isolate its
    pods for egress, and whatever is under `egress` is stored and ignored: all egress stays allowed, unless another
    policy isolates the pods.

    Some network plugins enforce such rules all the same: AWS' network policy agent takes what the rules say for the policy
    types, and Cilium does not look at these for rules (cilium/cilium#48703). With `cni: cilium` the message says so.

    ## Fix safety
    Unsafe: listing `Egress` puts the rules into force, so that all other egress is denied; removing them gives up what
    they were written for.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
      ingress:
        - {}
      egress:  # <- NP202
        - to:
            - podSelector:
                matchLabels:
                  app: db
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
      ingress:
        - {}
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
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
            - podSelector:
                matchLabels:
                  app: db
    ```
    """
    yield from find_unlisted_rules(ctx, Direction.EGRESS)

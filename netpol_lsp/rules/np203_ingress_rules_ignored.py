"""NP203 ingress-rules-ignored."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.lint.unlisted_rules import find_unlisted_rules
from netpol_lsp.policies.direction import Direction


@policy_rule("NP203", category="intent", severity=Severity.WARNING)
def ingress_rules_ignored(ctx: PolicyContext) -> Diagnostics:
    """The policy has ingress rules, but policyTypes does not list Ingress.

    ## Why
    Rules count only for the directions that `policyTypes` lists. Without `Ingress` in it the policy does not isolate its
    pods for ingress, and whatever is under `ingress` is stored and ignored: all ingress stays allowed, unless another
    policy isolates the pods.

    Some network plugins enforce such rules all the same: Cilium has applied ingress rules of policies that list only Egress
    (cilium/cilium#48703), and AWS' network policy agent takes what the rules say for the policy types. With `cni: cilium`
    the message says so.

    ## Fix safety
    Unsafe: listing `Ingress` puts the rules into force, so that all other ingress is denied; removing them gives up what
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
        - Egress
      egress:
        - {}
      ingress:  # <- NP203
        - from:
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
        - Egress
        - Ingress
      egress:
        - {}
      ingress:
        - from:
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
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: db
    ```
    """
    yield from find_unlisted_rules(ctx, Direction.INGRESS)

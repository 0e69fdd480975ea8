"""NP203 ingress-rules-ignored."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity, Tag
from netpol_lsp.lint.policy_fixes import add_policy_type, remove_rules
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.ir import Direction


@policy_rule("NP203", category="intent", severity=Severity.WARNING)
def ingress_rules_ignored(ctx: PolicyContext) -> Diagnostics:
    """The policy has ingress rules, but policyTypes does not list Ingress.

    ## Why
    Rules count only for the directions that `policyTypes` lists. Without `Ingress` in it the policy does not isolate its
    pods for ingress, and whatever stands under `ingress` is stored and ignored: all ingress stays allowed, unless another
    policy isolates the pods.

    Some CNIs enforce such rules all the same: Cilium has applied ingress rules of policies that list only Egress
    (cilium/cilium#48703), and AWS' network policy agent takes what the rules say for the policy types.

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
    policy, rules = ctx.policy, ctx.policy.ingress_field
    if not policy.declares_types or policy.has_unknown_types or Direction.INGRESS in policy.effective_types:
        return
    if rules is None or rules.value is None or rules.entry is None:
        return
    if rules.value:
        message = "these ingress rules have no effect: `policyTypes` lists only `Egress`"
    else:
        message = "`ingress: []` denies nothing: `policyTypes` lists only `Egress`, so all ingress stays allowed"
    yield ctx.finding(
        rules.entry.key,
        message,
        label="no effect",
        related=[ctx.related(policy.policy_types_field, "`Ingress` is not listed")]
        if policy.policy_types_field
        else [],
        fixes=lambda: [
            add_policy_type(ctx.document, policy, Direction.INGRESS),
            remove_rules(ctx.document, policy, rules),
        ],
        tags=[Tag.UNNECESSARY],
    )

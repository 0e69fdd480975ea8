"""NP202 egress-rules-ignored."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity, Tag
from netpol_lsp.lint.policy_fixes import add_policy_type, remove_rules
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.ir import Direction


@policy_rule("NP202", category="intent", severity=Severity.WARNING)
def egress_rules_ignored(ctx: PolicyContext) -> Diagnostics:
    """The policy has egress rules, but policyTypes does not list Egress.

    ## Why
    Rules count only for the directions that `policyTypes` lists. Without `Egress` in it the policy does not isolate its
    pods for egress, and whatever stands under `egress` is stored and ignored: all egress stays allowed, unless another
    policy isolates the pods.

    Some CNIs have enforced such rules all the same: AWS' network policy agent takes what the rules say for the policy types.

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
    policy, rules = ctx.policy, ctx.policy.egress_field
    if not policy.declares_types or policy.has_unknown_types or Direction.EGRESS in policy.effective_types:
        return
    if rules is None or rules.value is None or rules.entry is None:
        return
    if rules.value:
        message = "these egress rules have no effect: `policyTypes` lists only `Ingress`"
    else:
        message = "`egress: []` denies nothing: `policyTypes` lists only `Ingress`, so all egress stays allowed"
    yield ctx.finding(
        rules.entry.key,
        message,
        label="no effect",
        related=[ctx.related(policy.policy_types_field, "`Egress` is not listed")] if policy.policy_types_field else [],
        fixes=lambda: [
            add_policy_type(ctx.document, policy, Direction.EGRESS),
            remove_rules(ctx.document, policy, rules),
        ],
        tags=[Tag.UNNECESSARY],
    )

"""NP223 single-value-in."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule


@policy_rule("NP223", category="style", severity=Severity.HINT, opt_in=True, on_partial=True, needs=Trigger.CONDITIONS)
def single_value_in(ctx: PolicyContext) -> Diagnostics:
    """An `In` with a single value could be a matchLabels entry.

    ## Why
    `{key: app, operator: In, values: [web]}` is `app: web` in matchLabels, which is shorter and easier to read.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchExpressions:
          - key: app
            operator: In  # <- NP223
            values: [web]
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
    ```
    """
    for selector in ctx.policy.selectors:
        for requirement in selector.requirements:
            operator = requirement.operator
            if operator is not None and operator.value == "In" and len(requirement.values) == 1:
                key = requirement.key.value if requirement.key else None
                value = requirement.values[0].value
                if key and value:
                    yield ctx.finding(operator, f"`In` with one value is the same as `{key}: {value}` in matchLabels")

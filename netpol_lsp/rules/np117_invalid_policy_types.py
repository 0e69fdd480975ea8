"""NP117 policy-types."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Fix
from netpol_lsp.yaml.edit.mappings import set_value
from netpol_lsp.yaml.nodes import Sequence


@policy_rule(
    "NP117",
    category="api",
    severity=Severity.ERROR,
    judges_structure=True,
    on_partial=True,
    redirects=("policy-types",),
)
def invalid_policy_types(ctx: PolicyContext) -> Diagnostics:
    """PolicyTypes has more than two items.

    ## Why
    There are two policy types, Ingress and Egress. A list of three or more is refused, whatever is in it; the same
    type twice is accepted.

    ## Fix safety
    Safe: repeated types are dropped.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress, Ingress]  # <- NP117
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ```
    """
    field = ctx.policy.policy_types_field
    if field is None or not isinstance(field.node, Sequence) or len(field.node.items) <= 2:
        return
    values = [item.value for item in ctx.policy.policy_types]
    known = list(dict.fromkeys(value for value in values if value in ("Ingress", "Egress")))
    fix = None
    if field.entry is not None and None not in values and set(values) == set(known):
        edits = set_value(ctx.document, field.entry, known)
        fix = Fix("Write each type once", edits) if edits and field.node.flow else None
    yield ctx.finding(field.key_span, f"policyTypes has {len(values)} items: at most two are allowed", fixes=[fix])

"""NP109 invalid-label-value."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import label_value_problem
from netpol_lsp.kube.typed_field import Field, string_field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule("NP109", category="api", severity=Severity.ERROR, on_partial=True)
def invalid_label_value(ctx: PolicyContext) -> Diagnostics:
    """A label value is not one that Kubernetes takes.

    ## Why
    A label value has at most 63 letters, digits, `-`, `_` and `.`, a letter or digit first and last; it may be
    empty. The API server refuses anything else in labels, matchLabels and the values of matchExpressions, so no
    pod can carry such a label either.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: "web server"  # <- NP109
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
          app: web-server
    ```
    """
    if not any(map(label_value_problem, ctx.policy.value_texts)):
        return
    for texts in ctx.policy.text_maps:
        if texts.kind == "annotations":
            continue
        for entry in texts.mapping.all_entries():
            yield from _check(ctx, string_field(entry))
    for selector in ctx.policy.selectors:
        for requirement in selector.requirements:
            # Values after Exists and DoesNotExist are NP116's.
            if requirement.operator is None or requirement.operator.value not in ("Exists", "DoesNotExist"):
                for value in requirement.values:
                    yield from _check(ctx, value)


def _check(ctx: PolicyContext, field: Field[str] | None) -> Diagnostics:
    if field is not None and field.value and (problem := label_value_problem(field.value)):
        yield ctx.finding(field, f"label value `{field.value}` {problem}", label="not a label value")

"""NP116 selector-operator-values."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import remove_entry
from netpol_lsp.yaml.nodes import Sequence, is_null
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule(
    "NP116", category="api", severity=Severity.ERROR, judges_structure=True, on_partial=True, needs=Trigger.CONDITIONS
)
def selector_operator_values(ctx: PolicyContext) -> Diagnostics:
    """A condition on a label has values where its operator takes none, or none where it needs some.

    ## Why
    `In` and `NotIn` compare with `values`, which must not be empty; `Exists` and `DoesNotExist` only ask whether the
    label is there. The API server refuses the other combinations.

    ## Fix safety
    Unsafe: the values of an `Exists` are removed, but perhaps `In` was meant.

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
            operator: Exists
            values: [web]  # <- NP116
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchExpressions:
          - key: app
            operator: Exists
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchExpressions:
          - key: app
            operator: In
            values: [web]
    ```
    """
    if ctx.policy.requirements:
        for requirement in ctx.policy.requirements:
            operator = requirement.operator.value if requirement.operator else None
            entry = requirement.values_entry
            has_values = entry is not None and isinstance(entry.value, Sequence) and bool(entry.value.items)
            if operator in ("Exists", "DoesNotExist") and has_values and entry is not None:
                edits = remove_entry(ctx.document, requirement.node, entry)
                fix = ctx.fix("Remove the values", edits, Applicability.UNSAFE)
                yield ctx.finding(
                    entry.key, f"operator `{operator}` takes no values", label="not allowed here", fixes=[fix]
                )
            elif operator in ("In", "NotIn") and not has_values and not ctx.is_partial:
                if (
                    entry is not None
                    and (is_unknown(entry.value) or not is_null(entry.value))
                    and not isinstance(entry.value, Sequence)
                ):
                    continue
                place = entry.key if entry is not None else requirement.operator or requirement
                message = f"operator `{operator}` needs at least one value in `values`"
                yield ctx.finding(place, message, label="no values", field=ctx.field_in(requirement.node, "values"))

"""NP012 policies-off-by-default."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule(
    "NP012",
    category="workspace",
    severity=Severity.INFO,
    on_partial=True,
    uses_resources=True,
    once_a_file=True,
    judges_templates=True,
)
def policies_off_by_default(ctx: PolicyContext) -> Diagnostics:
    """A chart renders no policy with its own values.

    ## Why
    All NetworkPolicies of the chart are in branches for a value that is false in its values.yaml. Whoever installs the chart
    without looking at its values runs without any of them. It is reported once a chart, at the first policy, and only where
    Chart.yaml and values.yaml are among the files; not of the charts in another one's `charts/`, where the outer one's values count.

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```
    """
    switch = ctx.workspace.index.delivery.off_by_default(ctx.source.uri)
    if switch is not None:
        yield ctx.finding(
            ctx.policy, f"this chart renders no policy by default: `{switch}` is false in its values.yaml"
        )

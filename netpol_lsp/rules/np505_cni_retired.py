"""NP505 cni-retired."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.platform import speaks_for_workspace
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule("NP505", category="platform", severity=Severity.INFO, uses_workspace=True, on_partial=True)
def cni_retired(ctx: PolicyContext) -> Diagnostics:
    """The cluster's network plugin is not maintained any more.

    ## Why
    Weave Net is archived, Romana and Contiv have been without a release for years, OpenShift SDN and Azure's Network Policy
    Manager are being retired. Faults in how they enforce policies stay, and newer fields of NetworkPolicies never come.
    Reported once. `netpol-lint cni weave cilium` shows what changes in a move, and which of these policies would mean something
    else.

    Speaks only when the configuration names the network plugin.

    ```yaml bad {"cni": "weave"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny  # <- NP505
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ```

    ```yaml good {"cni": "antrea"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ```
    """
    if ctx.settings.cni is None:
        return
    capabilities = ctx.settings.capabilities
    if not capabilities.is_known or capabilities.is_kept_up or not speaks_for_workspace(ctx):
        return
    place = ctx.policy.object.name_field or ctx.policy
    yield ctx.finding(place, f"{capabilities.title} is {_WORDS[capabilities.status]}: {capabilities.status_text}")


_WORDS = {
    "dormant": "dormant",
    "unmaintained": "unmaintained",
    "archived": "archived",
    "retired": "retired",
    "ending": "coming to its end",
}
"""How messages say a status; see schemas/cni-profile.schema.json."""

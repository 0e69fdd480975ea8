"""NP501 cni-does-not-enforce."""

from __future__ import annotations

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.platform import policy_count, speaks_for_workspace
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule("NP501", category="platform", severity=Severity.ERROR, uses_workspace=True, on_partial=True)
def cni_does_not_enforce(ctx: PolicyContext) -> Diagnostics:
    """The cluster's network plugin enforces no NetworkPolicy at all.

    ## Why
    A NetworkPolicy is a wish that the network plugin (CNI) has to fulfil. The API server takes it in any case, and on
    a cluster with plain Flannel, with the bridge of minikube or with kind before 0.24 nothing happens: every
    connection stays open, and no command says so.

    Reported once, at the first policy, and not at each. Speaks only when the configuration names the network plugin
    (`cni: flannel`), names a platform whose usual plugin enforces nothing (`platform: minikube`), or when its
    manifests are among the files. `netpol-lint cni` lists the plugins that are known.

    ## What to do
    - Flannel: install its chart with `netpol.enabled=true` (from 0.25.5 on) and say `cni: flannel-netpol`; or replace it
      by Canal, which is Flannel with the policies of Calico; or add kube-network-policies.
    - minikube: start it with `--cni=calico`. kind: use 0.24 or newer. AKS: choose a network policy engine.
    - When another component enforces the policies, name it: `cni: calico`.

    ```yaml bad {"cni": "flannel"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny  # <- NP501
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-same-namespace
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - from:
            - podSelector: {}
    ```

    ```yaml good {"cni": "canal"}
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
    if not capabilities.enforces_nothing or not speaks_for_workspace(ctx):
        return
    count = policy_count(ctx)
    subject = (
        "this NetworkPolicy has no effect" if count == 1 else f"none of these {count} NetworkPolicies has any effect"
    )
    origin = f" ({ctx.settings.cni_origin})" if ctx.settings.cni_origin else ""
    reason = capabilities.fact(Capability.INGRESS).text
    yield ctx.finding(
        ctx.policy.object.name_field or ctx.policy,
        f"{subject}: {reason}{origin}",
        label=f"not enforced on {capabilities.label}",
    )

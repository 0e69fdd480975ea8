"""NP402 world-open-ingress."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import every_address
from netpol_lsp.workspace.other_policies import may_be_denied


@policy_rule(
    "NP402", category="security", severity=Severity.WARNING, needs=Trigger.IP_BLOCKS, uses_resources=True, is_local=True
)
def world_open_ingress(ctx: PolicyContext) -> Diagnostics:
    """Ingress is open to every address on every port.

    ## Why
    A rule with the peer `0.0.0.0/0` (or `::/0`) and without `ports` lets everyone who can route to the pods connect to
    whatever listens there, debug and metrics ports included. Name the ports that are meant to be public.

    Silent beside policies of other kinds (Cilium, Calico, AdminNetworkPolicy) that may deny it.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - from:
            - ipBlock:
                cidr: 0.0.0.0/0  # <- NP402
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
      policyTypes: [Ingress]
      ingress:
        - from:
            - ipBlock:
                cidr: 0.0.0.0/0
          ports:
            - {protocol: TCP, port: 443}
    ```
    """
    if not ctx.policy.surely_isolates(Direction.INGRESS) or not ctx.policy.ip_blocks:
        return
    open_to = [field for rule in ctx.policy.ingress if rule.allows_every_port for field in every_address(rule)]
    if open_to and not may_be_denied(ctx.workspace, ctx.located, Direction.INGRESS):
        for field in open_to:
            yield ctx.finding(field, f"`{field.value}` on every port: anyone may connect to whatever listens")

"""NP403 world-open-egress."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.policy import every_address


@policy_rule("NP403", category="security", severity=Severity.INFO, needs=Trigger.IP_BLOCKS)
def world_open_egress(ctx: PolicyContext) -> Diagnostics:
    """Egress is open to every address on every port.

    ## Why
    A rule with the peer `0.0.0.0/0` (or `::/0`) and without `ports` lets the pods connect anywhere. If that is meant,
    all is well; else name the ports, or the ranges.

    ```yaml bad
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
            - ipBlock:
                cidr: 0.0.0.0/0  # <- NP403
                except: [169.254.169.254/32]
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
            - ipBlock:
                cidr: 0.0.0.0/0
                except: [169.254.169.254/32]
          ports:
            - {protocol: TCP, port: 443}
    ```
    """
    if Direction.EGRESS not in ctx.policy.effective_types or not ctx.policy.ip_blocks:
        return
    for rule in ctx.policy.egress:
        for field in every_address(rule) if rule.allows_every_port else ():
            yield ctx.finding(field, f"`{field.value}` on every port: the pods may connect anywhere")

"""NP403 world-open-egress."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.prose import join_words


@policy_rule("NP403", category="security", severity=Severity.INFO, needs=Trigger.IP_BLOCKS, opt_in=True, is_local=True)
def world_open_egress(ctx: PolicyContext) -> Diagnostics:
    """Egress is open to every address on every port.

    ## Why
    A rule with the peer `0.0.0.0/0` (or `::/0`) and without `ports` lets the pods connect anywhere. If that is meant,
    all is well; else name the ports, or the ranges. What `except` takes out is not open.

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
    if not ctx.policy.surely_isolates(Direction.EGRESS) or not ctx.policy.ip_blocks:
        return
    for rule in ctx.policy.egress:
        for peer in rule.peers if rule.allows_every_port else ():
            block = peer.ip_block
            if block is not None and block.cidr is not None and block.cidr.value in ("0.0.0.0/0", "::/0"):
                excepts = [f"`{field.value}`" for field in block.excepts if field.value is not None]
                but = f" but {join_words(excepts)}" if excepts else ""
                message = f"`{block.cidr.value}` on every port: the pods may connect anywhere{but}"
                yield ctx.finding(block.cidr, message)

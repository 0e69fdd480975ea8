"""NP230 reply-traffic-rule."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.peer import Port


@policy_rule("NP230", category="intent", severity=Severity.INFO, needs=Trigger.PORTS)
def reply_traffic_rule(ctx: PolicyContext) -> Diagnostics:
    """A rule seems to let replies out, which are always allowed.

    ## Why
    Policies look at connections, not at packets: once a connection is allowed, its replies go through. An egress rule to
    the clients' ephemeral ports is not needed for them, and opens new connections that nobody wanted.

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
      policyTypes: [Ingress, Egress]
      ingress:
        - ports:
            - {protocol: TCP, port: 443}
      egress:
        - ports:
            - {protocol: TCP, port: 32768, endPort: 60999}  # <- NP230
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
        - ports:
            - {protocol: TCP, port: 443}
    ```
    """
    if Direction.EGRESS not in ctx.policy.effective_types or not ctx.policy.ingress:
        return
    for rule in ctx.policy.egress:
        for port in rule.ports:
            if _is_ephemeral(port):
                message = f"ports {port.number} to {port.last} look like clients' ports: replies need no rule"
                yield ctx.finding(port, message)


def _is_ephemeral(port: Port) -> bool:
    """Whether a range starts where clients' ports start, and ends where they end, on Linux, by IANA, or from 1024 on."""
    return port.number in (1024, 32768, 49152) and port.last is not None and port.last >= 60999

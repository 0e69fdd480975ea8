"""NP405 sensitive-port-open."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.well_known import SENSITIVE_PORTS
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule, every_address


@policy_rule("NP405", category="security", severity=Severity.WARNING, opt_in=True, is_local=True)
def sensitive_port_open(ctx: PolicyContext) -> Diagnostics:
    """A port of a database or an administration service is open to everyone.

    ## Why
    SSH, etcd, databases and the kubelet rarely have to be reached by everyone. Name the clients.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - ports:
            - {protocol: TCP, port: 5432}  # <- NP405
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
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - {protocol: TCP, port: 5432}
    ```
    """
    if not ctx.policy.surely_isolates(Direction.INGRESS):
        return
    for rule in ctx.policy.ingress:
        if not _is_open(rule):
            continue
        for port in rule.ports:
            names = [name for number, name in SENSITIVE_PORTS.items() if _holds(port.number, port.last, number)]
            if names and port.port is not None and port.effective_protocol == "TCP":
                yield ctx.finding(port.port, f"{names[0]} (port {port.number}) is open to everyone")


def _is_open(rule: TrafficRule) -> bool:
    return rule.allows_every_peer or bool(every_address(rule))


def _holds(first: int | None, last: int | None, number: int) -> bool:
    return first is not None and last is not None and first <= number <= last

"""NP242 hbone-open."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics

HBONE_PORT = 15008


@policy_rule("NP242", category="security", severity=Severity.INFO, needs=Trigger.PORTS)
def hbone_open(ctx: PolicyContext) -> Diagnostics:
    """The tunnel port of an ambient mesh is open to everyone.

    ## Why
    In Istio's ambient mode connections between meshed pods arrive at the pod through a tunnel on TCP 15008, whatever port
    the client asked for; a NetworkPolicy sees the tunnel only. A rule that opens 15008 to everyone therefore lets every
    client of the mesh reach every port of the pods, and the other rules of the policy hold for clients outside the mesh
    alone. Name the clients, or leave it to an AuthorizationPolicy, and say so in a comment on the rule.

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
            - podSelector:
                matchLabels:
                  app: frontend
          ports:
            - {protocol: TCP, port: 8080}
        - ports:
            - {protocol: TCP, port: 15008}  # <- NP242
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
            - podSelector:
                matchLabels:
                  app: frontend
          ports:
            - {protocol: TCP, port: 8080}
            - {protocol: TCP, port: 15008}
    ```
    """
    if Direction.INGRESS not in ctx.policy.effective_types:
        return
    for rule, stored in ctx.rules(Direction.INGRESS):
        for port in rule.ports:
            if port.number == HBONE_PORT and port.effective_protocol == "TCP" and _is_open(stored):
                message = "TCP 15008 carries every port of an ambient mesh: open to everyone, it lets each meshed client reach all of them"
                yield ctx.finding(port.port or port, message, label="every port")


def _is_open(rule: RuleSemantics) -> bool:
    """Whether the rule lets every pod of the cluster in."""
    if rule.peers is None:
        return True
    return any(
        not peer.is_unknown
        and peer.addresses is None
        and peer.namespaces is not None
        and peer.namespaces.selects_everything
        and (peer.pods is None or peer.pods.selects_everything)
        for peer in rule.peers
    )

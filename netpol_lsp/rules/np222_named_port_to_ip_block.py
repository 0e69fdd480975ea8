"""NP222 named-port-to-ip-block."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import port_name_problem
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule


@policy_rule("NP222", category="intent", severity=Severity.WARNING, needs=Trigger.IP_BLOCKS, is_local=True)
def named_port_to_ip_block(ctx: PolicyContext) -> Diagnostics:
    """A named port is used towards addresses, where no name can be resolved.

    ## Why
    The name of a port is looked up on the destination pod. An ipBlock is no pod, so for egress to addresses a named port
    matches nothing, or, with some network plugins, more than was meant. Write the number.

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
                cidr: 203.0.113.0/24
          ports:
            - {protocol: TCP, port: https}  # <- NP222
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
                cidr: 203.0.113.0/24
          ports:
            - {protocol: TCP, port: 443}
    ```
    """
    for rule in ctx.policy.egress:
        if not rule.peers or any(peer.ip_block is None for peer in rule.peers):
            continue
        for port in rule.ports:
            if port.name is not None and port.port is not None and not port_name_problem(port.name):
                message = f"port name `{port.name}` cannot be resolved on addresses: a name belongs to a pod"
                yield ctx.finding(port.port, message, label="write the number")

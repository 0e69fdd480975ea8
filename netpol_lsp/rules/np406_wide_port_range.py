"""NP406 wide-port-range."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.rule_info import Option
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


@policy_rule(
    "NP406",
    category="security",
    severity=Severity.WARNING,
    opt_in=True,
    on_partial=True,
    options=(Option("ports", int, 1000, "how many ports a range may have"),),
)
def wide_port_range(ctx: PolicyContext) -> Diagnostics:
    """A port range is very wide.

    ## Why
    A range of thousands of ports opens whatever happens to listen there. The option `ports` says how many are fine.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - {protocol: TCP, port: 1024, endPort: 65535}  # <- NP406
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - {protocol: TCP, port: 8080, endPort: 8090}
    ```
    """
    for rule in ctx.policy.all_rules:
        for port in rule.ports:
            if port.number is None or port.last is None or port.end_port is None:
                continue
            size = port.last - port.number + 1
            if size > ctx.options["ports"]:
                yield ctx.finding(port.end_port, f"the range has {size} ports, more than {ctx.options['ports']}")

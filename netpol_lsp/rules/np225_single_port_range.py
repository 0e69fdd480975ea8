"""NP225 single-port-range."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.yaml.edit.mappings import remove_entry
from netpol_lsp.yaml.nodes import Mapping


@policy_rule("NP225", category="style", severity=Severity.HINT, opt_in=True, on_partial=True, needs=Trigger.PORTS)
def single_port_range(ctx: PolicyContext) -> Diagnostics:
    """A port range has one port.

    ## Why
    `endPort` equal to `port` says nothing more than `port` alone, and older network plugins ignore or refuse it.

    ## Fix safety
    Safe: `endPort` is removed.

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
            - protocol: TCP
              port: 8080
              endPort: 8080  # <- NP225
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - protocol: TCP
              port: 8080
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
            - protocol: TCP
              port: 8080
    ```
    """
    for rule in ctx.policy.all_rules:
        for port in rule.ports:
            end = port.end_port
            if end is None or end.value is None or end.value != port.number or not isinstance(port.node, Mapping):
                continue
            is_single = sum(entry.name == "endPort" for entry in port.node.entries) == 1
            edits = remove_entry(ctx.document, port.node, end.entry) if end.entry and is_single else None
            fix = ctx.fix("Remove `endPort`", edits)
            yield ctx.finding(end, f"a range of one port: `endPort` is `{end.value}` like `port`", fixes=[fix])

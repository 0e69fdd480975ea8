"""NP111 invalid-end-port."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule


@policy_rule("NP111", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.PORTS)
def invalid_end_port(ctx: PolicyContext) -> Diagnostics:
    """The end of a port range does not fit its start.

    ## Why
    `endPort` is the last port of a range that starts at `port`. The API server refuses it without a `port`, beside a
    named port, below `port`, and outside of 1 to 65535.

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
            - port: 8090
              endPort: 8080  # <- NP111
            - port: http
              endPort: 8080  # <- NP111
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
            - port: 8080
              endPort: 8090
    ```
    """
    for rule in ctx.policy.all_rules:
        for port in rule.ports:
            end = port.end_port
            if end is None or not isinstance(end.value, int):
                continue
            start = port.port
            if start is None or start.is_null:
                yield ctx.finding(end, "endPort needs a `port` where the range starts", label="no start")
            elif port.name is not None:
                message = f"endPort cannot be combined with a named port (`{port.name}`): a range needs numbers"
                yield ctx.finding(end, message, related=[ctx.related(start, "the named port")])
            elif port.number is not None and end.value < port.number:
                message = f"endPort `{end.value}` is below port `{port.number}`"
                yield ctx.finding(end, message, related=[ctx.related(start, "the range starts here")])
            elif not 1 <= end.value <= 65535 and not start.is_unknown:
                yield ctx.finding(end, f"endPort `{end.value}` is not between 1 and 65535", label="not a port")

"""NP224 port-without-protocol."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import insert_entry
from netpol_lsp.yaml.nodes import Mapping


@policy_rule("NP224", category="intent", severity=Severity.HINT, on_partial=True, needs=Trigger.PORTS)
def port_without_protocol(ctx: PolicyContext) -> Diagnostics:
    """A port names no protocol, so TCP is assumed.

    ## Why
    `- port: 80` allows TCP only. That is usually meant, and only a hint. Port 53 is a warning: DNS asks over UDP first, so
    a rule for port 53 without a protocol does not resolve names. Silent where a template decides the port.

    ## Fix safety
    Safe: `protocol: TCP` is written out. For port 53, `protocol: UDP` is offered, which is unsafe, since it opens another
    port than before.

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
            - port: 80  # <- NP224
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
            - port: 80
              protocol: TCP
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
            - port: 80
              protocol: TCP
    ```
    """
    for rule in ctx.policy.all_rules if any(map(_has_no_protocol, ctx.policy.ports)) else ():
        numbers = {(port.number, port.protocol.value) for port in rule.ports if port.protocol is not None}
        for port in rule.ports:
            if port.port is None or port.port.is_null or port.port.is_unknown or not _has_no_protocol(port):
                continue
            is_dns = port.number == 53 and (53, "UDP") not in numbers
            if is_dns:
                message = "port 53 without a protocol is TCP only, and DNS asks over UDP first"
                fixes = partial(_dns_fixes, ctx, port)
                yield ctx.finding(port.port, message, severity=Severity.WARNING, fixes=fixes)
            else:
                fix = partial(_fix, ctx, port, "TCP", Applicability.SAFE)
                yield ctx.finding(port.port, "no protocol is given, so this is TCP only", fixes=fix)


def _has_no_protocol(port: Port) -> bool:
    return port.protocol is None or port.protocol.is_null


def _dns_fixes(ctx: PolicyContext, port: Port) -> list[Fix | None]:
    return [_fix(ctx, port, "UDP", Applicability.UNSAFE), _fix(ctx, port, "TCP", Applicability.SAFE)]


def _fix(ctx: PolicyContext, port: Port, protocol: str, applicability: Applicability) -> Fix | None:
    if not isinstance(port.node, Mapping) or port.protocol is not None:
        return None
    edits = insert_entry(ctx.document, port.node, "protocol", protocol)
    return ctx.fix(f"Write `protocol: {protocol}`", edits, applicability)

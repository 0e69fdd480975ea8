"""NP217 dns-one-protocol."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.policy import Direction, PolicyRule, Port
from netpol_lsp.syntax.nodes import Sequence
from netpol_lsp.syntax.rewrite import insert_item
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.answer import Answer
from netpol_lsp.workspace.dns import DnsSetup, dns_allowed


@policy_rule("NP217", category="intent", severity=Severity.WARNING, uses_workspace=True)
def dns_one_protocol(ctx: PolicyContext) -> Diagnostics:
    """DNS is allowed over one protocol only.

    ## Why
    DNS asks over UDP, and again over TCP when an answer is too long for UDP. With UDP alone most names are found and some
    are not; with TCP alone next to nothing works. Judged on all policies of the run together.

    ## Fix safety
    Unsafe: the other protocol is opened, to the same peers.

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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
              podSelector:
                matchLabels:
                  k8s-app: kube-dns
          ports:
            - protocol: UDP
              port: 53  # <- NP217
    ```

    ```yaml fixed
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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
              podSelector:
                matchLabels:
                  k8s-app: kube-dns
          ports:
            - protocol: UDP
              port: 53
            - protocol: TCP
              port: 53
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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
          ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
    ```
    """
    settings = ctx.settings
    if Direction.EGRESS not in ctx.stored.types or ctx.stored.has_unknown_types:
        return
    cluster = (*settings.pod_cidrs, *settings.service_cidrs)
    setup = DnsSetup(settings.dns_ports, settings.node_local_dns, cluster)
    for rule in ctx.policy.egress:
        alone = _alone(rule)
        if alone is None or alone.port is None:
            continue
        present = alone.effective_protocol or ""
        missing = "TCP" if present == "UDP" else "UDP"
        # Port 53 without a protocol is NP224's.
        if alone.protocol is None or dns_allowed(ctx.workspace, ctx.placed, setup, missing) is not Answer.NO:
            continue
        message = f"DNS is allowed over {present} only: " + _WHY[missing]
        yield ctx.finding(alone.port, message, fixes=[_fix(ctx, rule, missing)])


_WHY = {"TCP": "long answers come over TCP", "UDP": "questions are asked over UDP first"}


def _alone(rule: PolicyRule) -> Port | None:
    """The port 53 of a rule, when it is there for one of the two protocols."""
    dns = [port for port in rule.ports if port.number == 53 and port.end_port is None]
    protocols = {port.effective_protocol for port in dns}
    return dns[0] if protocols in ({"UDP"}, {"TCP"}) else None


def _fix(ctx: PolicyContext, rule: PolicyRule, protocol: str) -> Fix | None:
    ports = rule.ports_field.node if rule.ports_field else None
    if not isinstance(ports, Sequence):
        return None
    edits = insert_item(ctx.document, ports, {"protocol": protocol, "port": 53})
    return Fix(f"Allow {protocol} 53, too", edits, Applicability.UNSAFE) if edits else None

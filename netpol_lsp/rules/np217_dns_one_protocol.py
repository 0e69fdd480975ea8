"""NP217 dns-one-protocol."""

from __future__ import annotations

from functools import partial

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.dns import dns_setup
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.dns import (
    DNS_PORT,
    DNS_PORT_NAMES,
    OPENSHIFT_DNS_PORT,
    DnsSetup,
    rule_allows_dns,
    selects_dns_pods,
)
from netpol_lsp.workspace.dns_coverage import is_dns_denied
from netpol_lsp.workspace.snapshot import isolates_direction
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.edit.mappings import insert_item
from netpol_lsp.yaml.nodes import Sequence


@policy_rule("NP217", category="intent", severity=Severity.WARNING, uses_resources=True, needs=Trigger.PORTS)
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
    if isolates_direction(ctx.semantics, Direction.EGRESS) is not Ternary.YES:
        return
    located, setup = ctx.located, dns_setup(ctx.settings)
    if ctx.settings.capabilities.has(Capability.EGRESS) is False:
        return
    for rule, stored in ctx.rules(Direction.EGRESS):
        alone = _alone(rule, stored, located.policy, setup)
        # Port 53 without a protocol is NP224's.
        if alone is None or alone.port is None or alone.protocol is None:
            continue
        present = "UDP" if alone.effective_protocol == "UDP" else "TCP"
        missing = "TCP" if present == "UDP" else "UDP"
        if selects_dns_pods(located.policy, setup) or not is_dns_denied(ctx.workspace, located, setup, missing):
            continue
        message = f"DNS is allowed over {present} only: {_WHY[missing]}"
        yield ctx.finding(
            alone.port, message, label=f"{missing} is missing", fixes=partial(_fix, ctx, rule, alone, missing)
        )


_WHY = {"TCP": "long answers come over TCP", "UDP": "questions are asked over UDP first"}


def _alone(rule: TrafficRule, stored: RuleSemantics, policy: NetworkPolicySemantics, setup: DnsSetup) -> Port | None:
    """The port of a rule that lets DNS through, when it is there for one of the two protocols."""
    ports = [port for port in rule.ports if _is_dns(port, setup)]
    protocols = {port.effective_protocol for port in ports}
    if protocols not in ({"UDP"}, {"TCP"}):
        return None
    # Other ports than 53 are for DNS where it listens there; 5353 alone may be multicast.
    present = "UDP" if "UDP" in protocols else "TCP"
    is_known = ports[0].number == DNS_PORT or rule_allows_dns(stored, policy, setup, present) is Ternary.YES
    return ports[0] if is_known else None


def _is_dns(port: Port, setup: DnsSetup) -> bool:
    if port.end_port is not None:
        return False
    numbers = (DNS_PORT, OPENSHIFT_DNS_PORT, *setup.ports)
    return port.number in numbers or port.name == DNS_PORT_NAMES.get(port.effective_protocol or "")


def _fix(ctx: PolicyContext, rule: TrafficRule, alone: Port, protocol: str) -> Fix | None:
    ports = rule.ports_field.node if rule.ports_field else None
    if not isinstance(ports, Sequence):
        return None
    port = alone.number or DNS_PORT_NAMES[protocol]
    edits = insert_item(ctx.document, ports, {"protocol": protocol, "port": port})
    return ctx.fix(f"Allow {protocol} {port}, too", edits, Applicability.UNSAFE)

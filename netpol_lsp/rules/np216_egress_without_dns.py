"""NP216 egress-without-dns."""

from __future__ import annotations

import re

from netpol_lsp.lint.diagnostic import Severity
from netpol_lsp.lint.refactor import insert_dns_rule
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.policy import Direction
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.answer import Answer
from netpol_lsp.workspace.dns import DnsSetup, dns_allowed
from netpol_lsp.workspace.view import PlacedPolicy, isolates_direction, selects_all_of


@policy_rule("NP216", category="intent", severity=Severity.WARNING, uses_workspace=True)
def egress_without_dns(ctx: PolicyContext) -> Diagnostics:
    """Egress is restricted, and nothing lets the pods ask for names.

    ## Why
    Looking up a name is egress, too. Where a policy isolates egress and no policy that selects the same pods allows port
    53 to the cluster's DNS, every connection by name fails, often after a long wait, and it looks as if the network were
    broken.

    Judged on all policies of the run together: a separate policy that allows DNS is enough. What may be meant for DNS, such
    as a private address range, counts as unknown, and nothing is said. Of several policies with the same gap the broadest
    one is named. A policy whose name says that it isolates on purpose (`isolate`, `quarantine`, `offline`, ...) gives an
    information only.

    The settings `dns: {ports: [...], node-local-address: ...}` say where DNS listens in your cluster.

    ## Fix safety
    Unsafe: the DNS rule is added, which opens egress to the DNS pods.

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
      policyTypes: [Ingress, Egress]  # <- NP216
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
          ports:
            - {protocol: TCP, port: 5432}
    ```

    ```yaml fixed
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
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
          ports:
            - {protocol: TCP, port: 5432}
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
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-dns
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
    placed = ctx.placed
    if isolates_direction(placed.policy, Direction.EGRESS) is not Answer.YES:
        return
    setup = dns_setup(ctx)
    if _answer(ctx, placed, setup) is not Answer.NO or _is_said_elsewhere(ctx, placed, setup):
        return
    edits = insert_dns_rule(ctx.document, ctx.policy, setup.ports)
    fix = Fix("Allow DNS to the cluster's DNS pods", edits, Applicability.UNSAFE) if edits else None
    is_meant = _ON_PURPOSE.search(placed.policy.name or "") is not None
    yield ctx.finding(
        _place(ctx),
        "egress is restricted and no policy lets these pods ask DNS, so names cannot be looked up",
        severity=Severity.INFO if is_meant else None,
        label="DNS is egress, too",
        fixes=[fix],
    )


_ON_PURPOSE = re.compile(r"isolat|quarantin|offline|air-?gap|lock-?down|no-network|block-all", re.IGNORECASE)


def dns_setup(ctx: PolicyContext) -> DnsSetup:
    """What the configuration says of the cluster's DNS."""
    settings = ctx.settings
    return DnsSetup(settings.dns_ports, settings.node_local_dns, (*settings.pod_cidrs, *settings.service_cidrs))


def _answer(ctx: PolicyContext, placed: PlacedPolicy, setup: DnsSetup) -> Answer:
    """NO only when neither UDP nor TCP is allowed; one of them alone is NP217's."""
    udp = dns_allowed(ctx.workspace, placed, setup, "UDP")
    return udp if udp is not Answer.NO else dns_allowed(ctx.workspace, placed, setup, "TCP")


def _is_said_elsewhere(ctx: PolicyContext, placed: PlacedPolicy, setup: DnsSetup) -> bool:
    """Whether another policy has the same gap for these pods and more, or is the same and comes first."""
    for other in ctx.workspace.policies_selecting_all_of(placed):
        if isolates_direction(other.policy, Direction.EGRESS) is not Answer.YES:
            continue
        is_same = selects_all_of(placed, other) is Answer.YES
        if is_same and (placed.uri, placed.policy.name or "") < (other.uri, other.policy.name or ""):
            continue
        if _answer(ctx, other, setup) is Answer.NO:
            return True
    return False


def _place(ctx: PolicyContext) -> Span:
    """Where egress is isolated: the item of policyTypes, or the rules, or the policy."""
    types = ctx.policy.policy_types_field
    for item in ctx.policy.policy_types:
        if item.value == Direction.EGRESS:
            return item.span
    if ctx.policy.egress_field is not None:
        return ctx.policy.egress_field.key_span
    return types.key_span if types is not None else ctx.policy.span

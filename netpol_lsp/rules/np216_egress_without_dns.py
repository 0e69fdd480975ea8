"""NP216 egress-without-dns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import is_satisfiable
from netpol_lsp.lint.dns import dns_setup, insert_dns_rule
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.name_intent import is_named_denial
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.prose import join_words
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.dns import DNS_PORT, DnsSetup, names_dns_ports, node_local_cidr, selects_dns_pods
from netpol_lsp.workspace.dns_coverage import allows_some_egress, has_dns_gap, is_reported_by_broader_policy


@policy_rule("NP216", category="intent", severity=Severity.WARNING, uses_workspace=True)
def egress_without_dns(ctx: PolicyContext) -> Diagnostics:
    """Egress is restricted, and nothing lets the pods ask for names.

    ## Why
    Looking up a name is egress, too. Where a policy isolates egress and no policy that selects the same pods allows port
    53 to the cluster's DNS, every connection by name fails, often after a long wait, and it looks as if the network were
    broken.

    All policies of the run are judged together: a separate policy that allows DNS is enough, and where single files are
    checked, as in hooks, the setting `context` names the others. Only NetworkPolicies count, not those of Cilium or
    Calico. What may be meant for DNS, such as a private address range, is not known to fail, and nothing is said.

    Of several policies that leave the same gap, the one that selects the most pods is named. Where no policy lets its
    pods connect to anything, they need no names: a default deny alone gives an information, and becomes a warning as
    soon as something is allowed, because then names will be missed.

    The settings `dns: {ports: [...], node-local-address: ...}` say where DNS listens in your cluster, and `platform` stands
    for the usual ones: DNS pods of OpenShift listen on 5353, in EKS Auto Mode DNS is a service of the node that no selector
    reaches. With NodeLocal DNSCache pods ask an address of their node, which selectors for the DNS pods do not include.
    On network plugins that never match pods by an `ipBlock` (`cni: cilium`), `0.0.0.0/0` does not reach the DNS pods; on
    those that enforce no egress, nothing is said.

    ## Fix safety
    Unsafe: the rule for DNS is added to this policy, which opens egress to the DNS pods.

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
    located, setup = ctx.located, dns_setup(ctx.settings)
    if not is_satisfiable(located.policy.pod_selector) or selects_dns_pods(located.policy, setup):
        return
    if ctx.settings.capabilities.has(Capability.EGRESS) is False:
        return
    if not has_dns_gap(ctx.workspace, located, setup) or is_reported_by_broader_policy(ctx.workspace, located, setup):
        return
    is_needed = allows_some_egress(ctx.workspace, located)
    if not is_needed and not is_named_denial(ctx.policy):
        return  # NP204 says that all egress is denied
    attempts = list(_attempts(ctx, setup))
    yield ctx.finding(
        _place(ctx),
        _message(setup, has_attempt=bool(attempts)) if is_needed else _ALL_DENIED,
        severity=None if is_needed else Severity.INFO,
        label="DNS is egress, too",
        related=[
            ctx.related(rule.ports_field.key_span, "this rule does not reach it")
            for rule in attempts
            if rule.ports_field
        ],
        fixes=partial(_fix, ctx, setup),
    )


_ALL_DENIED = "all egress is denied, DNS too, so names cannot be looked up"


def _fix(ctx: PolicyContext, setup: DnsSetup) -> Fix | None:
    edits = insert_dns_rule(ctx.document, ctx.policy, setup)
    return ctx.fix("Allow DNS: add an egress rule for it", edits, Applicability.UNSAFE)


def _attempts(ctx: PolicyContext, setup: DnsSetup) -> Iterator[TrafficRule]:
    """Rules that are meant for DNS and do not reach it."""
    for rule, stored in zip(ctx.policy.egress, ctx.semantics.egress, strict=False):
        if any(names_dns_ports(stored, setup, protocol) for protocol in ("UDP", "TCP")):
            yield rule


def _message(setup: DnsSetup, *, has_attempt: bool) -> str:
    local = node_local_cidr(setup)
    where = "the cluster's DNS, a service of the node" if setup.is_on_node else "the cluster's DNS pods"
    if local is not None:
        where = f"NodeLocal DNSCache at `{setup.node_local}`"
    if has_attempt:
        return f"the egress rule for DNS does not reach {where}, and no policy lets these pods ask DNS: names cannot be looked up"
    ports = join_words((str(port) for port in (setup.ports if local is None else (DNS_PORT,))), "or")
    return f"egress is restricted and no policy lets these pods ask DNS (UDP and TCP {ports} to {where}), so names cannot be looked up"


def _place(ctx: PolicyContext) -> Span:
    """Where egress is isolated: the item of policyTypes, or the rules, or the policy."""
    types = ctx.policy.policy_types_field
    for item in ctx.policy.policy_types:
        if item.value == Direction.EGRESS:
            return item.span
    if ctx.policy.egress_field is not None:
        return ctx.policy.egress_field.key_span
    return types.key_span if types is not None else ctx.policy.span

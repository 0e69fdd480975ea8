"""NP216 egress-without-dns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import is_satisfiable
from netpol_lsp.lint.dns import dns_setup, insert_dns_rule, usual_dns
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.name_intent import is_named_denial
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.prose import join_words
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.dns import (
    DNS_PORT,
    OPENSHIFT_DNS_PORT,
    DnsSetup,
    names_dns_ports,
    names_service_port_of_openshift,
    node_local_cidr,
    selects_dns_pods,
)
from netpol_lsp.workspace.dns_coverage import (
    allows_some_egress,
    has_dns_gap,
    is_reported_by_broader_policy,
    needs_no_names,
)
from netpol_lsp.workspace.samples import is_sample
from netpol_lsp.workspace.snapshot import LocatedPolicy, isolates_direction
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule("NP216", category="intent", severity=Severity.WARNING, uses_resources=True, has_facts=True)
def egress_without_dns(ctx: PolicyContext) -> Diagnostics:
    """Egress is restricted, and nothing lets the pods resolve names.

    ## Why
    Looking up a name is egress, too. Where a policy isolates egress and no policy that selects the same pods allows port
    53 to the cluster's DNS, every connection by name fails, often after a long wait, and it looks as if the network were
    broken.

    All policies of the run are judged together: a separate policy that allows DNS is enough, and where single files are
    checked, as in hooks, the setting `context` names the others. What may be meant for DNS, such as a private address
    range, is not known to fail, and nothing is said; nor is it beside a policy that may allow DNS: one of Cilium, Calico
    or another kind, or a document that is encrypted, or what a kustomization's `helmCharts` bring; nor of examples and the
    inputs of tests, going by the names of files and folders, unless they have a rule for DNS that does not reach it: who uses them has other policies, too.

    Of several policies that leave the same gap, the one that selects the most pods is named. Where no policy lets its
    pods connect to anything, they need no names: that is a fact, for the profile `strict` only. An information where
    all that is allowed is reached by its address: the API server (each pod has it in `KUBERNETES_SERVICE_HOST`), single
    addresses and small ranges.

    The settings `dns: {ports: [...], node-local-address: ...}` say where DNS listens in your cluster, and `platform` is
    for the usual ones: DNS pods of OpenShift listen on 5353 (53 is the port of their Service, which policies do not see),
    in EKS Auto Mode DNS is a service of the node that no selector reaches. With NodeLocal DNSCache pods ask an address of
    their node, which selectors for the DNS pods do not include. On network plugins that never match pods by an `ipBlock`
    (`cni: cilium`), `0.0.0.0/0` does not reach the DNS pods; on those that enforce no egress, nothing is said.

    ## Fix safety
    Unsafe: the rule for DNS is added to this policy, which opens egress to the DNS pods: those that the other policies
    of the workspace name, if they do. Where only the port is wrong, it is replaced.

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
    if isolates_direction(ctx.semantics, Direction.EGRESS) is not Ternary.YES:
        return
    located, setup = ctx.located, dns_setup(ctx.settings)
    if (
        not is_satisfiable(located.policy.pod_selector)
        or selects_dns_pods(located.policy, setup)
        or ctx.has_unknown_fields
    ):
        return
    if ctx.settings.capabilities.has(Capability.EGRESS) is False:
        return
    if not has_dns_gap(ctx.workspace, located, setup) or is_reported_by_broader_policy(ctx.workspace, located, setup):
        return
    if ctx.delivery.has_charts:
        return  # the charts that are applied with it may have policies, too
    is_needed = allows_some_egress(ctx.workspace, located)
    if not is_needed and not (ctx.wants_facts and is_named_denial(ctx.policy)):
        return  # NP204 says that all egress is denied
    attempts = list(_attempts(ctx, setup))
    if not attempts and is_sample(ctx.workspace.index, located.uri):
        return  # who uses an example has other policies, too
    is_harmless = not is_needed or (not attempts and needs_no_names(ctx.workspace, located))
    yield ctx.finding(
        _place(ctx),
        _message(setup, has_attempt=bool(attempts), is_service_port=bool(_service_ports(ctx, setup)))
        if is_needed
        else _ALL_DENIED,
        severity=Severity.INFO if is_harmless else None,
        label="DNS is egress, too",
        related=[
            ctx.related(rule.ports_field.key_span, "this rule does not reach it")
            for rule in attempts
            if rule.ports_field
        ],
        fixes=partial(_fix, ctx, setup),
    )


_ALL_DENIED = "all egress is denied, including DNS, so names cannot be resolved"


def _fix(ctx: PolicyContext, setup: DnsSetup) -> Fix | None:
    wrong = _service_ports(ctx, setup)
    if wrong:
        changes = (replace_scalar(ctx.document, port.port.node, OPENSHIFT_DNS_PORT) for port in wrong if port.port)
        edits = tuple(edit for made in changes for edit in made or ())
        title = f"Allow {OPENSHIFT_DNS_PORT}, where the DNS pods of OpenShift listen"
        return ctx.fix(title, edits, Applicability.UNSAFE)
    setup, known = usual_dns(ctx.workspace, setup, (located.policy for located in _around(ctx)))
    edits = insert_dns_rule(ctx.document, ctx.policy, setup, known) or ()
    return ctx.fix("Allow DNS: add an egress rule for it", edits, Applicability.UNSAFE)


def _around(ctx: PolicyContext) -> list[LocatedPolicy]:
    return [ctx.located, *ctx.workspace.neighbours(ctx.located)]


def _service_ports(ctx: PolicyContext, setup: DnsSetup) -> list[Port]:
    """The ports 53 of rules that name the DNS pods of OpenShift."""
    return [
        port
        for rule, stored in ctx.rules(Direction.EGRESS)
        if names_service_port_of_openshift(stored, ctx.semantics, setup)
        for port in rule.ports
        if port.number == DNS_PORT
    ]


def _attempts(ctx: PolicyContext, setup: DnsSetup) -> Iterator[TrafficRule]:
    """Rules that are meant for DNS and do not reach it."""
    for rule, stored in ctx.rules(Direction.EGRESS):
        if any(names_dns_ports(stored, setup, protocol) for protocol in ("UDP", "TCP")):
            yield rule


def _message(setup: DnsSetup, *, has_attempt: bool, is_service_port: bool) -> str:
    local = node_local_cidr(setup)
    where = "the cluster's DNS, a service of the node" if setup.is_on_node else "the cluster's DNS pods"
    if local is not None:
        where = f"NodeLocal DNSCache at `{setup.node_local}`"
    if is_service_port:
        return "the DNS pods of OpenShift listen on 5353, and policies do not see the Service's port 53: names cannot be resolved"
    if has_attempt:
        return f"the egress rule for DNS does not reach {where}, and no policy lets these pods query DNS: names cannot be resolved"
    ports = join_words((str(port) for port in (setup.ports if local is None else (DNS_PORT,))), "or")
    return f"egress is restricted, but no policy lets these pods query DNS (UDP and TCP {ports} to {where}), so names cannot be resolved"


def _place(ctx: PolicyContext) -> Span:
    """Where egress is isolated: the item of policyTypes, or the rules, or the policy."""
    types = ctx.policy.policy_types_field
    for item in ctx.policy.policy_types:
        if item.value == Direction.EGRESS:
            return item.span
    if ctx.policy.egress_field is not None:
        return ctx.policy.egress_field.key_span
    return types.key_span if types is not None else ctx.policy.span

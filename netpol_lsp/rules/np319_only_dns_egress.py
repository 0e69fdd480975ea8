"""NP319 only-dns-egress."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import includes
from netpol_lsp.lint.dns import dns_setup
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace.dns import DnsSetup, names_dns_ports
from netpol_lsp.workspace.pods import may_be_changed, place_of
from netpol_lsp.workspace.snapshot import LocatedPolicy, isolates_direction, same_namespace, selects_all_of
from netpol_lsp.workspace.ternary import Ternary


@policy_rule("NP319", category="workspace", severity=Severity.WARNING, uses_resources=True, needs=Trigger.RULES)
def only_dns_egress(ctx: PolicyContext) -> Diagnostics:
    """The pods may query DNS and nothing else, while other policies expect them as clients.

    ## Why
    A policy that isolates egress and allows DNS alone is half of a default deny: names can be resolved, and every connection
    to what they stand for is refused. Where another policy lets these very pods in, someone counts on the connection,
    and the egress rule for it was forgotten.

    Reported where no other policy that may select the pods allows any egress, and the other policy names them by the labels that
    this one selects them by.

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
      policyTypes: [Egress]
      egress:  # <- NP319
        - ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - port: 5432
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Egress]
      egress:
        - ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
        - to:
            - podSelector:
                matchLabels:
                  app: db
          ports:
            - port: 5432
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - port: 5432
    ```
    """
    field, policy = ctx.policy.egress_field, ctx.semantics
    if field is None or not policy.egress or not policy.pod_selector.allowed:
        return
    me, view, setup = ctx.located, ctx.workspace, dns_setup(ctx.settings)
    if isolates_direction(policy, Direction.EGRESS) is not Ternary.YES or not all(
        _is_dns(rule, setup) for rule in policy.egress
    ):
        return
    if policy.unknown:
        return
    where = place_of(view, me)
    if where.is_unknown or may_be_changed(view, where) or view.other_policies_in(where.namespace):
        return
    if any(_may_allow(other, me, setup) for other in view.neighbours(me)):
        return
    host = next(
        (
            found
            for other in view.policies_in(me.policy.namespace)
            if (found := _counts_on(other, me, setup)) is not None
        ),
        None,
    )
    if host is None:
        return
    other, rule = host
    origin = Origin(other.uri, other.document, other.path, f"spec.ingress[{rule.index}]", rule.start, rule.end)
    yield ctx.finding(
        field.key_span,
        f"these pods may query DNS and nothing else, but policy `{other.policy.name}` expects them as clients",
        label="DNS only",
        related=[ctx.related_fact(origin, "lets these pods in")] if rule.end else [],
    )


def _is_dns(rule: RuleSemantics, setup: DnsSetup) -> bool:
    return any(names_dns_ports(rule, setup, protocol) for protocol in ("UDP", "TCP"))


def _may_allow(other: LocatedPolicy, me: LocatedPolicy, setup: DnsSetup) -> bool:
    """Whether another policy may allow the pods some egress besides DNS."""
    if selects_all_of(other, me) is Ternary.NO or isolates_direction(other.policy, Direction.EGRESS) is Ternary.NO:
        return False
    return other.policy.unknown or not all(_is_dns(rule, setup) for rule in other.policy.egress)


def _counts_on(other: LocatedPolicy, me: LocatedPolicy, setup: DnsSetup) -> tuple[LocatedPolicy, RuleSemantics] | None:
    """The rule of another policy that lets in the very pods of this one by their labels.

    A peer that names more pods, as those of a whole application, says nothing of these.
    """
    if other.policy.is_partial or same_namespace(other, me) is not Ternary.YES:
        return None
    for rule in other.policy.ingress:
        if _is_dns(rule, setup):
            continue  # it is what they ask for names
        for peer in rule.peers or ():
            if peer.pods is None or peer.namespaces is not None or peer.pods.is_partial or not peer.pods.allowed:
                continue
            if includes(peer.pods, me.policy.pod_selector) and includes(me.policy.pod_selector, peer.pods):
                return other, rule
    return None

"""NP404 all-namespaces-peer."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name


@policy_rule("NP404", category="security", severity=Severity.INFO, on_partial=True, needs=Trigger.PEERS, has_facts=True)
def all_namespaces_peer(ctx: PolicyContext) -> Diagnostics:
    """A peer takes in every namespace of the cluster.

    ## Why
    `namespaceSelector: {}` selects all namespaces, those of other teams and future ones included. If that is meant, all
    is well; else name them by `kubernetes.io/metadata.name`.

    An information for ingress on every port; with ports, and for egress, it is a fact for the profile `strict` (egress that
    was meant for the internet is NP241's). Silent where the peer contradicts the policy itself, and another rule reports
    that: it cancels an exclusion (NP238), or the policy's name says that it denies namespaces (NP229).
    Where the name says that everything is allowed (`allow-all`), or all namespaces, it is a fact, too.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - from:
            - namespaceSelector: {}  # <- NP404
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
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
    ```
    """
    for rule in ctx.policy.all_rules:
        is_open = rule.direction is Direction.INGRESS and rule.allows_every_port
        if is_open and (_is_contradiction(ctx) or (not ctx.wants_facts and _is_announced(ctx))):
            continue
        for peer in rule.peers if is_open or ctx.wants_facts else ():
            selector = peer.namespace_selector
            if selector is None or not selector.is_empty or peer.node.is_open:
                continue
            pods = peer.pod_selector
            is_narrow = pods is not None and not pods.is_empty
            if is_narrow and not ctx.wants_facts:
                continue
            who = "pods with these labels" if is_narrow else "every pod"
            where = " on every port" if is_open else ""
            yield ctx.finding(selector, f"this means {who} of every namespace{where}")


def _is_announced(ctx: PolicyContext) -> bool:
    """Whether the policy's name says that it allows everything, or all namespaces."""
    claim = intent_of_name(ctx.policy.object)
    return claim.allows and claim.is_total


def _is_contradiction(ctx: PolicyContext) -> bool:
    """Whether another rule reports a peer for everybody as a mistake."""
    claim = intent_of_name(ctx.policy.object)
    if claim.denies and claim.is_namespaced:
        return True
    from netpol_lsp.policies.networkpolicy.exclusions import cancelled_exclusions  # noqa: PLC0415 - start-up is a feature, and few findings need it

    return any(one.direction is Direction.INGRESS for one in cancelled_exclusions(ctx.policy, ctx.semantics))

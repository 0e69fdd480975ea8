"""NP232 everything-allowed."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, NO_ADDRESSES
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics


@policy_rule("NP232", category="intent", severity=Severity.INFO, needs=Trigger.IP_BLOCKS)
def everything_allowed(ctx: PolicyContext) -> Diagnostics:
    """The rules of a direction allow everything together.

    ## Why
    Every pod of every namespace and every address, on every port: in this direction the policy is the same as no policy. If
    that is meant, an empty rule (`- {}`) says it more plainly. A rule that is empty, or has an empty list of peers, is
    NP207's or NP208's.

    `0.0.0.0/0` alone is not everything: IPv6 is left out, and whether it takes in pods is up to the network plugin.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:  # <- NP232
        - to:
            - namespaceSelector: {}
            - ipBlock:
                cidr: 0.0.0.0/0
            - ipBlock:
                cidr: "::/0"
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
            - namespaceSelector: {}
          ports:
            - {protocol: TCP, port: 443}
    ```
    """
    facts = ctx.semantics
    if facts.has_unknown_types or not ctx.policy.ip_blocks:
        return
    for direction in DIRECTIONS:
        field = ctx.policy.rules_field(direction)
        rules = facts.rules(direction)
        # A rule that says so by itself is NP207's or NP208's.
        if field is None or direction not in facts.types or any(rule.allows_everything for rule in rules):
            continue
        if _allows_everything(rules):
            message = f"{direction.rules_key} is open to everything: the policy changes nothing in this direction"
            yield ctx.finding(field.key_span, message, label="the same as no policy")


def _allows_everything(rules: tuple[RuleSemantics, ...]) -> bool:
    """Whether rules on every port name all pods of all namespaces and every address of both families, together."""
    addresses, has_all_pods = NO_ADDRESSES, False
    for rule in rules:
        for peer in (rule.peers or ()) if rule.ports.everything else ():
            if peer.is_unknown:
                continue
            if peer.addresses is not None:
                addresses = addresses.union(peer.addresses)
            elif peer.namespaces is not None and peer.namespaces.selects_everything:
                has_all_pods = has_all_pods or peer.pods is None or peer.pods.selects_everything
    return has_all_pods and addresses.covers(EVERY_ADDRESS)

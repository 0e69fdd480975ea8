"""NP604 key-order."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.yaml.nodes import Mapping


@policy_rule("NP604", category="style", severity=Severity.HINT, opt_in=True)
def key_order(ctx: PolicyContext) -> Diagnostics:
    """The fields of a policy are in an unusual order.

    ## Why
    `apiVersion`, `kind`, `metadata`, `spec`; in the spec `podSelector`, `policyTypes`, `ingress`, `egress`; in a rule
    peers before ports: the one who reads many policies finds things where they are expected.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      ingress: []
      podSelector: {}  # <- NP604
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress: []
    ```
    """
    places: list[tuple[Mapping, tuple[str, ...]]] = [
        (ctx.policy.object.node, ("apiVersion", "kind", "metadata", "spec")),
    ]
    if ctx.policy.spec is not None:
        places.append((ctx.policy.spec, ("podSelector", "policyTypes", "ingress", "egress")))
    places += [
        (rule.node, (rule.direction.peers_key, "ports"))
        for rule in ctx.policy.all_rules
        if isinstance(rule.node, Mapping)
    ]
    for node, order in places:
        yield from _check(ctx, node, order)


def _check(ctx: PolicyContext, node: Mapping, order: tuple[str, ...]) -> Diagnostics:
    """Report the first key that is after one which usually follows it."""
    highest = ""
    for entry in node.entries:
        name = entry.name
        if name not in order:
            continue
        # policyTypes is in either place.
        if highest and order.index(name) < order.index(highest) and "policyTypes" not in (name, highest):
            yield ctx.finding(entry.key, f"`{name}` usually comes before `{highest}`")
            return
        highest = name

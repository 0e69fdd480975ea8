"""NP214 redundant-rule."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity, Tag
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.redundancy import redundant_rules
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.yaml.nodes import Node, head_span
from netpol_lsp.yaml.to_python import content_key


@policy_rule("NP214", category="intent", severity=Severity.INFO, needs=Trigger.RULES, has_facts=True)
def redundant_rule(ctx: PolicyContext) -> Diagnostics:
    """A rule is already covered by another rule of the same policy.

    ## Why
    Rules are ORed: where one of them allows everything that another one allows, the other adds nothing. Either it can go,
    or the wider one is wider than it was meant to be. An empty rule (`- {}`) makes all its neighbours pointless, as NP207
    says, and an exclusion that a wider rule takes back is NP238's: here these are told in the profile `strict` only.

    Only what is proven is reported, from peers and ports together; a named port is covered by the same name or by all ports
    of its protocol. What is there twice to the letter is NP215's.

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
            - podSelector: {}
        - from:  # <- NP214
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - {protocol: TCP, port: 80}
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
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - {protocol: TCP, port: 80}
        - from:
            - podSelector:
                matchLabels:
                  app: api
    ```
    """
    for direction in DIRECTIONS:
        pairs = redundant_rules(ctx.semantics.rules(direction), ctx.semantics.namespace)
        field = ctx.policy.rules_field(direction)
        if pairs and field is not None and field.value is not None:
            yield from _findings(ctx, direction, field.value, pairs)


def _findings(
    ctx: PolicyContext, direction: Direction, items: list[Node], pairs: list[tuple[RuleSemantics, RuleSemantics]]
) -> Diagnostics:
    contents = [content_key(item) for item in items]
    from netpol_lsp.policies.networkpolicy.exclusions import cancelled_exclusions  # noqa: PLC0415 - start-up is a feature, and few findings need it

    exclusions = cancelled_exclusions(ctx.policy, ctx.semantics)
    cancelled = {one.rule for one in exclusions if one.direction is direction}
    for rule, covering in pairs:
        if contents.index(contents[rule.index]) < rule.index:
            continue
        if not ctx.wants_facts and (covering.allows_everything or rule.index in cancelled):
            continue
        message = f"this rule adds nothing: {direction.rules_key} rule {covering.index + 1} allows all of it"
        related = [ctx.related(head_span(items[covering.index]), "the rule that covers it")]
        yield ctx.finding(head_span(items[rule.index]), message, related=related, tags=[Tag.UNNECESSARY])

"""NP214 redundant-rule."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity, Tag
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.inclusion import rule_covers
from netpol_lsp.model.policy import Direction
from netpol_lsp.model.stored import StoredRule
from netpol_lsp.syntax.nodes import Mapping, Node
from netpol_lsp.syntax.plain import to_plain
from netpol_lsp.text.span import Span


@policy_rule("NP214", category="intent", severity=Severity.INFO)
def redundant_rule(ctx: PolicyContext) -> Diagnostics:
    """A rule is already covered by another rule of the same policy.

    ## Why
    Rules are ORed: where one of them allows everything that another one allows, the other adds nothing. Perhaps the wider
    one is wider than it was meant to be. What is equal to the letter is NP215's.

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
    for direction in Direction:
        stored = ctx.stored.rules(direction)
        written = ctx.policy.rules(direction)
        if len(stored) < 2 or len(stored) != len(written):
            continue
        for number in range(len(stored)):
            covering = _covering(stored, number, ctx.stored.namespace)
            if covering is None or to_plain(written[number].node).value == to_plain(written[covering].node).value:
                continue
            related = [ctx.related(_place(written[covering].node), "the rule that covers it")]
            message = f"this rule adds nothing: {direction.rules_key} rule {covering + 1} allows all of it"
            yield ctx.finding(_place(written[number].node), message, related=related, tags=[Tag.UNNECESSARY])


def _covering(rules: tuple[StoredRule, ...], number: int, namespace: str | None) -> int | None:
    """The number of a rule that allows whatever this one allows; of two equal ones the first covers the second."""
    for other, candidate in enumerate(rules):
        if other == number or not rule_covers(candidate, rules[number], namespace):
            continue
        if other < number or not rule_covers(rules[number], candidate, namespace):
            return other
    return None


def _place(item: Node) -> Span:
    """The first key of a rule in block style, the whole of one in flow style."""
    if isinstance(item, Mapping) and not item.flow and item.entries:
        return item.entries[0].key.span
    return item.span

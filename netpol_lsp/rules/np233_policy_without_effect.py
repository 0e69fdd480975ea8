"""NP233 policy-without-effect."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Related, Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import directions_words
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics


@policy_rule("NP233", category="intent", severity=Severity.WARNING, needs=Trigger.RULES)
def policy_without_effect(ctx: PolicyContext) -> Diagnostics:
    """The policy has rules that restrict something, and another rule beside them allows everything.

    ## Why
    Rules are alternatives: traffic is allowed when one of them matches. An empty rule, or one whose `from` or `to` and
    `ports` are empty, matches everything, so the other rules of its direction make no difference. When that is so in
    every direction that the policy isolates, the whole policy restricts nothing, although its text looks as if it did.

    A policy that is nothing but an empty rule plainly allows everything, and so does one that is called `allow-all`;
    these are not reported here.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP233
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
        - {}
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
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
    ```
    """
    policy = ctx.policy
    if not any(rule.allows_every_peer for rule in policy.all_rules):
        return
    claim = intent_of_name(policy.object)
    if claim.allows and claim.is_total:
        return  # it does what it is called
    isolated = [direction for direction in DIRECTIONS if direction in policy.effective_types]
    if policy.has_unknown_types or not isolated or ctx.has_unknown_fields:
        return
    opening = [_opening_rule(policy, direction) for direction in isolated]
    pointless = [rule for direction in isolated for rule in policy.rules(direction) if not _allows_everything(rule)]
    if not pointless or any(rule is None for rule in opening):
        return
    yield ctx.finding(
        policy.span,
        f"the policy restricts nothing: a rule without peers and ports allows all {directions_words(isolated)}, "
        "whatever its other rules say",
        label="restricts nothing",
        related=[_related(ctx, rule) for rule in opening if rule is not None],
    )


def _related(ctx: PolicyContext, rule: TrafficRule) -> Related:
    return ctx.related(rule.node.span, f"this rule allows all {rule.direction.rules_key}")


def _opening_rule(policy: NetworkPolicy, direction: Direction) -> TrafficRule | None:
    return next((rule for rule in policy.rules(direction) if _allows_everything(rule)), None)


def _allows_everything(rule: TrafficRule) -> bool:
    return rule.allows_every_peer and rule_semantics(rule).allows_everything

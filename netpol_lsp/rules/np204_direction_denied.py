"""NP204 direction-denied."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.name_intent import (
    annotation_that_allows,
    intent_of_name,
    is_denied,
    is_named_denial,
)
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import directions_words, selected_words
from netpol_lsp.text.span import Span


@policy_rule("NP204", category="intent", severity=Severity.INFO)
def direction_denied(ctx: PolicyContext) -> Diagnostics:
    """A direction is listed in policyTypes and has no rule, which denies all of it.

    ## Why
    A listed direction without a rule denies everything in that direction. This is how a default deny is written, and
    also what is left when `policyTypes` was copied from another policy: ingress works, and the pods can no longer
    reach anything, not even DNS. Other policies that select the same pods can still allow traffic.

    A policy that denies everything and whose name says so (`default-deny`, `isolate-db`) is not reported. It is a
    warning when the name, or an annotation, says that this direction is allowed.

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
      policyTypes:
        - Ingress
        - Egress  # <- NP204
      ingress:
        - from:
            - podSelector: {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
    ```
    """
    policy = ctx.policy
    if not policy.declares_types or policy.has_unknown_types:
        return
    denied = [direction for direction in Direction if is_denied(policy, direction)]
    if not denied or is_named_denial(policy):
        return
    denies_everything = len(denied) == len(policy.effective_types)
    silent = []
    for direction in denied:
        who = _who_allows(policy, direction, is_name_enough=not denies_everything)
        if who is None:
            silent.append(direction)
            continue
        message = f"the {who} says allow, but `{direction}` has no rule: all {direction.rules_key} is denied"
        yield ctx.finding(_place(policy, direction), message, severity=Severity.WARNING, label="all denied")
    if silent:
        message = (
            f"no rule for {directions_words(silent)}: all of it is denied for {selected_words(policy, ctx.namespace)}"
        )
        yield ctx.finding(_place(policy, silent[0]), message, label="all denied")


def _who_allows(policy: NetworkPolicy, direction: Direction, *, is_name_enough: bool) -> str | None:
    """What says that this direction is allowed. A name that allows where everything is denied is NP229's."""
    claim = intent_of_name(policy.object)
    if is_name_enough and claim.allows and claim.concerns(direction):
        return f"name `{policy.object.name}`"
    key = annotation_that_allows(policy.object, direction)
    return f"annotation `{key}`" if key is not None else None


def _place(policy: NetworkPolicy, direction: Direction) -> Span:
    """The item of policyTypes."""
    return next((field.span for field in policy.policy_types if field.value == direction.value), policy.span)

"""NP204 direction-denied."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.name_intent import (
    annotation_that_allows,
    intent_of_name,
    is_denied,
    is_named_denial,
    is_silent_claim,
)
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import directions_words, selected_words
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.snapshot import isolates_direction
from netpol_lsp.workspace.ternary import Ternary


@policy_rule("NP204", category="intent", severity=Severity.WARNING, uses_resources=True, has_facts=True)
def direction_denied(ctx: PolicyContext) -> Diagnostics:
    """A direction is listed in policyTypes and has no rule, which denies all of it.

    ## Why
    A listed direction without a rule denies everything in that direction. This is how a default deny is written, and
    also what is left when the rules were forgotten, or `policyTypes` was copied from another policy.

    A warning where the name, or an annotation, says allow, the key of the rules is missing, and nothing else is known
    to allow the direction: neither another rule nor another policy. Anything else is a fact, told in the profile
    `strict`: hovers, `explain` and the notes in the editor say it, too. A policy that denies everything and whose name
    says so (`default-deny`, `isolate-db`) is not reported at all.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes:
        - Ingress  # <- NP204
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
    denied = [direction for direction in DIRECTIONS if is_denied(policy, direction)]
    if not denied or is_named_denial(policy) or ctx.has_unknown_fields:
        return
    silent = []
    for direction in denied:
        who = _who_allows(policy, direction)
        if who is None or _may_be_allowed(ctx, direction):
            silent.append(direction)
            continue
        message = f"the {who} says allow, but `{direction}` has no rule: all {direction.rules_key} is denied"
        yield ctx.finding(_place(policy, direction), message, label="all denied")
    if silent and ctx.wants_facts:
        message = (
            f"no rule for {directions_words(silent)}: all of it is denied for {selected_words(policy, ctx.namespace)}"
        )
        yield ctx.finding(_place(policy, silent[0]), message, severity=Severity.INFO, label="all denied")


def _may_be_allowed(ctx: PolicyContext, direction: Direction) -> bool:
    """Whether another policy allows the pods something in this direction, or may do so."""
    for other in ctx.workspace.may_select(ctx.located):
        if isolates_direction(other.policy, direction) is not Ternary.NO and other.policy.rules(direction):
            return True
    return False


def _who_allows(policy: NetworkPolicy, direction: Direction) -> str | None:
    """What says that this direction is allowed, although no rule was written. A name that says "all" is NP229's."""
    if policy.rules_field(direction) is not None:
        return None
    claim = intent_of_name(policy.object)
    if is_silent_claim(policy) and claim.concerns(direction):
        return f"name `{policy.object.name}`"
    key = annotation_that_allows(policy.object, direction)
    return f"annotation `{key}`" if key is not None else None


def _place(policy: NetworkPolicy, direction: Direction) -> Span:
    """The item of policyTypes."""
    return next((field.span for field in policy.policy_types if field.value == direction.value), policy.span)

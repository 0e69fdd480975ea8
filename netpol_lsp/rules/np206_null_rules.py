"""NP206 null-rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import set_value


@policy_rule("NP206", category="intent", severity=Severity.WARNING)
def null_rules(ctx: PolicyContext) -> Diagnostics:
    """A list of rules, peers or ports has a key and no value.

    ## Why
    A key without a value is null, and null is read as if the key were not there. That means opposite things:
    `ingress:` and `egress:` without a value have no rule and deny everything in their direction, while `from:`, `to:`
    and `ports:` without a value restrict nothing and allow everyone and every port. Often the value is not missing but
    stands at the wrong indentation.

    ## Fix safety
    Safe for `ingress`, `egress`, `from` and `to`: `[]` means the same and is plain to see (for `from` and `to`, NP208
    still warns that it means everyone). Unsafe for `ports`, where it would hide what was forgotten.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: deny-all
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
      ingress:  # <- NP206
      egress:  # <- NP206
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: deny-all
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
      ingress: []
      egress: []
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:  # <- NP206
          ports:
            - port: 80
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: 80
    ```
    """
    for field, message, applicability in _nulls(ctx.policy):
        assert field.entry is not None
        edits = set_value(ctx.document, field.entry, [])
        fix = ctx.fix(f"Write `{field.entry.name}: []`", edits, applicability)
        yield ctx.finding(field.entry.key, message, label="no value", fixes=[fix])


def _nulls(policy: NetworkPolicy) -> Iterator[tuple[Field[Any], str, Applicability]]:
    for direction in Direction:
        rules = policy.rules_field(direction)
        if rules is not None and rules.value is None and rules.is_null:
            yield rules, _rules_message(policy, direction), Applicability.SAFE
    for rule in policy.all_rules:
        peers, ports = rule.peers_field, rule.ports_field
        if peers is not None and peers.value is None and peers.is_null:
            who = "anyone, not no one" if rule.direction is Direction.INGRESS else "anywhere, not nowhere"
            yield peers, f"`{rule.direction.peers_key}` without a value means {who}", Applicability.SAFE
        if ports is not None and ports.value is None and ports.is_null:
            yield ports, "`ports` without a value means every port, not none", Applicability.UNSAFE


def _rules_message(policy: NetworkPolicy, direction: Direction) -> str:
    key = direction.rules_key
    if policy.has_unknown_types:
        return f"`{key}` without a value means that there is no {key} rule"
    if direction in policy.effective_types:
        return f"`{key}` without a value means that there is no rule: all {key} is denied"
    why = f"does not list `{direction}`" if policy.declares_types else "is missing"
    return f"`{key}` without a value denies nothing: `policyTypes` {why}, so all {key} stays allowed"

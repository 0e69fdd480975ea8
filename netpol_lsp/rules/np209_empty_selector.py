"""NP209 empty-selector."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import own_namespace_words
from netpol_lsp.yaml.nodes import is_null


@policy_rule("NP209", category="intent", severity=Severity.INFO, has_facts=True)
def empty_selector(ctx: PolicyContext) -> Diagnostics:
    """An empty podSelector selects every pod of the namespace.

    ## Why
    `podSelector: {}` has no condition, so it selects every pod, not none. In `spec` the policy then guards the whole
    namespace; in `from` or `to` it means every pod of the policy's own namespace.

    In `from` and `to` it is a warning when `matchLabels` or `matchExpressions` is there without a value: then the
    conditions were probably forgotten, and the rule allows far more than it should. Anything else is a fact, told in
    the profile `strict`, except where a policy is plainly made for the whole namespace: its rules name neither peers
    nor ports, as in a default deny, or its name says so (`default`, `all`, `same-namespace`).

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
    spec:
      podSelector: {}  # <- NP209
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:  # <- NP209
                matchLabels:
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ```
    """
    policy = ctx.policy
    own = own_namespace_words(ctx.namespace)
    is_wide = intent_of_name(policy.object).is_wide
    selector = policy.pod_selector
    is_told = ctx.wants_facts and not is_wide
    if selector is not None and selector.is_empty and is_told and _names_something(policy):
        yield _finding(ctx, selector, Severity.INFO, f"the policy guards every pod of {_where(ctx)}")
    for rule in policy.all_rules:
        for peer in rule.peers:
            selector = peer.pod_selector
            if selector is None or not selector.is_empty:
                continue
            severity = Severity.WARNING if _is_forgotten(selector) else Severity.INFO
            if severity is Severity.INFO and (is_wide or not ctx.wants_facts):
                continue
            if peer.namespace_selector is None:
                yield _finding(ctx, selector, severity, f"this means every pod of {own}")
            elif _is_forgotten(selector):
                yield _finding(ctx, selector, severity, "this means every pod of the selected namespaces")


def _where(ctx: PolicyContext) -> str:
    return f"namespace `{ctx.namespace}`" if ctx.namespace else "its namespace"


def _finding(ctx: PolicyContext, selector: Selector, severity: Severity, what: str) -> Diagnostic:
    forgotten = _is_forgotten(selector)
    why = f"`{forgotten}` without a value sets no condition" if forgotten else "`{}` sets no condition"
    return ctx.finding(
        selector.entry.key if forgotten else selector.node,
        f"{why}: {what}",
        severity=severity,
        label="every pod",
    )


def _is_forgotten(selector: Selector) -> str | None:
    """The key of conditions that was written without a value."""
    return next((entry.name for entry in selector.node.all_entries() if is_null(entry.value)), None)


def _names_something(policy: NetworkPolicy) -> bool:
    """Whether some rule in force names peers or ports; else the policy is plainly made for the whole namespace."""
    return any(_is_specific(rule) for rule in policy.all_rules if rule.direction in policy.effective_types)


def _is_specific(rule: TrafficRule) -> bool:
    return not (rule.allows_every_peer and rule.allows_every_port)

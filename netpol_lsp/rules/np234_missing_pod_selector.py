"""NP234 missing-pod-selector."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.samples import is_test
from netpol_lsp.yaml.edit.mappings import insert_entry, insert_entry_first, set_value
from netpol_lsp.yaml.nodes import Mapping

_SPEC_FIELDS = frozenset({"podSelector", "policyTypes", "ingress", "egress"})
_MISPLACED = frozenset({"matchLabels", "matchExpressions"})


@policy_rule("NP234", category="intent", severity=Severity.WARNING, uses_resources=True, has_facts=True)
def missing_pod_selector(ctx: PolicyContext) -> Diagnostics:
    """The policy has no podSelector, so it selects every pod of its namespace.

    ## Why
    The API server accepts a policy without `spec`, without `podSelector`, or with a `podSelector` that has no value.
    All of them mean `podSelector: {}`: every pod of the namespace is selected and isolated. Without `spec` that is a
    default deny for ingress. An information where `podSelector:` is written without a value in a policy whose name speaks of a
    namespace, of all or of a default: then every pod is meant.

    Silent for what tests expect (folders `test`, `testdata`, `fixtures` and the like), but for the profile `strict`: there,
    often only a part of the object is written.

    ## Fix safety
    Safe: writes `podSelector: {}`, which is how the API server reads it.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:  # <- NP234
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: 80
    ```

    ```yaml fixed
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

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:  # <- NP234
      policyTypes: [Ingress]
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
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
    ```
    """
    policy = ctx.policy
    spec, selector = policy.spec_field, policy.pod_selector_field
    if spec is not None and policy.spec is None and not spec.is_null:
        return  # of a wrong type
    if selector is not None and not selector.is_null:
        return
    if _is_elsewhere(policy) or ctx.has_unknown_fields:
        return
    if not ctx.wants_facts and is_test(ctx.workspace.index, ctx.source.uri):
        return  # often a pattern of what a test expects, of which only a part is written
    node = policy.object.node
    if spec is None and any(one.keyword == "required" and one.object_node is node for one in ctx.schema):
        return  # still being written: what it lacks to be accepted is said
    is_meant = selector is not None and intent_of_name(policy.object).is_wide
    yield ctx.finding(
        _place(policy),
        _message(ctx, policy),
        severity=Severity.INFO if is_meant else None,
        label="selects every pod",
        fixes=partial(_fix, ctx, policy),
        field=ctx.field_in(policy.object.node, "spec.podSelector"),
    )


def _is_elsewhere(policy: NetworkPolicy) -> bool:
    """Whether the selector is there, misspelt or in a wrong place: that is NP101's, and its fix repairs this."""
    root = _names(policy.object.node)
    if policy.spec is None:
        return bool(root & _SPEC_FIELDS)
    names = _names(policy.spec)
    unknown = (names - _SPEC_FIELDS) | ({"podSelector"} & root)
    return bool(unknown & (_MISPLACED | {"podSelector"})) or any(closest(name, ["podSelector"]) for name in unknown)


def _names(mapping: Mapping) -> set[str]:
    return {entry.name for entry in mapping.all_entries() if entry.name is not None}


def _place(policy: NetworkPolicy) -> Span:
    for field in (policy.pod_selector_field, policy.spec_field):
        if field is not None:
            return field.key_span
    return policy.span


def _message(ctx: PolicyContext, policy: NetworkPolicy) -> str:
    where = f"namespace `{ctx.namespace}`" if ctx.namespace else "its namespace"
    if policy.pod_selector_field is not None:
        return f"`podSelector` without a value selects every pod of {where}"
    if policy.spec is None or not policy.spec.entries:
        what = "no `spec`" if policy.spec_field is None else "an empty `spec`"
        return f"{what} means: every pod of {where} is selected, and all ingress to them is denied"
    return f"without a `podSelector` the policy selects every pod of {where}"


def _fix(ctx: PolicyContext, policy: NetworkPolicy) -> Fix | None:
    spec, selector = policy.spec_field, policy.pod_selector_field
    if selector is not None and selector.entry is not None:
        edits = set_value(ctx.document, selector.entry, {})
    elif policy.spec is not None:
        insert = insert_entry_first if policy.spec.entries else insert_entry
        edits = insert(ctx.document, policy.spec, "podSelector", {})
    elif spec is not None and spec.entry is not None:
        edits = set_value(ctx.document, spec.entry, {"podSelector": {}})
    else:
        edits = insert_entry(ctx.document, policy.object.node, "spec", {"podSelector": {}})
    return ctx.fix("Write `podSelector: {}` (every pod)", edits)

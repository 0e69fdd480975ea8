"""NP228 volatile-label."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.kube.well_known import VOLATILE_LABELS
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import remove_entry
from netpol_lsp.yaml.nodes import Entry, Mapping


@policy_rule("NP228", category="intent", severity=Severity.WARNING, on_partial=True)
def volatile_label(ctx: PolicyContext) -> Diagnostics:
    """A selector asks for a label whose value changes with every release or rollout.

    ## Why
    `helm.sh/chart`, `app.kubernetes.io/version`, `pod-template-hash` and their like change when a workload is upgraded:
    the pods then silently lose the policy, or the connection that it allowed. Select by a label that stays.

    `statefulset.kubernetes.io/pod-name` stays, but names one replica; that is an information only.

    ## Fix safety
    Unsafe: without the label the selector selects more.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app.kubernetes.io/name: web
          helm.sh/chart: web-1.2.3  # <- NP228
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app.kubernetes.io/name: web
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
          app.kubernetes.io/name: web
    ```
    """
    if VOLATILE_LABELS.keys().isdisjoint(ctx.policy.key_texts):
        return
    for selector in ctx.policy.selectors:
        for label in selector.labels:
            if label.key.value in VOLATILE_LABELS:
                yield from _check(ctx, label.key, _fix(ctx, selector, label.entry))
        for requirement in selector.requirements:
            operator = requirement.operator.value if requirement.operator else None
            # That the label is there, whatever its value, does not change.
            if requirement.key is not None and operator in ("In", "NotIn"):
                yield from _check(ctx, requirement.key, None)


def _check(ctx: PolicyContext, key: Field[str], fix: Fix | None) -> Diagnostics:
    why = VOLATILE_LABELS.get(key.value or "")
    if why is not None:
        severity = Severity.INFO if key.value == "statefulset.kubernetes.io/pod-name" else None
        yield ctx.finding(key, f"label `{key.value}` {why}", severity=severity, fixes=[fix])


def _fix(ctx: PolicyContext, selector: Selector, entry: Entry) -> Fix | None:
    labels = selector.label_map.mapping if selector.label_map else None
    if not isinstance(labels, Mapping) or len(labels.entries) < 2:
        return None
    edits = remove_entry(ctx.document, labels, entry)
    return ctx.fix("Remove the label from the selector", edits, Applicability.UNSAFE)

"""NP301 selects-no-workload."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.lint.selector_parts import near_miss_fix, span_of
from netpol_lsp.policies.networkpolicy.prose import pods_words
from netpol_lsp.workspace.pods import elsewhere, find_pods, has_policy_for, here, is_selected_by_service, place_of
from netpol_lsp.workspace.samples import may_be_held_against


@policy_rule(
    "NP301", category="workspace", severity=Severity.WARNING, uses_resources=True, needs_known=ResourceTrigger.WORKLOADS
)
def selects_no_workload(ctx: PolicyContext) -> Diagnostics:
    """The policy selects no pod that any manifest makes.

    ## Why
    A policy whose podSelector matches nothing protects nothing, and no one is told. A letter too many, another case, or
    a label that is on the Deployment's own metadata and not on that of its pods is enough.

    A warning where a manifest shows what was meant: a label that differs by a slip, the same value under another key, the
    label of the Deployment's own metadata, pods of another namespace. An information where nothing does, but all pods of the
    namespace are known from a snapshot of the cluster (`--context`), or where `whole-namespaces` names it. Otherwise nothing is said: the pods may come from
    a chart or an operator. `netpol-lint inventory` shows what is known.

    ## Fix safety
    Unsafe: the policy then isolates pods that it did not select before.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: frontend
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: fronted  # <- NP301
      policyTypes: [Ingress]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: frontend
      namespace: shop
    spec:
      selector:
        matchLabels:
          app: frontend
      template:
        metadata:
          labels:
            app: frontend
        spec:
          containers:
            - name: nginx
              image: nginx
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: frontend
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: frontend
      policyTypes: [Ingress]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: frontend
      namespace: shop
    spec:
      selector:
        matchLabels:
          app: frontend
      template:
        metadata:
          labels:
            app: frontend
        spec:
          containers:
            - name: nginx
              image: nginx
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: cache
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: redis
      policyTypes: [Ingress]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: frontend
      namespace: shop
    spec:
      selector:
        matchLabels:
          app: frontend
      template:
        metadata:
          labels:
            app: frontend
        spec:
          containers:
            - name: nginx
              image: nginx
    ```
    """
    written, view = ctx.policy.pod_selector, ctx.workspace
    if written is None or written.is_empty:
        return
    selector, where = ctx.semantics.pod_selector, place_of(view, ctx.located)
    if not find_pods(view, where, selector).is_none or is_selected_by_service(view, where, selector):
        return
    pool = here(view, where)
    is_whole = ctx.is_known_whole(where.namespace)
    others = elsewhere(view, where, selector) if pool or is_whole else {}
    # Where these have a policy of their own, it is not this one that was written for them.
    strays = {name: pods for name, pods in others.items() if not has_policy_for(view, name, selector)}
    from netpol_lsp.workspace.near_miss import near_miss  # noqa: PLC0415 - most selectors select pods

    found = near_miss(selector, pool, strays)
    if found is not None and not may_be_held_against(view.index, ctx.source.uri, found.origin.uri):
        return  # the pods of another example
    if found is None and not is_whole:
        return
    place = f"in namespace `{where.namespace}`" if where.namespace else "here"
    message = f"no pod {place} is {_selected(pods_words(selector))}"
    if found is None:
        yield ctx.finding(written.span, message, severity=Severity.INFO, label="selects nothing")
        return
    yield ctx.finding(
        span_of(written, found.requirement),
        f"{message}: {found.hint}",
        label="selects nothing",
        related=[ctx.related_fact(found.origin, found.note)] if found.origin.uri or found.origin.end else [],
        fixes=partial(near_miss_fix, ctx, written, found),
    )


def _selected(words: str) -> str:
    """From "pods with `app=web`" to "selected by `app=web`"."""
    return words.replace("pods with", "selected by", 1).replace("pods without", "selected, without", 1)

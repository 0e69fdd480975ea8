"""NP239 foreign-key."""

from __future__ import annotations

from functools import lru_cache, partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.kube.well_known import FOREIGN_LABELS, FOREIGN_PREFIXES, METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import replace_scalar

_OF_NAMESPACES = frozenset({"io.kubernetes.pod.namespace", "projectcalico.org/namespace", "projectcalico.org/name"})


@policy_rule("NP239", category="intent", severity=Severity.WARNING, on_partial=True)
def foreign_key(ctx: PolicyContext) -> Diagnostics:
    """A selector asks for a label that only another kind of policy knows.

    ## Why
    Cilium and Calico give endpoints labels of their own (`k8s:io.kubernetes.pod.namespace`, `reserved:host`,
    `projectcalico.org/namespace`), which their own kinds of policies can ask for. Pods and namespaces in the API server
    do not carry them, so that a NetworkPolicy which asks for one silently selects nothing. To choose namespaces,
    write a `namespaceSelector` with `kubernetes.io/metadata.name`.

    ## Fix safety
    Unsafe: the selector then really selects the namespace.

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
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  io.kubernetes.pod.namespace: monitoring  # <- NP239
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
          app: web
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
    ```
    """
    if not any(map(_what_it_is, ctx.policy.key_texts)):
        return
    of_namespaces = {id(peer.namespace_selector) for peer in ctx.policy.peers}
    for selector in ctx.policy.selectors:
        keys = [label.key for label in selector.labels]
        keys += [requirement.key for requirement in selector.requirements if requirement.key is not None]
        is_namespace = id(selector) in of_namespaces
        for key in keys:
            what = _what_it_is(key.value or "")
            if what is not None:
                who = "namespaces" if is_namespace else "pods"
                message = f"no {who} carry the label `{key.value}`: it is {what}"
                fix = partial(_fix, ctx, key) if is_namespace and key.value in _OF_NAMESPACES else ()
                yield ctx.finding(key, message, label="selects nothing", fixes=fix)


@lru_cache(maxsize=4096)
def _what_it_is(key: str) -> str | None:
    """Whose key it is, in words; None for a key of Kubernetes or of users."""
    known = FOREIGN_LABELS.get(key)
    return known or next((what for start, what in FOREIGN_PREFIXES.items() if key.startswith(start)), None)


def _fix(ctx: PolicyContext, key: Field[str]) -> Fix | None:
    edits = replace_scalar(ctx.document, key.node, METADATA_NAME)
    return ctx.fix(f"Write `{METADATA_NAME}`", edits, Applicability.UNSAFE)

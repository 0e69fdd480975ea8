"""NP227 misspelled-well-known-label."""

from __future__ import annotations

from functools import lru_cache, partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.kube.well_known import LABEL_KEYS, METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edit_distance import distance
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule("NP227", category="intent", severity=Severity.WARNING, on_partial=True)
def misspelled_well_known_label(ctx: PolicyContext) -> Diagnostics:
    """A label key looks like a well-known one, but is spelled differently.

    ## Why
    `kubernetes.io/metadata.name` is on every namespace; `kubernetes.io/metadata-name` is on none. A selector with a
    misspelt key silently selects nothing.

    ## Fix safety
    Unsafe: the selector then selects other pods or namespaces.

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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata-name: monitoring  # <- NP227
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
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
      podSelector: {}
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
    ```
    """
    if not any(map(well_known_key, ctx.policy.key_texts)):
        return
    of_namespaces = {id(peer.namespace_selector) for peer in ctx.policy.peers}
    for selector in ctx.policy.selectors:
        keys = [label.key for label in selector.labels]
        keys += [requirement.key for requirement in selector.requirements if requirement.key is not None]
        for key in keys:
            meant = well_known_key(key.value) if key.value else None
            if key.value == SERVICE_LABEL and id(selector) not in of_namespaces:
                continue  # of the DNS Service: NP240
            if meant is not None:
                yield ctx.finding(
                    key, f"label key `{key.value}` looks like `{meant}`", fixes=partial(_fix, ctx, key, meant)
                )


@lru_cache(maxsize=1024)
def well_known_key(key: str) -> str | None:
    """The well-known key that a key was probably meant to be; None for one that is right or quite different."""
    if key in LABEL_KEYS or ("/" not in key and "metadata" not in key.lower()):
        return None
    if key in _WRONG:
        return METADATA_NAME
    for known in LABEL_KEYS:
        if "/" in known and 0 < distance(key.lower(), known, 2) <= 2:
            return known
        if key.lower() == known:
            return known
    return None


# A label of the Service `kube-dns`, among others; pods do not carry it.
SERVICE_LABEL = "kubernetes.io/name"
# Spellings that are further off, but cannot be anything else.
_WRONG = frozenset({SERVICE_LABEL, "metadata.name", "k8s.io/metadata.name", "kubernetes.io/metadata"})


def _fix(ctx: PolicyContext, key: Field[str], meant: str) -> Fix | None:
    edits = replace_scalar(ctx.document, key.node, meant)
    return ctx.fix(f"Write `{meant}`", edits, Applicability.UNSAFE)

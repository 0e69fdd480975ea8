"""NP108 invalid-label-key."""

from __future__ import annotations

from functools import lru_cache

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import qualified_name_problem
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.yaml.nodes import Scalar
from netpol_lsp.yaml.paths import entry_name
from netpol_lsp.yaml.scalars import resolve_plain
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule("NP108", category="api", severity=Severity.ERROR, on_partial=True)
def invalid_label_key(ctx: PolicyContext) -> Diagnostics:
    """A label or annotation key is not one that Kubernetes takes.

    ## Why
    A key is a name of at most 63 letters, digits, `-`, `_` and `.`, optionally after a lower-case DNS prefix and
    a `/`, as in `app.kubernetes.io/name`. The API server refuses anything else, in labels, annotations, matchLabels
    and matchExpressions.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app name: web  # <- NP108
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
    if not any(map(_is_odd, ctx.policy.key_texts)):
        return
    for texts in ctx.policy.text_maps:
        what = "annotation" if texts.kind == "annotations" else "label"
        for entry in texts.mapping.all_entries():
            if not isinstance(entry.key, Scalar) or is_unknown(entry.key):
                continue
            key = entry_name(entry)
            # The API server folds the case of annotation keys before it looks at them.
            problem = qualified_name_problem(key.lower() if what == "annotation" else key)
            if problem is not None:
                yield ctx.finding(entry.key, f"{what} key `{key}` {problem}", label="not a key")
    for selector in ctx.policy.selectors:
        for requirement in selector.requirements:
            field = requirement.key
            if field is not None and field.value and (problem := qualified_name_problem(field.value)):
                yield ctx.finding(field, f"label key `{field.value}` {problem}", label="not a key")


@lru_cache(maxsize=4096)
def _is_odd(text: str) -> bool:
    """Whether a key as it is written may be wrong: numbers and booleans become other texts."""
    return qualified_name_problem(text) is not None or not isinstance(resolve_plain(text), str)

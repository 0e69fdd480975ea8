"""NP601 missing-description."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.yaml.nodes import Mapping


@policy_rule("NP601", category="style", severity=Severity.HINT, opt_in=True)
def missing_description(ctx: PolicyContext) -> Diagnostics:
    """Nothing says what the policy is for.

    ## Why
    A policy outlives the memory of who wrote it. A comment above it or an annotation such as `description` tells the
    next reader what it is for.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP601
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml good
    # The web pods take requests from the gateway.
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```
    """
    found = ctx.policy.object
    if any("description" in key.lower() for key in found.annotations):
        return
    node = found.node
    first_rule = ctx.policy.spec_field.node.end if ctx.policy.spec_field else node.end
    is_commented = any(
        len(comment.text) > 2 and comment.span.start < first_rule and not _is_suppression(comment.text)
        for comment in ctx.document.comments
    )
    if not is_commented and isinstance(node, Mapping):
        yield ctx.finding(found, "no comment and no annotation says what the policy is for")


def _is_suppression(text: str) -> bool:
    return text.startswith("netpol:")

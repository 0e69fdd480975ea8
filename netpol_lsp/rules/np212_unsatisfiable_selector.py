"""NP212 unsatisfiable-selector."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.label_selector import contradiction
from netpol_lsp.model.policy import Label, Requirement
from netpol_lsp.model.selectors import read_selector, written_parts
from netpol_lsp.model.words import join_words, requirement_words
from netpol_lsp.text.span import Span


@policy_rule("NP212", category="intent", severity=Severity.WARNING, on_partial=True)
def unsatisfiable_selector(ctx: PolicyContext) -> Diagnostics:
    """A selector can never match: its conditions exclude each other.

    ## Why
    All entries of matchLabels and all items of matchExpressions must hold together. `app: web` with `app NotIn [web]`, or
    `Exists` with `DoesNotExist`, selects nothing, so that the policy or the rule has no effect.

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
        matchExpressions:
          - {key: app, operator: NotIn, values: [web]}  # <- NP212
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
        matchExpressions:
          - {key: tier, operator: NotIn, values: [test]}
    ```
    """
    for selector in ctx.policy.selectors:
        excluded = contradiction(read_selector(selector))
        if not excluded:
            continue
        parts = written_parts(selector)
        places = [parts[requirement.index] for requirement in excluded]
        words = join_words(requirement_words(requirement) for requirement in excluded)
        related = [ctx.related(_place(part), "this condition") for part in places[:-1]]
        message = f"no label can be {words} at once, so the selector matches nothing"
        if len(excluded) == 1:
            message = f"{words} can never hold, so the selector matches nothing"
        yield ctx.finding(_place(places[-1]), message, related=related)


def _place(part: Label | Requirement) -> Span:
    """A label's key and value; of a condition its first line."""
    if isinstance(part, Label) or part.node.flow or not part.node.entries:
        return part.span
    return part.node.entries[0].span

"""NP212 unsatisfiable-selector."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import contradiction, is_satisfiable
from netpol_lsp.kube.selector_syntax import Label, Requirement
from netpol_lsp.kube.selectors import read_selector, written_parts
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.networkpolicy.prose import join_words, requirement_words
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import head_span


@policy_rule("NP212", category="intent", severity=Severity.WARNING, on_partial=True)
def unsatisfiable_selector(ctx: PolicyContext) -> Diagnostics:
    """A selector can never match: its conditions exclude each other.

    ## Why
    All entries of matchLabels and all items of matchExpressions must hold together. `app: web` with `app NotIn [web]`,
    `In [a]` with `In [b]`, or `Exists` with `DoesNotExist` match nothing, whatever labels there are. Then the policy selects
    no pod, or the peer lets no one in. For "one or the other", write one condition with both values: `In [a, b]`.

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
        meaning = read_selector(selector)
        if is_satisfiable(meaning):
            continue
        excluded = contradiction(meaning)
        # What an alias repeats is said where it is written.
        if not excluded or selector.node.origin is not None:
            continue
        parts = written_parts(selector)
        *others, last = [_place(parts[requirement.index]) for requirement in excluded]
        words = join_words(requirement_words(requirement) for requirement in excluded)
        related = [ctx.related(place, "this condition excludes it") for place in others]
        message = f"nothing can have {words} at once, so the selector matches nothing"
        yield ctx.finding(last, message, label="can never hold here", related=related)


def _place(part: Label | Requirement) -> Span:
    return part.span if isinstance(part, Label) else head_span(part.node)

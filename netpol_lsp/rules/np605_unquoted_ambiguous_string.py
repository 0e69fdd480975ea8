"""NP605 unquoted-ambiguous-string."""

from __future__ import annotations

import re
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Fix
from netpol_lsp.yaml.edit.mappings import quote_scalar
from netpol_lsp.yaml.nodes import Node, Scalar


@policy_rule("NP605", category="style", severity=Severity.HINT, opt_in=True, on_partial=True)
def unquoted_ambiguous_string(ctx: PolicyContext) -> Diagnostics:
    """A label value is a string for kubectl, but looks like something else.

    ## Why
    `1.2.3`, `1e`, `yEs` and `0xZ` are strings by a hair: a small change, or another YAML reader, makes a number or a boolean
    of them. Quotes say that a string is meant.

    ## Fix safety
    Safe: the value is quoted as it is written.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          version: 1.2.3  # <- NP605
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
          version: "1.2.3"
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
          version: "1.2.3"
    ```
    """
    for selector in ctx.policy.selectors:
        for label in selector.labels:
            yield from _check(ctx, label.value)
        for requirement in selector.requirements:
            for value in requirement.values:
                yield from _check(ctx, value)


_LOOKS_OTHER = re.compile(r"[-+.]?[0-9][0-9._eExXoObB+-]*[a-zA-Z]?|(?i:true|false|yes|no|on|off|null)")


def _check(ctx: PolicyContext, field: Field[str]) -> Diagnostics:
    node = field.node
    if field.value is None or not isinstance(node, Scalar) or not node.is_plain:
        return
    if _LOOKS_OTHER.fullmatch(field.value):
        yield ctx.finding(
            field, f"`{field.value}` is a string, but looks like a number or a boolean", fixes=partial(_fix, ctx, node)
        )


def _fix(ctx: PolicyContext, node: Node) -> Fix | None:
    edits = quote_scalar(ctx.document, node)
    return Fix(f"Write {edits[0].text}", edits) if edits else None

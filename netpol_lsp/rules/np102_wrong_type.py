"""NP102 wrong-type."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.schema import SchemaFinding
from netpol_lsp.lint.string_values import is_text_value
from netpol_lsp.text.edits import Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.mappings import quote_scalar, wrap_in_list
from netpol_lsp.yaml.nodes import Mapping, Scalar
from netpol_lsp.yaml.paths import render_path


@document_rule(
    "NP102", category="api", severity=Severity.ERROR, judges_structure=True, on_partial=True, needs=Trigger.VIOLATIONS
)
def wrong_type(ctx: Context) -> Diagnostics:
    """A value has another type than its field.

    ## Why
    A list where a mapping belongs, a mapping where a list belongs, a string for a number: the API server cannot read the
    manifest at all. Labels and annotations that are not strings are NP103's.

    ## Fix safety
    Safe where one reading fits: a single value becomes a list with this one item, digits in quotes become a number, a list
    of labels one mapping, `[]` for a mapping `{}`, and a list of ports an item for each. Words in the notation of other
    tools are written out: kubectl's selectors (`app=web,tier in (a, b)`), address ranges (`10.0.0.0/8`), ports (`80/TCP`,
    `8000-9000`). Unsafe where they may mean something else (`*`, `8080:80`, the name of a namespace as its selector),
    where several mappings are joined, or several values of a label become a condition.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: Ingress  # <- NP102
      ingress:
        - from:
            podSelector: {}  # <- NP102
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
        - from:
            - podSelector: {}
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: app=web  # <- NP102
      policyTypes: [Ingress]
      ingress:
        - from:
            - ipBlock: 10.0.0.0/8  # <- NP102
          ports:
            - 443/TCP  # <- NP102
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
            - ipBlock:
                cidr: 10.0.0.0/8
          ports:
            - protocol: TCP
              port: 443
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
    for found in ctx.schema:
        if found.keyword == "type" and not is_text_value(found):
            yield ctx.finding(
                _place(found),
                _message(found),
                label="wrong type",
                fixes=partial(_fixes, ctx, found),
                field=render_path(found.path),
            )
        elif found.keyword in ("minimum", "maximum"):
            name = found.path[-1] if found.path else "value"
            yield ctx.finding(found, f"`{name}` is too large or too small a number for the API server to read")


_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "an integer",
    "boolean": "true or false",
}


def _place(found: SchemaFinding) -> Span:
    """The value; for a block collection its first line is enough."""
    if isinstance(found.node, Scalar) or found.node.origin is not None:
        return found.span
    if isinstance(found.node, Mapping) and not found.node.flow and found.node.entries:
        return found.node.entries[0].key.span
    if not found.node.end > found.node.start or getattr(found.node, "flow", False):
        return found.span
    return Span(found.node.start, found.node.start + 1)


def _message(found: SchemaFinding) -> str:
    field = next((step for step in reversed(found.path) if isinstance(step, str)), "the manifest")
    is_item = bool(found.path) and isinstance(found.path[-1], int)
    types = found.detail if isinstance(found.detail, list) else [found.detail]
    wanted = " or ".join(_NAMES[name] for name in types if name != "null")
    return f"{'an item of ' if is_item else ''}`{field}` must be {wanted}, not {_what(found.value)}"


def _what(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean `{str(value).lower()}`"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the string `{value}`" if isinstance(value, str) else f"the number `{value}`"


def _fixes(ctx: Context, found: SchemaFinding) -> list[Fix | None]:
    from netpol_lsp.lint.type_fixes import conversions  # noqa: PLC0415 - start-up is a feature, and few findings need it

    converted: list[Fix | None] = [*conversions(ctx.analysis, ctx.settings, found)]
    return converted or [_fix(ctx, found)]


def _fix(ctx: Context, found: SchemaFinding) -> Fix | None:
    types = found.detail if isinstance(found.detail, list) else [found.detail]
    if "array" in types and found.entry is not None and not isinstance(found.value, bool):
        return _wrap(ctx, found)
    if not isinstance(found.node, Scalar) or found.node.origin is not None:
        return None
    if "string" in types and "integer" not in types:
        edits = quote_scalar(ctx.document, found.node)
        return Fix(f"Write {edits[0].text}", edits) if edits else None
    text = found.node.value
    if "integer" in types and "string" not in types and text.isascii() and text.isdigit() and len(text) < 6:
        return Fix("Write it as a number", (TextEdit(found.node.span, str(int(text))),))
    return None


def _wrap(ctx: Context, found: SchemaFinding) -> Fix | None:
    """Make a list of a value that could be its item."""
    items = found.parent.get("items", {})
    item_type = "object" if "$ref" in items else items.get("type", "object")
    is_mapping = isinstance(found.value, dict)
    if is_mapping != ("object" in item_type) or isinstance(found.value, list) or found.entry is None:
        return None
    if found.value in ({}, ""):
        # `from: {}` may mean no one or everybody.
        return None
    edits = wrap_in_list(ctx.document, found.entry)
    return ctx.fix("Make it a list with this one item", edits)

"""NP006 yaml11-scalar."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.lint.diagnostic import Diagnostic, Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.fields import Field
from netpol_lsp.syntax.nodes import Entry, Node, Scalar
from netpol_lsp.syntax.rewrite import quote_scalar, replace_scalar
from netpol_lsp.syntax.scalars import looks_like_timestamp, resolve
from netpol_lsp.syntax.templates import is_unknown
from netpol_lsp.text.edits import Applicability, Fix

_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_NAME = re.compile(r"[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?\Z", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_OCTAL = re.compile(r"0[0-9_]+\Z")


@policy_rule("NP006", category="intent", severity=Severity.WARNING, on_partial=True)
def yaml11_scalar(ctx: PolicyContext) -> Diagnostics:
    """A value without quotes that YAML readers take for different things.

    ## Why
    `2024-01-01` and `1:30` are text for kubectl, but a date and the number 90 for other readers of YAML 1.1, and so
    for tools that render, patch or check the manifest before kubectl sees it. A port such as `0120` is an octal
    number for kubectl (80), and the decimal 120 elsewhere.

    Booleans, numbers and nulls where text belongs are NP103's and NP102's.

    ## Fix safety
    Safe: text is quoted as it is written, and a port is written as the number that kubectl reads. For a port with
    leading zeros both readings are offered, as unsafe.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
      annotations:
        example.com/reviewed: 2024-01-01  # <- NP006
        example.com/window: 1:30  # <- NP006
    spec:
      podSelector: {}
      ingress:
        - ports:
            - port: 8_080  # <- NP006
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
      annotations:
        example.com/reviewed: "2024-01-01"
        example.com/window: "1:30"
    spec:
      podSelector: {}
      ingress:
        - ports:
            - port: 8080
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
      annotations:
        example.com/reviewed: "2024-01-01"
    spec:
      podSelector: {}
      ingress:
        - ports:
            - port: 8080
    ```
    """
    for node, is_free in _texts(ctx):
        if isinstance(node, Scalar) and node.is_plain and node.origin is None and not is_unknown(node):
            yield from _text(ctx, node, is_free=is_free)
    for rule in ctx.policy.all_rules:
        for port in rule.ports:
            for field in (port.port, port.end_port):
                if field is not None:
                    yield from _port(ctx, field)


def _texts(ctx: PolicyContext) -> Iterator[tuple[Node, bool]]:
    """Places where text belongs; whether any text is accepted there (else it must be a name or label value)."""
    for field in (ctx.policy.object.name_field, ctx.policy.object.namespace_field):
        if field is not None:
            yield field.node, False
    for texts in ctx.policy.text_maps:
        for entry in texts.mapping.entries:
            yield entry.key, False
            yield entry.value, texts.kind == "annotations"
    for selector in ctx.policy.selectors:
        for requirement in selector.requirements:
            yield from ((value.node, False) for value in requirement.values)


def _text(ctx: PolicyContext, node: Scalar, *, is_free: bool) -> Iterator[Diagnostic]:
    if not isinstance(resolve(node), str) or not (is_free or _NAME.match(node.value)):
        # Refused: NP103 and the rules about names tell.
        return
    if looks_like_timestamp(node.value):
        other = "a date"
    elif _SEXAGESIMAL.match(node.value):
        other = "a number in base 60"
    elif node.value == "=":
        other = "something that cannot be read"
    else:
        return
    edits = quote_scalar(ctx.document, node)
    fix = Fix("Put it in quotes", edits) if edits else None
    yield ctx.finding(
        node, f"`{node.value}` is text for kubectl, but {other} for other YAML readers", label="no quotes", fixes=[fix]
    )


def _port(ctx: PolicyContext, field: Field[int | str]) -> Iterator[Diagnostic]:
    node = field.node
    if not isinstance(field.value, int) or not isinstance(node, Scalar) or not node.is_plain or node.origin is not None:
        return
    written, read = node.value, str(field.value)
    if _DECIMAL.match(written):
        return
    entry: Entry | None = field.entry
    name = entry.name if entry is not None else "port"
    if _OCTAL.match(written) and written.replace("_", "").lstrip("0") != read:
        decimal = written.replace("_", "").lstrip("0") or "0"
        message = f"`{written}` is octal for kubectl: {name} {read}, not {decimal}"
        values: tuple[str, ...] = (read, decimal)
        applicability = Applicability.UNSAFE
    else:
        message = f"kubectl reads `{written}` as {name} {read}, other YAML readers may not"
        values, applicability = (read,), Applicability.SAFE
    fixes = []
    for value in values:
        edits = replace_scalar(ctx.document, node, int(value))
        fixes.append(Fix(f"Write `{value}`", edits, applicability) if edits else None)
    yield ctx.finding(node, message, label=f"{name} {read}", fixes=fixes)

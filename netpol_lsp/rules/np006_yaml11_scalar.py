"""NP006 yaml11-scalar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import quote_scalar, replace_scalar
from netpol_lsp.yaml.nodes import Entry, Scalar
from netpol_lsp.yaml.scalars import looks_like_timestamp, resolve
from netpol_lsp.yaml.style import SEXAGESIMAL
from netpol_lsp.yaml.templates.masking import is_unknown

_NAME = re.compile(r"[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?\Z", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_OCTAL = re.compile(r"0[0-9_]+\Z")


@policy_rule("NP006", category="intent", severity=Severity.WARNING, on_partial=True)
def yaml11_scalar(ctx: PolicyContext) -> Diagnostics:
    """A value without quotes that YAML readers take for different things.

    ## Why
    `2024-01-01` and `1:30` are strings for kubectl, but a date and the number 90 for other readers of YAML 1.1, and so
    for tools that render, patch or check the manifest before kubectl sees it. A port such as `0120` is an octal
    number for kubectl (80), and the decimal 120 elsewhere.

    Booleans, numbers and nulls where a string belongs are NP103's and NP102's.

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
        if _other_reading(node.value) and node.is_plain and node.origin is None and not is_unknown(node):
            yield from _text(ctx, node, is_free=is_free)
    for port in ctx.policy.ports:
        for field in (port.port, port.end_port):
            if field is not None:
                yield from _port(ctx, field)


@lru_cache(maxsize=4096)
def _other_reading(text: str) -> str | None:
    """What readers of YAML 1.1 other than kubectl take a plain text for; None for a text."""
    if looks_like_timestamp(text):
        return "a date"
    if SEXAGESIMAL.match(text):
        return "a number in base 60"
    return "something that cannot be read" if text == "=" else None


def _texts(ctx: PolicyContext) -> Iterator[tuple[Scalar, bool]]:
    """The scalars that must be text, and whether any text may be there."""
    policy = ctx.policy
    found = [
        (field.node, False) for field in (policy.object.name_field, policy.object.namespace_field) if field is not None
    ]
    for texts in policy.object.text_maps:
        for entry in texts.mapping.entries:
            found += ((entry.key, False), (entry.value, texts.kind == "annotations"))
    if any(map(_other_reading, policy.key_texts)) or any(map(_other_reading, policy.value_texts)):
        for selector in policy.selectors:
            for entry in selector.label_map.mapping.entries if selector.label_map else ():
                found += ((entry.key, False), (entry.value, False))
        found += ((value.node, False) for one in policy.requirements for value in one.values)
    yield from ((node, is_free) for node, is_free in found if isinstance(node, Scalar))


def _text(ctx: PolicyContext, node: Scalar, *, is_free: bool) -> Iterator[Diagnostic]:
    if not isinstance(resolve(node), str) or not (is_free or _NAME.match(node.value)):
        # Refused: NP103 and the rules about names tell.
        return
    other = _other_reading(node.value)
    edits = quote_scalar(ctx.document, node)
    fix = ctx.fix("Put it in quotes", edits)
    yield ctx.finding(
        node,
        f"`{node.value}` is a string for kubectl, but {other} for other YAML readers",
        label="no quotes",
        fixes=[fix],
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
        fixes.append(ctx.fix(f"Write `{value}`", edits, applicability))
    yield ctx.finding(node, message, label=f"{name} {read}", fixes=fixes)

"""NP103 unquoted-label-value."""

from __future__ import annotations

from functools import lru_cache, partial

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.names import label_value_problem
from netpol_lsp.kube.objects import TextMap
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.lint.schema import SchemaFinding
from netpol_lsp.lint.string_values import is_text_value
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.mappings import quote_scalar
from netpol_lsp.yaml.nodes import Node, Scalar, is_null
from netpol_lsp.yaml.scalars import key_string, resolve, resolve_plain
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule("NP103", category="api", severity=Severity.ERROR, on_partial=True)
def unquoted_label_value(ctx: PolicyContext) -> Diagnostics:
    """A label, annotation or selector value is not a string, because it has no quotes.

    ## Why
    YAML reads `true`, `yes`, `on`, `80`, `1.10` and `1e3` as booleans and numbers, but labels and annotations are
    strings: the API server refuses the manifest. (`kubectl apply` silently drops *all* annotations when one of
    them is not a string.)

    A value that is missing, `~` or `null` is accepted as the empty text, which selects pods whose label is empty; a key
    such as `yes` or `1.50` is rewritten to `true` and `1.5`. Both are warnings.

    ## Fix safety
    Safe for values that are refused: they are quoted as written. Unsafe for null values and for keys, which the API
    server accepts with another meaning.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          access: true  # <- NP103
          version: 1.10  # <- NP103
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
          access: "true"
          version: "1.10"
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
          access: "true"
          version: "1.10"
    ```
    """
    for found in ctx.schema:
        if is_text_value(found) and found.object_node is ctx.policy.object.node:
            yield _refused(ctx, found)
    policy = ctx.policy
    for texts in policy.object.text_maps:
        yield from _rewritten(ctx, texts)
    if not any(map(_is_no_text, policy.key_texts)) and not any(map(_is_no_text, policy.value_texts)):
        return
    for selector in policy.selectors:
        if selector.label_map is not None:
            yield from _rewritten(ctx, selector.label_map)
    for requirement in policy.requirements:
        for value in requirement.values:
            if value.is_null:
                yield _empty(ctx, value.node, value.span, "selector")


@lru_cache(maxsize=4096)
def _is_no_text(text: str) -> bool:
    """Whether plain text is read as something else, or a tag decides."""
    return text.startswith("\0") or not isinstance(resolve_plain(text), str)


_WHAT = {"labels": "label", "annotations": "annotation", "matchLabels": "label"}


def _refused(ctx: PolicyContext, found: SchemaFinding) -> Diagnostic:
    assert isinstance(found.node, Scalar)
    written = found.node.value
    what = _WHAT.get(str(found.path[-2]), "selector")
    # `.5` and `+1` are no label values in quotes either.
    fits = what == "annotation" or not label_value_problem(written)
    fixes = [_quote(ctx, found.node, Applicability.SAFE)] if fits else []
    message = f"{what} value `{written}` is {_read(found.value, written)}, not a string"
    return ctx.finding(found, message, label="the API server refuses this", fixes=fixes)


def _read(value: object, written: str) -> str:
    """What YAML makes of it, told where it differs from what is there."""
    if isinstance(value, bool):
        read = str(value).lower()
        return f"a boolean ({read})" if read != written.lower() else "a boolean"
    assert isinstance(value, int | float)
    read = key_string(value)
    return f"a number ({read})" if read != written else "a number"


def _rewritten(ctx: PolicyContext, texts: TextMap) -> Diagnostics:
    what = _WHAT[texts.kind]
    for entry in texts.mapping.all_entries():
        key = entry.key
        if isinstance(key, Scalar) and not is_unknown(key):
            read = resolve(key)
            if read is not None and not isinstance(read, str):
                message = f"{what} key `{key.value}` becomes `{key_string(read)}`: YAML reads it as {_kind(read)}"
                yield ctx.finding(
                    key, message, severity=Severity.WARNING, fixes=partial(_quote, ctx, key, Applicability.UNSAFE)
                )
        if is_null(entry.value) and not is_unknown(entry.value) and entry.name is not None:
            place = entry.value.span if entry.value.end > entry.value.start else entry.key.span
            yield _empty(ctx, entry.value, place, what)


def _kind(value: object) -> str:
    return "a boolean" if isinstance(value, bool) else "a number"


def _empty(ctx: PolicyContext, node: Node, place: Span, what: str) -> Diagnostic:
    message = f"{what} value is null, which the API server stores as the empty string"
    written = isinstance(node, Scalar) and node.value.isalpha()
    fix = _quote(ctx, node, Applicability.UNSAFE) if written else _write_empty(ctx, node)
    return ctx.finding(place, message, severity=Severity.WARNING, fixes=[fix])


def _write_empty(ctx: PolicyContext, node: Node) -> Fix | None:
    if node.origin is not None or (node.end == node.start and ctx.document.text[node.start - 1] != ":"):
        return None
    return Fix('Write `""`', (TextEdit(node.span, '""' if node.end > node.start else ' ""'),), Applicability.UNSAFE)


def _quote(ctx: PolicyContext, node: Node, applicability: Applicability) -> Fix | None:
    edits = quote_scalar(ctx.document, node)
    return Fix(f"Write {edits[0].text}", edits, applicability) if edits else None

"""NP104 missing-field."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.typed_field import Field, string_field
from netpol_lsp.kube.wrappers import GENERATORS
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.kinds import API_VERSION, NETWORK_POLICY
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.mappings import insert_entry, insert_entry_first, set_value
from netpol_lsp.yaml.nodes import Entry, Mapping, is_null
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule("NP104", category="api", severity=Severity.ERROR, judges_structure=True)
def missing_field(ctx: PolicyContext) -> Diagnostics:
    """A field that NetworkPolicy cannot do without is missing.

    ## Why
    Every object needs `apiVersion`, `kind` and a name; an ipBlock needs its `cidr`; a condition of matchExpressions
    needs `key` and `operator`. The API server refuses the manifest without them. (It accepts a missing `spec` or
    `podSelector`: see NP234.)

    ## Fix safety
    Safe for `apiVersion` and `kind`, which can only be one thing. The others get a placeholder to fill in: unsafe.

    ```yaml bad
    kind: NetworkPolicy  # <- NP104
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```
    """
    yield from _type_fields(ctx)
    yield from _name(ctx)
    for block in ctx.policy.ip_blocks:
        if _is_missing(block.cidr):
            path = ctx.field_in(block.node, "cidr")
            yield ctx.finding(block.cidr or block, "an ipBlock needs a `cidr`", label="no cidr", field=path)
    for selector in ctx.policy.selectors:
        if selector.items:
            yield from _conditions(ctx, selector)


def _conditions(ctx: PolicyContext, selector: Selector) -> Diagnostics:
    """The conditions of matchExpressions that lack their key or operator."""
    for number, item in enumerate(selector.items):
        if is_null(item) and not is_unknown(item):
            place = item.span if item.end > item.start else Span(max(item.start - 1, 0), item.start)
            path = f"{ctx.field_in(selector.node, 'matchExpressions')}[{number}].key"
            yield ctx.finding(place, "an empty condition: it needs `key` and `operator`", field=path)
    for requirement in selector.requirements:
        key = requirement.key
        if key is not None and key.value is None and not key.is_null and not key.is_unknown:
            continue  # no text: NP102
        for name, field in (("key", requirement.key), ("operator", requirement.operator)):
            if _is_missing(field):
                message = f"a condition of matchExpressions needs its `{name}`"
                path = ctx.field_in(requirement.node, name)
                place = field.span if field is not None else _first_key(requirement.node)
                yield ctx.finding(place, message, label=f"no {name}", field=path)


def _is_missing(field: Field[str] | None) -> bool:
    return field is None or field.is_null or field.value == ""


def _first_key(mapping: Mapping) -> Span:
    return mapping.entries[0].key.span if mapping.entries and not mapping.flow else mapping.span


def _type_fields(ctx: PolicyContext) -> Diagnostics:
    kube_object = ctx.policy.object
    root = kube_object.node
    if kube_object.api_version and (kube_object.kind or kube_object.api_version != API_VERSION):
        return  # of another version, or incomplete: NP009
    values = (
        ("apiVersion", kube_object.api_version_field, API_VERSION),
        ("kind", kube_object.kind_field, NETWORK_POLICY),
    )
    for name, field, value in values:
        if not _is_missing(field) or (name == "apiVersion" and kube_object.wrapper in GENERATORS):
            continue
        if field is not None and field.entry is not None:
            edits = set_value(ctx.document, field.entry, value)
        elif name == "kind" and kube_object.api_version_field is not None:
            edits = insert_entry(ctx.document, root, name, value, after=kube_object.api_version_field.entry)
        else:
            edits = insert_entry_first(ctx.document, root, name, value)
        fix = ctx.fix(f"Add `{name}: {value}`", edits)
        message = f"the manifest needs {'an' if name == 'apiVersion' else 'a'} `{name}`"
        yield ctx.finding(field or _first_key(root), message, label=f"no {name}", fixes=[fix], field=name)


def _name(ctx: PolicyContext) -> Diagnostics:
    kube_object = ctx.policy.object
    # What is no NetworkPolicy yet is not looked at by the API server: it may be incomplete.
    if kube_object.name or kube_object.kind != NETWORK_POLICY or kube_object.api_version != API_VERSION:
        return
    root = kube_object.node
    if any(found.object_node is root and found.path[:1] == ("metadata",) for found in ctx.schema):
        return  # metadata that cannot be read: NP102 and its like come first
    metadata = kube_object.metadata
    prefix = string_field(metadata.get("generateName")) if metadata is not None else None
    if not _is_missing(kube_object.name_field) or not _is_missing(prefix):
        return
    entry = kube_object.node.get("metadata")
    if entry is not None and metadata is None and not is_null(entry.value):
        return  # of a wrong type: NP102
    fix = None
    if entry is None:
        edits = insert_entry(
            ctx.document, kube_object.node, "metadata", {"name": "my-policy"}, after=_version_entry(ctx)
        )
    elif kube_object.name_field is not None and kube_object.name_field.entry is not None:
        edits = set_value(ctx.document, kube_object.name_field.entry, "my-policy")
    elif metadata is not None and metadata.entries:
        edits = insert_entry_first(ctx.document, metadata, "name", "my-policy")
    else:
        edits = set_value(ctx.document, entry, {"name": "my-policy"})
    if edits:
        fix = Fix("Add a name to fill in", edits, Applicability.UNSAFE)
    at = kube_object.name_field or (entry.key.span if entry else kube_object.span)
    yield ctx.finding(
        at, "the policy needs a name in `metadata.name`", label="no name", fixes=[fix], field="metadata.name"
    )


def _version_entry(ctx: PolicyContext) -> Entry | None:
    kube_object = ctx.policy.object
    return kube_object.kind_field.entry if kube_object.kind_field else None

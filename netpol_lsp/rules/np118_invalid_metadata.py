"""NP118 metadata."""

from __future__ import annotations

import re
from datetime import datetime

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import qualified_name_problem
from netpol_lsp.kube.objects import metadata_items
from netpol_lsp.kube.typed_field import Field, mapping_of, string_field, string_of
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.yaml.nodes import Entry, Mapping, Scalar
from netpol_lsp.yaml.scalars import resolve


@policy_rule("NP118", category="api", severity=Severity.ERROR, on_partial=True, redirects=("metadata",))
def invalid_metadata(ctx: PolicyContext) -> Diagnostics:
    """Something in the metadata is not as the API server wants it.

    ## Why
    `resourceVersion` must not be given for a new object; finalizers are qualified names; owner references name their
    owner in full; annotations have at most 256 KiB; timestamps are in RFC 3339 form.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
      resourceVersion: "12345"  # <- NP118
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
    kube_object = ctx.policy.object
    metadata = kube_object.metadata
    if metadata is None:
        return
    version = string_field(metadata.get("resourceVersion"))
    if version is not None and version.value:
        yield ctx.finding(version.key_span, "`resourceVersion` must not be set on an object that is created")
    for name in ("creationTimestamp", "deletionTimestamp"):
        time = string_field(metadata.get(name))
        if time is not None and time.value is not None and not _is_time(time.value):
            yield ctx.finding(time, f"`{time.value}` is not a time like 2006-01-02T15:04:05Z")
    yield from _annotations(ctx, metadata)
    for node in metadata_items(kube_object, "finalizers")[1]:
        field = string_of(node)
        problem = _finalizer_problem(field.value if not field.is_null else "")
        if problem is not None:
            yield ctx.finding(field, f"finalizer `{field.value or ''}` {problem}")
    entry, owners = metadata_items(kube_object, "ownerReferences")
    yield from _owners(ctx, entry, [owner for owner in owners if isinstance(owner, Mapping)])
    for managed in metadata_items(kube_object, "managedFields")[1]:
        if isinstance(managed, Mapping):
            yield from _managed(ctx, managed)


_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})")
_MAX_ANNOTATIONS = 256 * 1024
# Finalizers that need no prefix: IsStandardFinalizerName of pkg/apis/core/helper, and those of meta/v1.
_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True


def _annotations(ctx: PolicyContext, metadata: Mapping) -> Diagnostics:
    entry = metadata.get("annotations")
    mapping = mapping_of(entry.value) if entry else None
    if mapping is None or entry is None:
        return
    size = 0
    for item in mapping.all_entries():
        value = string_field(item)
        size += len((item.name or "").encode()) + len(((value.value if value else "") or "").encode("utf-8", "replace"))
    if size > _MAX_ANNOTATIONS:
        yield ctx.finding(entry.key, f"annotations have {size} bytes in all: at most {_MAX_ANNOTATIONS} are allowed")


def _finalizer_problem(name: str | None) -> str | None:
    if name is None:
        return None
    problem = qualified_name_problem(name)
    if problem is None and "/" not in name and name not in _STANDARD_FINALIZERS:
        return "needs a prefix, as in `example.com/name`"
    return problem


def _owners(ctx: PolicyContext, entry: Entry | None, owners: list[Mapping]) -> Diagnostics:
    controllers = 0
    for owner in owners:
        for name in ("apiVersion", "kind", "name", "uid"):
            field: Field[str] | None = string_field(owner.get(name))
            if field is None or field.is_null or field.value == "":
                path = ctx.field_in(owner, name)
                yield ctx.finding(field or owner, f"an owner reference needs its `{name}`", field=path)
        version = string_field(owner.get("apiVersion"))
        if version is not None and version.value and not _is_api_version(version.value):
            yield ctx.finding(version, f"`{version.value}` is not a valid API version")
        flag = owner.get("controller")
        controllers += flag is not None and isinstance(flag.value, Scalar) and resolve(flag.value) is True
    if controllers > 1 and entry is not None:
        yield ctx.finding(entry.key, "only one owner may be the controller")


def _managed(ctx: PolicyContext, managed: Mapping) -> Diagnostics:
    """As in ValidateManagedFields of apimachinery's meta/v1/validation."""
    operation = string_field(managed.get("operation"))
    if operation is None or operation.is_null or operation.value == "":
        field = ctx.field_in(managed, "operation")
        yield ctx.finding(operation or managed, "an entry of `managedFields` needs its `operation`", field=field)
    elif operation.value is not None and operation.value not in ("Apply", "Update"):
        yield ctx.finding(operation, f"operation `{operation.value}` must be Apply or Update")
    kind = string_field(managed.get("fieldsType"))
    if kind is not None and kind.value and kind.value != "FieldsV1":
        yield ctx.finding(kind, f"fieldsType `{kind.value}` must be FieldsV1")


def _is_api_version(text: str) -> bool:
    return text.count("/") <= 1 and all(text.split("/"))

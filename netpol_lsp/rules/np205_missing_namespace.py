"""NP205 missing-namespace."""

from __future__ import annotations

from collections import Counter
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import insert_entry, set_value


@policy_rule("NP205", category="intent", severity=Severity.INFO, uses_resources=True)
def missing_namespace(ctx: PolicyContext) -> Diagnostics:
    """The policy names no namespace.

    ## Why
    A NetworkPolicy guards the pods of its own namespace only. Without `metadata.namespace` it lands in whatever
    namespace kubectl is set to when somebody applies it: applied to the wrong one it protects nothing, and nobody is
    told.

    Kustomize, Helm, Argo CD and `kubectl --namespace` fill the namespace in, so this is an information. It is a warning
    where other policies of the same file do name one: then it was probably forgotten here. Silent when the
    configuration gives a `default-namespace`.

    ## Fix safety
    Unsafe: writes `default`, the namespace that kubectl takes when nothing else is said.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP205
    spec:
      podSelector: {}
      policyTypes: [Ingress]
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: default
    spec:
      podSelector: {}
      policyTypes: [Ingress]
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
    kube_object = ctx.policy.object
    if kube_object.metadata is None or kube_object.name_field is None or ctx.settings.default_namespace is not None:
        return  # without a name or metadata, that comes first
    field = kube_object.namespace_field
    if field is not None and not field.is_null and field.value != "":
        return
    scope = ctx.workspace.index.delivery.scope_of(ctx.source.uri)
    if ctx.document.is_template or scope.is_chart or scope.is_patch or scope.namespaces - {None}:
        return  # what renders or delivers it decides the namespace, too: the release's, the play's, the kustomization's
    name = f"`{kube_object.name}`" if kube_object.name else "the policy"
    yield ctx.finding(
        field.key_span if field is not None else kube_object.span,
        f"{name} names no namespace, so it lands in the one that kubectl is set to when it is applied",
        severity=Severity.WARNING if _others_name_one(ctx) else None,
        label="no namespace",
        fixes=partial(_fixes, ctx, kube_object),
        field=ctx.field_in(kube_object.metadata, "namespace"),
    )


def _others_name_one(ctx: PolicyContext) -> bool:
    """Whether another policy of the file, or of its kustomization, names its namespace."""
    view, uri = ctx.workspace, ctx.source.uri
    if any(other.policy.namespace is not None for other in view.policies_of_file(uri)):
        return True
    delivery = view.index.delivery
    groups = {group for group in delivery.scope_of(uri).groups if group.startswith("kustomization ")}
    if not groups:
        return False
    return any(
        other.policy.namespace is not None and groups & delivery.scope_of(other.uri).groups
        for other in view
        if not other.is_context
    )


def _namespaces(ctx: PolicyContext) -> list[str]:
    """What to offer: the namespaces that manifests of the file and the folder name, most used first, then those with a manifest."""
    view, uri = ctx.workspace, ctx.source.uri
    folder = uri.rpartition("/")[0]
    counts: Counter[str] = Counter()
    for namespace, shard in view.index.shards.items():
        if namespace is None or not namespace.isprintable():
            continue
        for other in shard.files:
            if other == uri or other.rpartition("/")[0] == folder:
                counts[namespace] += 1 + (other == uri)
    counts.update(one.policy.namespace for one in view.policies_of_file(uri) if one.policy.namespace)
    offered = [name for name, _ in counts.most_common()]
    made = sorted(name for name, facts in view.namespaces.items() if facts.origin.end and name not in counts)
    return (offered + made)[:_MOST] or ["default"]


_MOST = 5


def _fixes(ctx: PolicyContext, kube_object: KubeObject) -> list[Fix | None]:
    return [_fix(ctx, kube_object, namespace) for namespace in _namespaces(ctx)]


def _fix(ctx: PolicyContext, kube_object: KubeObject, namespace: str) -> Fix | None:
    assert kube_object.metadata is not None
    assert kube_object.name_field is not None
    field = kube_object.namespace_field
    if field is not None and field.entry is not None:
        edits = set_value(ctx.document, field.entry, namespace)
    else:
        after = kube_object.name_field.entry
        if after not in kube_object.metadata.entries:
            return None
        edits = insert_entry(ctx.document, kube_object.metadata, "namespace", namespace, after=after)
    return ctx.fix(f"Write `namespace: {namespace}`", edits, Applicability.UNSAFE)

"""NP205 missing-namespace."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import insert_entry, set_value


@policy_rule("NP205", category="intent", severity=Severity.INFO, uses_workspace=True)
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
    if ctx.document.is_template:
        return  # what renders it decides the namespace, too: the release's, the play's
    name = f"`{kube_object.name}`" if kube_object.name else "the policy"
    yield ctx.finding(
        field.key_span if field is not None else kube_object.span,
        f"{name} names no namespace, so it lands in the one that kubectl is set to when it is applied",
        severity=Severity.WARNING if _others_name_one(ctx) else None,
        label="no namespace",
        fixes=partial(_fix, ctx, kube_object),
        field=ctx.field_in(kube_object.metadata, "namespace"),
    )


def _others_name_one(ctx: PolicyContext) -> bool:
    """Whether another policy of the file names its namespace."""
    siblings = ctx.workspace.policies_of_file(ctx.source.uri)
    return any(other.policy.namespace is not None for other in siblings)


def _fix(ctx: PolicyContext, kube_object: KubeObject) -> Fix | None:
    assert kube_object.metadata is not None
    assert kube_object.name_field is not None
    field = kube_object.namespace_field
    if field is not None and field.entry is not None:
        edits = set_value(ctx.document, field.entry, "default")
    else:
        after = kube_object.name_field.entry
        if after not in kube_object.metadata.entries:
            return None
        edits = insert_entry(ctx.document, kube_object.metadata, "namespace", "default", after=after)
    return ctx.fix("Write `namespace: default`", edits, Applicability.UNSAFE)

"""NP009 wrong-kind-or-version."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Context, Diagnostics, document_rule
from netpol_lsp.policies.kinds import API_VERSION, GROUP, NETWORK_POLICY, REMOVED_API_VERSIONS
from netpol_lsp.text.edit_distance import distance
from netpol_lsp.text.edits import Applicability
from netpol_lsp.yaml.edit.mappings import replace_scalar


@document_rule("NP009", category="api", severity=Severity.ERROR, on_partial=True, judges_version=True)
def wrong_kind_or_version(ctx: Context) -> Diagnostics:
    """The kind or the API version is not one that the API server knows for a NetworkPolicy.

    ## Why
    A NetworkPolicy is `kind: NetworkPolicy` of `networking.k8s.io/v1`, spelled exactly so. `extensions/v1beta1`, its
    first home, is gone since Kubernetes 1.16.

    ## Fix safety
    Safe where the rest of the manifest has the same shape. Unsafe where the API version belongs to another kind of
    policy, whose fields differ.

    ```yaml bad
    apiVersion: extensions/v1beta1  # <- NP009
    kind: Networkpolicy  # <- NP009
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
    for kube_object in ctx.objects:
        version, kind = kube_object.api_version_field, kube_object.kind_field
        if version is not None and version.value and version.value != API_VERSION:
            yield _wrong_version(ctx, kube_object, version, version.value)
        if kind is not None and kind.value and kind.value != NETWORK_POLICY:
            message = f"there is no kind `{kind.value}`: it is spelled `{NETWORK_POLICY}`"
            yield _finding(ctx, kube_object, kind, message, NETWORK_POLICY, Applicability.SAFE)


# Groups with policies of another shape.
_OTHER_SHAPES = ("cilium.io", "policy.networking.k8s.io", "projectcalico.org", "antrea.io")


def _wrong_version(ctx: Context, kube_object: KubeObject, field: Field[str], written: str) -> Diagnostic:
    group, _, version = written.partition("/")
    removed = REMOVED_API_VERSIONS.get(written)
    applicability = Applicability.SAFE
    if removed is not None:
        message = f"`{written}` has had no NetworkPolicy since Kubernetes {removed}: it is in `{API_VERSION}`"
    elif group == GROUP:
        missing = f"`{written}` lacks the version" if not version else f"there is no version `{version}` of `{group}`"
        message = f"{missing}: NetworkPolicy is in `{API_VERSION}`"
    elif distance(written.lower(), API_VERSION, 4) <= 4:
        message = f"there is no API `{written}`: NetworkPolicy is in `{API_VERSION}`"
    else:
        message = f"`{written}` has no NetworkPolicy: it is in `{API_VERSION}`"
        if any(group == other or group.endswith("." + other) for other in _OTHER_SHAPES):
            applicability = Applicability.UNSAFE
    return _finding(ctx, kube_object, field, message, API_VERSION, applicability)


def _finding(
    ctx: Context, kube_object: KubeObject, field: Field[str], message: str, value: str, applicability: Applicability
) -> Diagnostic:
    edits = replace_scalar(ctx.document, field.node, value)
    if "//" in (field.value or ""):
        applicability = Applicability.UNSAFE  # what is meant as a comment would be lost
    fix = ctx.fix(f"Write `{value}`", edits, applicability)
    return ctx.finding(field, message, label=f"use `{value}`", fixes=[fix], obj=kube_object)

"""NP205 missing-namespace."""

from __future__ import annotations

from collections import Counter
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.lint.misspelt import is_misspelt
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.samples import is_sample, unflattened
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot, is_same
from netpol_lsp.yaml.edit.mappings import insert_entry, set_value


@policy_rule("NP205", category="intent", severity=Severity.INFO, uses_resources=True)
def missing_namespace(ctx: PolicyContext) -> Diagnostics:
    """The policy names no namespace.

    ## Why
    A NetworkPolicy guards the pods of its own namespace only. Without `metadata.namespace` it lands in whatever
    namespace kubectl is set to when someone applies it: applied to the wrong one it protects nothing, silently.

    Silent where something else decides: a kustomization that takes the file in, directly or through another one, and
    sets `namespace`; a Flux Kustomization with `targetNamespace` or an Argo CD Application for the folder; a Helm
    chart, whose release has a namespace; a `default-namespace` in the configuration.

    A warning where other policies of the same file or kustomization do name one: then it was probably forgotten here.
    Otherwise an information, once a folder or kustomization, because `kubectl --namespace` may be what is meant; none for
    Components and the `base` of overlays, nor for tests, examples and what operators embed (`bindata`, `assets`), going by
    the names of files and folders: those who use them choose the namespace. None either where workloads in the same folder
    name no namespace: whoever applies them chooses one for all.

    ## Fix safety
    Unsafe: writes a namespace that other manifests name, or `default`, which kubectl takes when nothing else is said.

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
    if is_misspelt(kube_object.metadata, "namespace"):
        return  # NP101
    delivery = ctx.delivery
    if ctx.document.is_template:
        return  # what renders it decides the namespace, too: the release's, the play's
    if kube_object.wrapper and not kube_object.wrapper.endswith("List"):
        return  # so does what unwraps it
    if delivery.is_chart or delivery.is_patch or delivery.namespaces - {None}:
        return
    is_forgotten = _others_name_one(ctx)
    if not is_forgotten and (not _speaks_for_folder(ctx) or _is_for_others(ctx) or _goes_with_pods(ctx)):
        return
    name = f"`{kube_object.name}`" if kube_object.name else "the policy"
    yield ctx.finding(
        field.key_span if field is not None else kube_object.span,
        f"{name} names no namespace, so it lands in whichever one kubectl is set to when it is applied",
        severity=Severity.WARNING if is_forgotten else None,
        label="no namespace",
        fixes=partial(_fixes, ctx, kube_object),
        field=ctx.field_in(kube_object.metadata, "namespace"),
    )


def _is_for_others(ctx: PolicyContext) -> bool:
    """Whether someone who uses the manifest chooses the namespace: it is an example, a Component or the base of overlays."""
    uri = ctx.source.uri
    is_flat_base = "__" in uri and not {"base", "bases"}.isdisjoint(unflattened(uri).split("/")[-3:-1])
    is_embedded = not _EMBEDDED.isdisjoint(uri.removeprefix(ctx.workspace.index.root).split("/")[:-1])
    return ctx.delivery.is_part or is_flat_base or is_embedded or is_sample(ctx.workspace.index, uri)


_EMBEDDED = frozenset({"assets", "bindata", "data", "embed", "embedded"})
"""Folders whose files a program, such as an operator, takes in and applies: go-bindata and go:embed made the names usual."""


def _goes_with_pods(ctx: PolicyContext) -> bool:
    """Whether workloads beside the policy, or in folders below, name no namespace either: whoever applies them chooses one."""
    return any(
        f"{one.origin.uri.rpartition('/')[0]}/".startswith(f"{ctx.located.folder}/") and not one.is_context
        for one in ctx.workspace.workloads_in(None)
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


def _speaks_for_folder(ctx: PolicyContext) -> bool:
    """Whether the policy is the first without a namespace of its folder, or of the kustomization that takes it in."""
    me, view = ctx.located, ctx.workspace

    def find() -> dict[str, LocatedPolicy]:
        firsts: dict[str, LocatedPolicy] = {}
        nameless = (other for other in view.policies_in(None) if not other.is_context)
        for other in sorted(nameless, key=lambda one: (one.uri, one.document, one.path)):
            firsts.setdefault(_group(view, other), other)
        return firsts

    first = remember(_FIRSTS.of(view), "", find).get(_group(view, me), me)
    return is_same(first, me) and first.path == me.path


_FIRSTS: Memo[WorkspaceSnapshot, str, tuple[dict[str, LocatedPolicy], frozenset[Read]]] = Memo()
"""The first policy without a namespace by what it is applied with."""


def _group(view: WorkspaceSnapshot, located: LocatedPolicy) -> str:
    groups = view.index.delivery.scope_of(located.uri).groups
    return min((group for group in groups if group.startswith("kustomization ")), default=f"folder {located.folder}")


def _namespaces(ctx: PolicyContext) -> list[str]:
    """What to offer: the namespaces that manifests of the file and the folder name, then those with a manifest, then all others."""
    view, uri = ctx.workspace, ctx.source.uri
    folder = uri.rpartition("/")[0]
    counts: Counter[str] = Counter()
    for namespace, shard in view.index.shards.items():
        if namespace is None or not namespace.isprintable():
            continue
        for other in shard.uris:
            if other == uri or other.rpartition("/")[0] == folder:
                counts[namespace] += 1 + (other == uri)
    counts.update(one.policy.namespace for one in view.policies_of_file(uri) if one.policy.namespace)
    offered = [name for name, _ in counts.most_common()]
    made = sorted(name for name, facts in view.namespaces.items() if facts.origin.end and name not in counts)
    named = Counter(one.policy.namespace for one in view if one.policy.namespace is not None)
    others = [name for name, _ in named.most_common()]
    return list(dict.fromkeys(offered + made + others))[:_MOST] or ["default"]


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

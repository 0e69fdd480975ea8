"""NP317 owner-label-varies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.well_known import VOLATILE_LABELS
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.lint.selector_parts import span_of
from netpol_lsp.workspace.pods import Place, owned_pods_here, place_of

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import WorkloadFacts


@policy_rule(
    "NP317", category="workspace", severity=Severity.INFO, uses_resources=True, needs_known=ResourceTrigger.WORKLOADS
)
def owner_label_varies(ctx: PolicyContext) -> Diagnostics:
    """A selector asks for a label that differs between pods of one owner.

    ## Why
    All pods of a ReplicaSet, StatefulSet or Job are made from one template. Where a label differs between them, someone has
    labelled single pods by hand, and the label is gone as soon as such a pod is made anew: the selector then means
    other pods than before.

    Needs the pods themselves, as in a snapshot of the cluster (`--context`).

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          access: "true"  # <- NP317
      policyTypes: [Ingress]
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web-1
      namespace: shop
      labels:
        app: web
        access: "true"
      ownerReferences:
        - {apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: a, controller: true}
    spec:
      containers:
        - {name: web, image: nginx}
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web-2
      namespace: shop
      labels:
        app: web
      ownerReferences:
        - {apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: a, controller: true}
    spec:
      containers:
        - {name: web, image: nginx}
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
          app: web
      policyTypes: [Ingress]
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web-1
      namespace: shop
      labels:
        app: web
        access: "true"
      ownerReferences:
        - {apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: a, controller: true}
    spec:
      containers:
        - {name: web, image: nginx}
    ```
    """
    from netpol_lsp.lint.peer_targets import peer_targets  # noqa: PLC0415 - only beside workloads

    own = ctx.policy.pod_selector
    if own is not None and not own.is_empty:
        yield from _check(ctx, own, (place_of(ctx.workspace, ctx.located),))
    for target in peer_targets(ctx):
        selector = target.peer.pod_selector
        if selector is not None and not selector.is_empty:
            yield from _check(ctx, selector, target.places)


def _check(ctx: PolicyContext, written: Selector, places: tuple[Place, ...]) -> Diagnostics:
    owners: dict[tuple[str | None, ...], list[WorkloadFacts]] = {}
    for where in places:
        for pod in owned_pods_here(ctx.workspace, where):
            if not pod.is_finished and not pod.has_unknown_labels:
                owners.setdefault((pod.namespace, pod.owner_kind, pod.owner_name), []).append(pod)
    told: set[str] = set()
    for (_, kind, name), pods in owners.items():
        for requirement in read_selector(written).requirements if len(pods) > 1 else ():
            key = requirement.key
            answers = {requirement.allowed.contains(pod.labels.get(key)) for pod in pods}
            if len(answers) < 2 or key in told or key in VOLATILE_LABELS:
                continue
            told.add(key)
            odd = next(pod for pod in pods if not requirement.allowed.contains(pod.labels.get(key)))
            yield ctx.finding(
                span_of(written, requirement),
                f"`{key}` differs between the pods of {kind} `{name}`, so the selector matches only some of them, "
                "and others after a restart",
                related=[ctx.related_fact(odd.origin, "this pod is not meant")],
            )

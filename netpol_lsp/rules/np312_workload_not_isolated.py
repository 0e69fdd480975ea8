"""NP312 workload-not-isolated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.known_cluster import KnownCluster, known_cluster
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.prose import join_words

if TYPE_CHECKING:
    from netpol_lsp.reach.cluster import Workload

_SHOWN = 3


@policy_rule(
    "NP312",
    category="workspace",
    severity=Severity.INFO,
    opt_in=True,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
)
def workload_not_isolated(ctx: PolicyContext) -> Diagnostics:
    """A workload is selected by no policy in a direction, while others of its namespace are.

    ## Why
    Where a namespace has policies, a workload without one is usually forgotten: everybody may connect to it (ingress), or it
    may connect anywhere (egress). `netpol-lint connectivity` counts how many workloads of each namespace are isolated.

    Reported once a namespace, at its first policy, for each direction that some policy of the namespace isolates.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP312
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
      name: web
      namespace: shop
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: web
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: db
      namespace: shop
      labels:
        app: db
    spec:
      containers:
        - name: db
          image: db
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: everything
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: db
      namespace: shop
      labels:
        app: db
    spec:
      containers:
        - name: db
          image: db
    ```
    """
    known = known_cluster(ctx)
    policy = known.policy_of(ctx)
    if policy is None or policy.namespace is None or not known.is_first_of_namespace(policy):
        return
    for direction in DIRECTIONS:
        if not any(one.direction(direction) is not None for one in known.policies_in(policy.namespace)):
            continue
        open_ = [item for item in known.workloads_in(policy.namespace) if _is_open(known, item, direction)]
        if open_:
            names = join_words([f"`{item.title}`" for item in open_[:_SHOWN]])
            more = f" and {len(open_) - _SHOWN} more" if len(open_) > _SHOWN else ""
            yield ctx.finding(
                ctx.policy.span,
                f"no policy isolates {names}{more} for {direction.value.lower()}",
                label=f"{len(open_)} not isolated",
                related=[ctx.related_fact(item.facts.origin, "selected by no policy") for item in open_[:_SHOWN]],
            )


def _is_open(known: KnownCluster, item: Workload, direction: Direction) -> bool:
    side = known.engine.side(known.engine.class_of(item), direction)
    return side.is_open and side.is_enforced and item.facts.host_network is False

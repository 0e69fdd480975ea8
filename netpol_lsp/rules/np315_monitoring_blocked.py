"""NP315 monitoring-blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net import intervals
from netpol_lsp.lint.applied_together import are_applied_together
from netpol_lsp.lint.known_cluster import KnownCluster, known_cluster
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.policies.direction import Direction

if TYPE_CHECKING:
    from netpol_lsp.reach.cluster import Workload
    from netpol_lsp.reach.traffic import Traffic


@policy_rule(
    "NP315",
    category="workspace",
    severity=Severity.INFO,
    opt_in=True,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
)
def monitoring_blocked(ctx: PolicyContext) -> Diagnostics:
    """Pods that are to be scraped let no one in on the port of their metrics.

    ## Why
    Prometheus fetches metrics from the pods: a ServiceMonitor, a PodMonitor, or the annotations `prometheus.io/scrape: "true"`
    and `prometheus.io/port` say from which port. Where the pods are isolated and no rule allows that port to anybody, the target is down. Allow the
    namespace of Prometheus on the port.

    Reported where the port is known, and no rule of any policy that selects the pods allows it.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:  # <- NP315
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: 8080
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      namespace: shop
      labels:
        app: web
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      containers:
        - name: web
          image: web
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
      ingress:
        - ports:
            - port: 8080
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
          ports:
            - port: 9090
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      namespace: shop
      labels:
        app: web
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      containers:
        - name: web
          image: web
    ```
    """
    from netpol_lsp.lint.scraped_ports import scraped_ports  # noqa: PLC0415 - start-up is a feature, and few workspaces need it
    from netpol_lsp.reach.traffic import describe  # noqa: PLC0415

    known = known_cluster(ctx)
    policy = known.policy_of(ctx)
    if policy is None or policy.ingress is None or not policy.ingress.applies:
        return
    for workload in known.subjects(policy):
        for traffic, origin in scraped_ports(ctx.workspace, known.engine.cluster, workload):
            side = known.engine.side(known.engine.class_of(workload), Direction.INGRESS)
            selecting = list(side.policies)
            if side.doubts or workload.facts.host_network is not False or selecting[0].policy is not policy:
                continue
            if not _is_closed(known, workload, traffic) or not are_applied_together(ctx, [workload.facts.origin.uri]):
                continue
            selector = ctx.policy.pod_selector
            yield ctx.finding(
                selector.span if selector is not None else ctx.policy.span,
                f"Prometheus is told to scrape `{workload.title}` on {describe(traffic)}, but no rule lets anyone in there",
                label="metrics are blocked",
                related=[ctx.related_fact(origin, "is to be scraped")],
            )
            return


def _is_closed(known: KnownCluster, workload: Workload, traffic: Traffic) -> bool:
    """Whether no rule of any policy allows the traffic to anybody."""
    pods = known.engine.class_of(workload)
    for found in known.engine.side(pods, Direction.INGRESS).policies:
        if not found.is_sure:
            return False
        if any(intervals.intersects(rule.traffic_to(pods)[1], traffic) for rule in found.compiled.rules):
            return False
    return True

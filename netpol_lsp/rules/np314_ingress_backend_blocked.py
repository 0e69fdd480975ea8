"""NP314 ingress-backend-blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net import intervals
from netpol_lsp.lint.applied_together import are_applied_together
from netpol_lsp.lint.both_sides import BothSides
from netpol_lsp.lint.known_cluster import KnownCluster, known_cluster
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.workspace.samples import may_be_held_against

if TYPE_CHECKING:
    from netpol_lsp.policies.ir import PolicySemantics
    from netpol_lsp.reach.engine import Side
    from netpol_lsp.reach.entry_points import EntryPoint
    from netpol_lsp.reach.traffic import Traffic


@policy_rule(
    "NP314",
    category="workspace",
    severity=Severity.WARNING,
    uses_resources=True,
    needs_known=ResourceTrigger.SERVICES,
)
def ingress_backend_blocked(ctx: PolicyContext) -> Diagnostics:
    """An Ingress, a route or a load balancer leads to pods that let in no one from elsewhere.

    ## Why
    What comes through an Ingress or a route reaches the pods from the ingress controller, which runs in a namespace of its own (or
    outside of the cluster). Policies see the controller as the client. Where no rule lets in anybody but pods of the
    same namespace on the port that the Service leads to, the backend cannot be reached: the usual answer is 502 or 504.

    Allow the controller's namespace (`kubernetes.io/metadata.name: ingress-nginx`) or addresses on the container's port.
    Clients of a NodePort or LoadBalancer Service come from outside the cluster and are not pods at all: where a comment on the
    rule says that it is for them, and it names nothing but pods, an `ipBlock` was meant, or no `from`. (Without such a comment,
    NP320 informs about it.)

    Silent where a rule may let someone else in, and where a part of it is not known.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:  # <- NP314
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: other
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      namespace: shop
    spec:
      defaultBackend:
        service:
          name: web
          port:
            number: 80
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
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
          ports:
            - containerPort: 8080
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
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: ingress-nginx
          ports:
            - port: 8080
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      namespace: shop
    spec:
      defaultBackend:
        service:
          name: web
          port:
            number: 80
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
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
          ports:
            - containerPort: 8080
    ```
    """
    yield from _closed_to_outside(ctx)
    if ResourceTrigger.WORKLOADS not in ctx.workspace.known:
        return
    from netpol_lsp.reach.traffic import describe  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

    known = known_cluster(ctx)
    sides = BothSides(ctx, known)
    policy = sides.policy
    if policy is None or policy.ingress is None or not policy.ingress.applies:
        return
    for entry in sides.entries:
        if _is_blocked(known, policy, entry) and _is_one_application(ctx, entry):
            selector = ctx.policy.pod_selector
            title = f"{entry.route.kind} `{entry.route.name}`"
            yield ctx.finding(
                selector.span if selector is not None else ctx.policy.span,
                f"{title} leads to `{entry.workload.title}` on {describe(entry.wanted)}, but no rule lets in anyone from "
                "outside the namespace, such as its controller",
                label="lets in nobody from elsewhere",
                related=[ctx.related_fact(entry.backend.origin, f"the backend of {title}")],
            )
            return


def _closed_to_outside(ctx: PolicyContext) -> Diagnostics:
    """The first rule that is meant for clients of a NodePort or load balancer, and names pods only."""
    from netpol_lsp.lint.closed_ports import closed_ports  # noqa: PLC0415 - only beside workloads

    closed = next((one for one in closed_ports(ctx) if one.is_meant_for_outside), None)
    if closed is None or closed.rule.peers_field is None:
        return
    service = closed.service
    yield ctx.finding(
        closed.rule.peers_field.key_span,
        f"clients of the {service.type} Service `{service.name}` come from outside the cluster, but only pods are let in "
        f"on {closed.number}",
        label="pods only",
        related=[ctx.related_fact(service.origin, f"a {service.type}")],
    )


def _is_one_application(ctx: PolicyContext, entry: EntryPoint) -> bool:
    """Whether the route, the Service and the pods are applied together with the policy."""
    files = (entry.route.origin.uri, entry.service.origin.uri, entry.workload.facts.origin.uri)
    index = ctx.workspace.index
    return are_applied_together(ctx, files) and all(may_be_held_against(index, ctx.source.uri, uri) for uri in files)


def _is_blocked(known: KnownCluster, policy: PolicySemantics, entry: EntryPoint) -> bool:
    """Whether no rule may let in anybody from another namespace or outside; said at the first policy that selects the pods."""
    engine = known.engine
    pods = engine.class_of(entry.workload)
    side = engine.side(pods, Direction.INGRESS)
    if side.doubts or entry.maybe or entry.workload.facts.host_network is not False:
        return False
    selecting = list(side.policies)
    if not selecting or selecting[0].policy is not policy or not all(found.is_sure for found in selecting):
        return False
    return not any(intervals.intersects(traffic, entry.wanted) for traffic in _from_elsewhere(side, entry))


def _from_elsewhere(side: Side, entry: EntryPoint) -> list[Traffic]:
    """The traffic of the rules that may mean someone who is no pod of the workload's own namespace."""
    found: list[Traffic] = []
    for selecting in side.policies:
        for compiled in selecting.compiled.rules:
            rule = compiled.rule
            is_own = (
                rule.peers is not None
                and not rule.has_unknown_peers
                and all(
                    peer.pods is not None and not peer.is_unknown and peer.pods.namespaces is None
                    for peer in rule.peers
                )
            )
            if not is_own:
                found.append(compiled.doubtful if not compiled.names else entry.wanted)
    return found

"""NP310 one-sided-connection."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.findings.diagnostic import Related, Severity
from netpol_lsp.kube.net import intervals
from netpol_lsp.lint.known_cluster import KnownCluster, are_applied_together, known_cluster
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.ir import Direction, Peer, PolicySemantics, Rule
from netpol_lsp.policies.networkpolicy.prose import join_words
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Side
from netpol_lsp.reach.traffic import Traffic, describe

_SHOWN = 3


@policy_rule(
    "NP310",
    category="workspace",
    severity=Severity.INFO,
    uses_resources=True,
    needs=Trigger.PEERS,
    needs_known=ResourceTrigger.WORKLOADS,
)
def one_sided_connection(ctx: PolicyContext) -> Diagnostics:
    """One side allows a connection that the other side refuses.

    ## Why
    A connection needs both sides: the egress of the pods that open it, and the ingress of the pods that they reach. A rule that
    names certain pods speaks for a connection that someone wants; where every policy of the other side refuses it, the rule
    has no effect. Either the other side lacks a rule, or this one is left over. `netpol-lint why` shows both sides.

    Reported for peers that name pods by labels, where all pods that are known to be meant refuse all that the rule
    allows. Silent where anything about it is not known.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: frontend
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: frontend
      policyTypes: [Egress]
      egress:
        - to:
            - podSelector:  # <- NP310
                matchLabels:
                  app: db
          ports:
            - port: 5432
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: frontend
      namespace: shop
      labels:
        app: frontend
    spec:
      containers:
        - name: main
          image: frontend
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
        - name: main
          image: db
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: frontend
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: frontend
      policyTypes: [Egress]
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
          ports:
            - port: 5432
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: frontend
      namespace: shop
      labels:
        app: frontend
    spec:
      containers:
        - name: main
          image: frontend
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
        - name: main
          image: db
    ```
    """
    known = known_cluster(ctx)
    policy = known.policy_of(ctx)
    own = known.subjects(policy) if policy is not None else ()
    if policy is None or not own:
        return
    for direction in Direction:
        semantics = policy.direction(direction)
        if semantics is None or not semantics.applies:
            continue
        written = {rule.index: typed for typed, rule in ctx.rules(direction)}
        for rule in semantics.rules:
            typed = written.get(rule.index)
            for peer, node in zip(rule.peers or (), typed.peers if typed is not None else (), strict=False):
                refused = _refused(ctx, known, direction, rule, peer, own)
                if refused:
                    yield ctx.finding(
                        node.pod_selector.span if node.pod_selector is not None else node.span,
                        _message(direction, rule, refused, known),
                        label="the other side refuses it",
                        related=list(_related(ctx, known, direction, refused)),
                    )


def _refused(
    ctx: PolicyContext, known: KnownCluster, direction: Direction, rule: Rule, peer: Peer, own: tuple[Workload, ...]
) -> tuple[Workload, ...]:
    """The pods that a peer means, where all of them surely refuse all that the rule allows; none otherwise."""
    engine = known.engine
    if peer.pods is None or peer.is_unknown or rule.has_unknown_ports or _is_everybody(peer):
        return ()
    sure, may = engine.compiler.peer(peer)
    if sure != may:
        return ()
    others = [item for found in engine.classes.bits(sure) for item in engine.classes.members[found.index]]
    if not others or any(item.namespace in known.ambiguous for item in others):
        return ()
    back = Direction.INGRESS if direction is Direction.EGRESS else Direction.EGRESS
    if not are_applied_together(ctx, _files(known, back, others)):
        return ()
    compiled = engine.compiler.rule(rule)
    for other in others:
        pods = engine.class_of(other)
        side = engine.side(pods, back)
        if side.is_open or side.doubts:
            return ()
        for start in own:
            own_pods = engine.class_of(start)
            destination = pods if direction is Direction.EGRESS else own_pods
            wanted: Traffic = compiled.traffic_to(destination)[1]
            _, possible = engine.permits(pods, back, own_pods)
            if start is other or not wanted or intervals.intersects(possible, wanted):
                return ()
    return tuple(others)


def _files(known: KnownCluster, direction: Direction, others: list[Workload]) -> Iterator[str]:
    """The files of some workloads and of the policies that select them."""
    for item in others:
        yield item.facts.origin.uri
        for found in known.engine.side(known.engine.class_of(item), direction).policies:
            yield found.policy.origin.uri


def _is_everybody(peer: Peer) -> bool:
    selector = peer.pods.pods if peer.pods is not None else None
    return getattr(selector, "selects_everything", True)


def _message(direction: Direction, rule: Rule, refused: tuple[Workload, ...], known: KnownCluster) -> str:
    ports = "" if rule.ports is None else f" on {describe(known.engine.compiler.rule(rule).traffic)}"
    who = join_words([f"`{item.title}`" for item in refused[:_SHOWN]])
    if len(refused) > _SHOWN:
        who += f" and {len(refused) - _SHOWN} more"
    if direction is Direction.EGRESS:
        return f"egress{ports} is allowed here, but the ingress of {who} refuses it"
    return f"ingress{ports} is allowed here, but the egress of {who} refuses it"


def _related(
    ctx: PolicyContext, known: KnownCluster, direction: Direction, refused: tuple[Workload, ...]
) -> Iterator[Related]:
    back = Direction.INGRESS if direction is Direction.EGRESS else Direction.EGRESS
    policies: dict[int, PolicySemantics] = {}
    for item in refused:
        side: Side = known.engine.side(known.engine.class_of(item), back)
        policies.update({id(found.policy): found.policy for found in side.policies})
    for policy in list(policies.values())[:_SHOWN]:
        yield ctx.related_fact(policy.origin, f"restricts the {back.value.lower()} of the other side")

"""NP310 one-sided-connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from netpol_lsp.findings.diagnostic import Related, Severity
from netpol_lsp.kube.label_selector import includes
from netpol_lsp.kube.net import intervals
from netpol_lsp.lint.applied_together import are_applied_together
from netpol_lsp.lint.both_sides import BothSides
from netpol_lsp.lint.dns import dns_setup
from netpol_lsp.lint.known_cluster import KnownCluster, known_cluster
from netpol_lsp.lint.meant_for_outside import outside_word
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.prose import join_words, ports_words
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace.dns import DnsSetup, names_dns_ports
from netpol_lsp.workspace.refusal import RefusalSearch
from netpol_lsp.workspace.samples import is_sample
from netpol_lsp.workspace.snapshot import LocatedPolicy
from netpol_lsp.yaml.nodes import head_span

if TYPE_CHECKING:
    from netpol_lsp.policies.ir import Peer, PolicySemantics, Rule
    from netpol_lsp.reach.cluster import Workload
    from netpol_lsp.reach.engine import Side
    from netpol_lsp.reach.traffic import Traffic

_SHOWN = 3


@policy_rule(
    "NP310",
    category="workspace",
    severity=Severity.INFO,
    uses_resources=True,
    needs=Trigger.PEERS,
)
def one_sided_connection(ctx: PolicyContext) -> Diagnostics:
    """One side allows a connection that the other side refuses.

    ## Why
    A connection needs both sides: the egress of the pods that open it, and the ingress of the pods that they reach. A rule that
    names certain pods speaks for a connection that someone wants; where every policy of the other side refuses it, the rule
    has no effect. Either the other side lacks a rule, or this one is left over. `netpol-lint why` shows both sides.

    Reported where all pods that a peer means refuse all that the rule allows: the pods that are known, or, where none is,
    all pods with these labels, because policies that are applied together select them and none of these has a rule for
    this policy's pods. Silent where anything about it is not known.

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
    by_pods, search = _refused_by_known_pods(ctx), RefusalSearch(ctx.workspace, ctx.located)
    for direction in DIRECTIONS:
        if not ctx.policy.surely_isolates(direction):
            continue
        for typed, rule in ctx.rules(direction):
            for peer, meaning in zip(typed.peers, rule.peers or (), strict=False):
                refusal = by_pods.get((direction, rule.index, meaning.index)) or _by_labels(
                    ctx, search, direction, rule, meaning
                )
                if refusal is not None and outside_word(ctx, typed, rule) is None:  # else NP241: it is not for pods
                    place = peer.pod_selector.span if peer.pod_selector is not None else head_span(peer.node)
                    yield ctx.finding(
                        place, refusal.message, label="the other side refuses it", related=list(refusal.related)
                    )


class _Refusal(NamedTuple):
    message: str
    related: tuple[Related, ...]


def _by_labels(
    ctx: PolicyContext, search: RefusalSearch, direction: Direction, rule: RuleSemantics, peer: PeerSet
) -> _Refusal | None:
    """What policies that are applied together with this one refuse, going by their selectors."""
    if peer.namespaces is not None and peer.pods is None:
        return None  # a whole namespace: who answers there is not this policy's business
    own = ctx.semantics.pod_selector
    if peer.pods is not None and peer.pods.allowed and includes(own, peer.pods):
        return None  # the policy's own pods: for replicas, of which there may be one only
    policies = search.policies(direction, rule, peer)
    if not policies or not all(_is_beside(ctx, other) for other in policies):
        return None
    if direction is Direction.INGRESS and not _concerns_clients(ctx, peer, policies):
        return None
    ports = "" if rule.ports.everything else f" on {ports_words(rule.ports)}"
    rules = "egress" if direction is Direction.INGRESS else "ingress"
    message = (
        f"{direction.value.lower()}{ports} is allowed here, but no {rules} rule of the pods on the other side allows it"
    )
    related = [_restricting(ctx, other, rules) for other in policies]
    return _Refusal(message, tuple(related[:_SHOWN]))


def _restricting(ctx: PolicyContext, other: LocatedPolicy, rules: str) -> Related:
    """The name of a policy that restricts the other side, which may be the policy itself."""
    message = f"restricts the {rules} of the other side"
    if other is ctx.located:
        return ctx.related(ctx.policy, message)  # its document's number is not known here
    return ctx.related_fact(_origin(other), message)


def _concerns_clients(ctx: PolicyContext, peer: PeerSet, policies: tuple[LocatedPolicy, ...]) -> bool:
    """Whether egress that is closed to the clients of an ingress rule is a matter of these policies.

    It is where the clients are the pods of the namespace, or a policy that is for certain pods lists their egress. Where only a
    default deny closes it, the clients' own rule may be written elsewhere, with them.
    """
    setup = dns_setup(ctx.settings)
    if any(_asks_dns_only(other.policy, setup) for other in policies):
        return False  # NP319 reports it at the policy that lacks the rule
    is_whole_namespace = peer.namespaces is None and (peer.pods is None or peer.pods.selects_everything)
    return is_whole_namespace or any(other.policy.pod_selector.allowed for other in policies)


def _asks_dns_only(policy: NetworkPolicySemantics, setup: DnsSetup) -> bool:
    """Whether a policy lets certain pods out to DNS, and to nothing else."""
    return bool(policy.egress and policy.pod_selector.allowed) and all(
        names_dns_ports(rule, setup, "UDP") or names_dns_ports(rule, setup, "TCP") for rule in policy.egress
    )


def _is_beside(ctx: PolicyContext, other: LocatedPolicy) -> bool:
    """Whether another policy is surely applied together with this one: in one file, or in one folder of no examples."""
    me = ctx.located
    if other.uri == me.uri:
        return True
    index = ctx.workspace.index
    if is_sample(index, me.uri) or is_sample(index, other.uri) or not are_applied_together(ctx, [other.uri]):
        return False
    groups = ctx.workspace.index.delivery
    return not groups.scope_of(other.uri).groups.isdisjoint(groups.scope_of(me.uri).groups)


def _origin(other: LocatedPolicy) -> Origin:
    policy = other.policy
    return Origin(other.uri, other.document, other.path, "metadata.name", policy.start, policy.end)


def _refused_by_known_pods(ctx: PolicyContext) -> dict[tuple[Direction, int, int], _Refusal]:
    """What known pods refuse, by direction, rule and peer."""
    found: dict[tuple[Direction, int, int], _Refusal] = {}
    if ResourceTrigger.WORKLOADS not in ctx.workspace.known:
        return found
    known = known_cluster(ctx)
    sides = BothSides(ctx, known)
    policy, own = sides.policy, sides.own
    for direction in DIRECTIONS if policy is not None and own else ():
        semantics = policy.direction(direction) if policy is not None else None
        for rule in semantics.rules if semantics is not None and semantics.applies else ():
            for index, peer in enumerate(rule.peers or ()):
                if peer.pods is None or peer.is_unknown or rule.has_unknown_ports or _is_everybody(peer):
                    continue
                refused = _refused(ctx, known, direction, rule, sides.others(direction, rule.index, index, peer), own)
                if refused:
                    related = tuple(_related(ctx, known, direction, refused))
                    found[direction, rule.index, index] = _Refusal(_message(direction, rule, refused, known), related)
    return found


def _refused(
    ctx: PolicyContext,
    known: KnownCluster,
    direction: Direction,
    rule: Rule,
    others: tuple[Workload, ...],
    own: tuple[Workload, ...],
) -> tuple[Workload, ...]:
    """The pods that a peer means, `others`, where all of them surely refuse all that the rule allows; none otherwise."""
    engine = known.engine
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
    return others


def _files(known: KnownCluster, direction: Direction, others: tuple[Workload, ...]) -> Iterator[str]:
    """The files of some workloads and of the policies that select them."""
    for item in others:
        yield item.facts.origin.uri
        for found in known.engine.side(known.engine.class_of(item), direction).policies:
            yield found.policy.origin.uri


def _is_everybody(peer: Peer) -> bool:
    selector = peer.pods.pods if peer.pods is not None else None
    return getattr(selector, "selects_everything", True)


def _message(direction: Direction, rule: Rule, refused: tuple[Workload, ...], known: KnownCluster) -> str:
    from netpol_lsp.reach.traffic import describe  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

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

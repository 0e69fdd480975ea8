"""The smallest edits that let a denied connection through: each one is tried on the engine before it is offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from netpol_lsp.kube.label_selector import match_labels
from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.port_set import PortSet, port_range
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.ir import DirectionSemantics, Peer, PodSet, PolicySemantics, PortTerm, Rule
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.near_misses import Missing, NearMiss, near_misses
from netpol_lsp.reach.query import End
from netpol_lsp.reach.traffic import NAME_OF, SIZE, Traffic, by_protocol

_TELLING = (
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app",
    "k8s-app",
    "component",
    "role",
    "tier",
    "name",
)
_PASSING = (
    "pod-template-hash",
    "controller-revision-hash",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "pod-template-generation",
)
_MOST = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to one manifest. `yaml` is what is to be added, `origin` where; `title` says it in one sentence."""

    title: str
    origin: Origin
    field: str
    yaml: str


def edits(engine: Engine, workload: Workload, direction: Direction, other: End, traffic: Traffic) -> tuple[Edit, ...]:
    """The smallest edits that open one side of a connection, the smallest first; none where the ports are too many to name."""
    found: list[Edit] = []
    for attempt in _attempts(engine, workload, direction, other, traffic):
        if attempt.opens(direction, traffic) and all(attempt.edit.title != known.title for known in found):
            found.append(attempt.edit)
        if len(found) == _MOST:
            break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An edit, and the small cluster in which it has been made: both ends and the policies about the workload."""

    edit: Edit
    engine: Engine
    cluster: Cluster
    workload: Workload
    other: End

    def opens(self, direction: Direction, traffic: Traffic) -> bool:
        """Whether the edit lets the traffic through on the workload's side."""
        engine = Engine(self.cluster, self.engine.enforcement)
        pods = engine.class_of(self.workload)
        other = engine.class_of(self.other) if isinstance(self.other, Workload) else self.other
        sure, _ = engine.permits(pods, direction, other)
        return intervals.covers(sure, traffic)


def _attempts(
    engine: Engine, workload: Workload, direction: Direction, other: End, traffic: Traffic
) -> Iterator[_Attempt]:
    small = _small_cluster(engine, workload, other)
    for miss in near_misses(engine, workload, direction, other, traffic)[: 2 * _MOST]:
        yield from _from_miss(engine, small, miss, workload, direction, other, traffic)
    selecting = [found.policy for found in engine.side(engine.class_of(workload), direction).policies if found.is_sure]
    for policy in selecting:
        yield from _with_rule(engine, small, policy, workload, direction, other, traffic)


def _small_cluster(engine: Engine, workload: Workload, other: End) -> Cluster:
    pods = engine.class_of(workload)
    policies = {
        id(found.policy): found.policy for direction in DIRECTIONS for found in engine.side(pods, direction).policies
    }
    ends = tuple(dict.fromkeys(end for end in (workload, other) if isinstance(end, Workload)))
    return replace(engine.cluster, policies=tuple(policies.values()), workloads=ends, services=(), routes=())


def _from_miss(
    engine: Engine,
    small: Cluster,
    miss: NearMiss,
    workload: Workload,
    direction: Direction,
    other: End,
    traffic: Traffic,
) -> Iterator[_Attempt]:
    kinds = {item.missing for item in miss.misses}
    cluster = (
        small
        if any(miss.policy is known for known in small.policies)
        else replace(small, policies=(*small.policies, miss.policy))
    )
    if kinds <= {Missing.NAMESPACE_LABEL} and isinstance(other, Workload) and other.namespace is not None:
        yield from _label_namespace(engine, cluster, miss, workload, other)
    elif kinds <= {Missing.POD_LABEL} and isinstance(other, Workload):
        yield from _label_pods(engine, cluster, miss, workload, other)
    elif kinds in ({Missing.PORT}, {Missing.NAMED_PORT}):
        terms = list(_port_terms(traffic))
        if terms:
            yield from _with_ports(engine, cluster, miss, direction, workload, other, terms)
    elif miss.peer is not None and kinds <= {
        Missing.NAMESPACE,
        Missing.NAMESPACE_LABEL,
        Missing.POD_LABEL,
        Missing.ADDRESS,
        Missing.KIND,
    }:
        yield _with_peer(engine, cluster, miss, workload, direction, other)


def _label_namespace(
    engine: Engine, cluster: Cluster, miss: NearMiss, workload: Workload, other: Workload
) -> Iterator[_Attempt]:
    labels = _labels_of(miss)
    facts = cluster.namespaces.get(other.namespace or "")
    if labels is None or facts is None:
        return
    changed = {**cluster.namespaces, facts.name: replace(facts, labels={**facts.labels, **labels})}
    shown = ", ".join(f"{key}={value}" for key, value in labels.items())
    edit = Edit(f"add the label {shown} to the namespace {facts.name}", facts.origin, "metadata.labels", _lines(labels))
    yield _Attempt(edit, engine, replace(cluster, namespaces=changed), workload, other)


def _label_pods(
    engine: Engine, cluster: Cluster, miss: NearMiss, workload: Workload, other: Workload
) -> Iterator[_Attempt]:
    labels = _labels_of(miss)
    if labels is None:
        return
    facts = replace(other.facts, labels={**other.facts.labels, **labels})
    changed = Workload(other.namespace, facts)
    start = changed if workload is other else workload
    field = "metadata.labels" if other.is_pod else "spec.template.metadata.labels"
    shown = ", ".join(f"{key}={value}" for key, value in labels.items())
    edit = Edit(f"add the label {shown} to the pods of {other.title}", other.facts.origin, field, _lines(labels))
    ends = tuple(dict.fromkeys((start, changed)))
    yield _Attempt(edit, engine, replace(cluster, workloads=ends), start, changed)


def _labels_of(miss: NearMiss) -> dict[str, str] | None:
    """The labels that are missing; None when a label would have to go."""
    labels: dict[str, str] = {}
    for item in miss.misses:
        wanted = item.label
        if wanted is None or item.requirement is None:
            return None
        labels[item.requirement.key] = wanted.partition("=")[2]
    return labels


def _with_ports(
    engine: Engine,
    cluster: Cluster,
    miss: NearMiss,
    direction: Direction,
    workload: Workload,
    other: End,
    terms: list[tuple[PortSet, str]],
) -> Iterator[_Attempt]:
    more = tuple(PortTerm(ports) for ports, _ in terms)
    rule = replace(miss.rule, ports=(*(miss.rule.ports or ()), *more))
    text = "\n".join(line for _, line in terms)
    edit = Edit(
        f"add {_and(terms)} to the ports of {miss.rule.field} in {miss.policy.title}",
        miss.policy.origin_of(miss.rule),
        f"{miss.rule.field}.ports",
        text,
    )
    yield _Attempt(edit, engine, _with_policy(cluster, miss.policy, direction, miss.rule, rule), workload, other)


def _with_peer(
    engine: Engine, cluster: Cluster, miss: NearMiss, workload: Workload, direction: Direction, other: End
) -> _Attempt:
    peer, text = _peer_for(other, miss.policy.namespace)
    rule = replace(miss.rule, peers=(*(miss.rule.peers or ()), peer))
    field = f"{miss.rule.field}.{direction.peers_key}"
    shown = ", ".join(other.cidrs()[:1]) if isinstance(other, CidrSet) else f"the pods of {other.title}"
    edit = Edit(f"add {shown} to {field} in {miss.policy.title}", miss.policy.origin_of(miss.rule), field, text)
    return _Attempt(edit, engine, _with_policy(cluster, miss.policy, direction, miss.rule, rule), workload, other)


def _with_rule(
    engine: Engine,
    cluster: Cluster,
    policy: PolicySemantics,
    workload: Workload,
    direction: Direction,
    other: End,
    traffic: Traffic,
) -> Iterator[_Attempt]:
    semantics = policy.direction(direction)
    if semantics is None or policy.is_partial:
        return
    terms = list(_port_terms(traffic))
    peer, text = _peer_for(other, policy.namespace)
    ports = tuple(PortTerm(found) for found, _ in terms) or None
    rule = Rule(len(semantics.rules), peers=(peer,), ports=ports)
    lines = [f"- {direction.peers_key}:", *(f"  {line}" for line in text.splitlines())]
    if terms:
        lines += ["  ports:", *(f"  {line}" for _, text in terms for line in text.splitlines())]
    field = f"spec.{direction.rules_key}"
    shown = ", ".join(other.cidrs()[:1]) if isinstance(other, CidrSet) else f"the pods of {other.title}"
    edit = Edit(f"add a rule for {shown} to {field} in {policy.title}", policy.origin, field, "\n".join(lines))
    changed = policy.with_direction(direction, replace(semantics, rules=(*semantics.rules, rule)))
    policies = tuple(changed if known is policy else known for known in cluster.policies)
    yield _Attempt(edit, engine, replace(cluster, policies=policies), workload, other)


def _with_policy(cluster: Cluster, policy: PolicySemantics, direction: Direction, old: Rule, new: Rule) -> Cluster:
    semantics = policy.direction(direction) or DirectionSemantics()
    rules = tuple(new if rule is old else rule for rule in semantics.rules)
    changed = policy.with_direction(direction, replace(semantics, rules=rules))
    return replace(cluster, policies=tuple(changed if known is policy else known for known in cluster.policies))


def _peer_for(other: End, namespace: str | None) -> tuple[Peer, str]:
    """A peer that means the other end, and its YAML as a list item."""
    if isinstance(other, CidrSet):
        block = other.cidrs()[0]
        return Peer(addresses=other), f"- ipBlock:\n    cidr: {block}"
    labels = telling_labels(other)
    selector = match_labels(labels)
    pods = [
        "podSelector:",
        *(["  matchLabels:", *(f"    {line}" for line in _lines(labels).splitlines())] if labels else []),
    ]
    if not labels:
        pods = ["podSelector: {}"]
    if other.namespace == namespace:
        return Peer(pods=PodSet(selector, None, namespace)), _item(pods)
    by_name = match_labels({METADATA_NAME: other.namespace or ""})
    spaces = ["namespaceSelector:", "  matchLabels:", f"    {METADATA_NAME}: {_quoted(other.namespace or '')}"]
    return Peer(pods=PodSet(selector, by_name)), _item([*spaces, *pods])


def telling_labels(workload: Workload) -> dict[str, str]:
    """The labels that tell a workload from others: the usual ones where it has any, else all that last."""
    labels = workload.facts.labels
    usual = {key: labels[key] for key in _TELLING if key in labels}
    if usual:
        first = next(iter(usual))
        more = {key: usual[key] for key in ("app.kubernetes.io/component",) if key in usual}
        return {first: usual[first], **more}
    return {key: value for key, value in labels.items() if key not in _PASSING}


def _port_terms(traffic: Traffic) -> Iterator[tuple[PortSet, str]]:
    """Port items for the traffic with their YAML; none when a policy cannot name it, or it is a protocol's every port."""
    for number, ports in by_protocol(traffic):
        protocol = NAME_OF.get(number)
        if protocol not in ("TCP", "UDP", "SCTP"):
            return
        for first, last in ports:
            if (first, last) in ((0, SIZE - 1), (1, SIZE - 1)):
                yield port_range(protocol, 1, SIZE - 1), f"- protocol: {protocol}"
                continue
            end = f"\n  endPort: {last}" if last != first else ""
            yield port_range(protocol, first, last), f"- protocol: {protocol}\n  port: {first}{end}"


def _and(terms: list[tuple[PortSet, str]]) -> str:
    return " and ".join(str(ports) for ports, _ in terms)


def _item(lines: list[str]) -> str:
    return "\n".join(f"{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines))


def _lines(labels: Mapping[str, str]) -> str:
    return "\n".join(f"{key}: {_quoted(value)}" for key, value in labels.items())


def _quoted(value: str) -> str:
    """A label value in YAML: quoted where it would be read as something else."""
    is_plain = value[:1].isalpha() and value.lower() not in (
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "null",
        "y",
        "n",
    )
    return value if is_plain else f'"{value}"'

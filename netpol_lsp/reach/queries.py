"""Questions about whole sets of policies: do two allow the same, does one allow more, what can go without a change.

All sets are about the same workloads. What is not known counts as a possible difference: an answer YES or NO is certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, CidrSet
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.ir import PolicySemantics, Rule
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.pod_classes import PodClass
from netpol_lsp.workspace.ternary import Ternary, any_of

Explicit = bool


@dataclass(frozen=True, slots=True)
class Compared:
    """One connection under two sets of policies; `is_explicit_*`: some policy is about it there."""

    before: Verdict
    after: Verdict
    is_explicit_before: Explicit
    is_explicit_after: Explicit


def compare(before: Engine, after: Engine, addresses: CidrSet = EVERY_ADDRESS) -> Iterator[Compared]:
    """Every connection between the workloads of two clusters, and with addresses; those that both treat alike once."""
    groups: dict[tuple[PodClass, PodClass], list[Workload]] = {}
    for item in after.cluster.workloads:
        groups.setdefault((before.class_of(item), after.class_of(item)), []).append(item)
    for (old, new), members in groups.items():
        for (other_old, other_new), others in groups.items():
            if members is others and len(members) == 1 and members[0].is_pod:
                continue
            yield Compared(
                before.between(old, other_old),
                after.between(new, other_new),
                _is_explicit(before, old, other_old),
                _is_explicit(after, new, other_new),
            )
        for direction in DIRECTIONS:
            for part in before.address_parts(old, direction, addresses):
                for piece in after.address_parts(new, direction, part):
                    yield Compared(
                        before.outside(old, direction, piece),
                        after.outside(new, direction, piece),
                        not before.side(old, direction).is_open,
                        not after.side(new, direction).is_open,
                    )


def _is_explicit(engine: Engine, source: PodClass, destination: PodClass) -> bool:
    return not (engine.side(source, Direction.EGRESS).is_open and engine.side(destination, Direction.INGRESS).is_open)


def allows_more(before: Engine, after: Engine, addresses: CidrSet = EVERY_ADDRESS) -> Ternary:
    """Whether `after` allows something that `before` does not."""
    return any_of(_more(item) for item in compare(before, after, addresses))


def _more(item: Compared) -> Ternary:
    if intervals.intersects(item.after.allow, item.before.deny):
        return Ternary.YES
    may = intervals.union(item.after.allow, item.after.unknown)
    may_not = intervals.union(item.before.deny, item.before.unknown)
    is_same = item.before == item.after and not item.before.unknown
    return Ternary.UNKNOWN if not is_same and intervals.intersects(may, may_not) else Ternary.NO


def are_equivalent(before: Engine, after: Engine, addresses: CidrSet = EVERY_ADDRESS) -> Ternary:
    """Whether both allow exactly the same."""
    more = any_of((allows_more(before, after, addresses), allows_more(after, before, addresses)))
    return {Ternary.YES: Ternary.NO, Ternary.NO: Ternary.YES}.get(more, Ternary.UNKNOWN)


def permits(engine: Engine, wanted: Engine, addresses: CidrSet = EVERY_ADDRESS) -> bool:
    """Whether every connection that some policy of `wanted` is about, and allows, is allowed."""
    return not any(
        item.is_explicit_after and intervals.difference(item.after.allow, item.before.allow)
        for item in compare(engine, wanted, addresses)
    )


def forbids(engine: Engine, unwanted: Engine, addresses: CidrSet = EVERY_ADDRESS) -> bool:
    """Whether no connection that some policy of `unwanted` is about, and allows, is allowed."""
    return not any(
        item.is_explicit_after and intervals.intersects(item.after.allow, item.before.allow)
        for item in compare(engine, unwanted, addresses)
    )


def interferes(engine: Engine, other: Engine, addresses: CidrSet = EVERY_ADDRESS) -> bool:
    """Whether `other` explicitly allows something that `engine` does not explicitly allow."""
    for item in compare(engine, other, addresses):
        known = item.before.allow if item.is_explicit_before else ()
        if item.is_explicit_after and intervals.difference(item.after.allow, known):
            return True
    return False


def is_vacuous(engine: Engine, addresses: CidrSet = EVERY_ADDRESS) -> Ternary:
    """Whether the policies change nothing compared with none."""
    return are_equivalent(engine, Engine(replace(engine.cluster, policies=()), engine.enforcement), addresses)


def empty_policies(engine: Engine) -> tuple[PolicySemantics, ...]:
    """The policies that surely select no known pod."""
    return tuple(
        policy for policy in engine.cluster.policies if not _members(engine, engine.classes.pods(policy.subject)[1])
    )


def empty_rules(engine: Engine) -> Iterator[tuple[PolicySemantics, Direction, Rule]]:
    """The rules whose peers surely mean no known pod and no address, in directions that the policy is about."""
    for policy, direction, rule in _rules(engine.cluster.policies):
        if rule.peers is None or rule.has_unknown_peers:
            continue
        has_addresses = any(peer.addresses is not None and not peer.addresses.is_empty for peer in rule.peers)
        pods = [peer for peer in rule.peers if peer.addresses is None]
        found = any(_members(engine, engine.compiler.peer(peer)[1]) for peer in pods)
        if not has_addresses and not found:
            yield policy, direction, rule


def redundant_policies(engine: Engine, addresses: CidrSet = EVERY_ADDRESS) -> tuple[PolicySemantics, ...]:
    """The policies of two or more that can go, each alone, without changing anything."""
    policies = engine.cluster.policies
    if len(policies) < 2:
        return ()
    return tuple(policy for policy in policies if _changes_nothing(engine, _without(engine.cluster, policy), addresses))


def redundant_rules(
    engine: Engine, policies: Sequence[PolicySemantics], addresses: CidrSet = EVERY_ADDRESS
) -> Iterator[tuple[PolicySemantics, Direction, Rule]]:
    """The rules of some policies that can go, each alone, without changing anything."""
    for policy, direction, rule in _rules(policies):
        semantics = policy.direction(direction)
        assert semantics is not None
        rest = replace(semantics, rules=tuple(known for known in semantics.rules if known is not rule))
        changed = policy.with_direction(direction, rest)
        cluster = replace(
            engine.cluster, policies=tuple(changed if known is policy else known for known in engine.cluster.policies)
        )
        if _changes_nothing(engine, cluster, addresses):
            yield policy, direction, rule


def _rules(policies: Iterable[PolicySemantics]) -> Iterator[tuple[PolicySemantics, Direction, Rule]]:
    for policy in policies:
        for direction in DIRECTIONS:
            semantics = policy.direction(direction)
            for rule in semantics.rules if semantics is not None and semantics.applies is not False else ():
                yield policy, direction, rule


def _without(cluster: Cluster, policy: PolicySemantics) -> Cluster:
    return replace(cluster, policies=tuple(known for known in cluster.policies if known is not policy))


def _changes_nothing(engine: Engine, cluster: Cluster, addresses: CidrSet) -> bool:
    return are_equivalent(engine, Engine(cluster, engine.enforcement), addresses) is Ternary.YES


def _members(engine: Engine, classes: int) -> bool:
    return any(engine.classes.members[item.index] for item in engine.classes.bits(classes))


def uncaptured(engine: Engine) -> Iterator[tuple[Workload, Direction]]:
    """The workloads that no policy is about, surely or perhaps, by direction."""
    for workload in engine.cluster.workloads:
        for direction in DIRECTIONS:
            if not any(True for _ in engine.side(engine.class_of(workload), direction).policies):
                yield workload, direction


def are_alike_by_name(a: Engine, b: Engine, scope: CidrSet) -> Ternary:
    """Whether two sets have policies of the same names, each of which allows the same by itself."""
    mine, theirs = _by_name(a), _by_name(b)
    if mine.keys() != theirs.keys():
        return Ternary.NO
    answers = [
        are_equivalent(_alone(a, policy), _alone(b, theirs[name]), scope) for name, policy in sorted(mine.items())
    ]
    if Ternary.NO in answers:
        return Ternary.NO
    return Ternary.UNKNOWN if Ternary.UNKNOWN in answers else Ternary.YES


def _by_name(engine: Engine) -> dict[tuple[str, str, str], PolicySemantics]:
    return {(one.kind, one.namespace or "", one.name or ""): one for one in engine.cluster.policies}


def _alone(engine: Engine, policy: PolicySemantics) -> Engine:
    return Engine(replace(engine.cluster, policies=(policy,)), engine.enforcement)

"""Which peers of a list, and which rules of a policy, others make superfluous.

Of two that mean the same the later one is superfluous. What means no one is left out: that is a mistake of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations, groupby, permutations

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.net.port_index import PortIndex
from netpol_lsp.kube.selector_index import SelectorIndex
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import is_nobody, namespace_selector, peer_covers, rule_covers
from netpol_lsp.text.budget import Budget

PeerPair = tuple[PeerSet, PeerSet]

# Up to so many are compared each with each.
_FEW = 8
_MOST_COMPARED = 400_000
"""Comparisons of a rule with a peer of another one; more would take more than a second or two."""


def redundant_peers(peers: Sequence[PeerSet], namespace: str | None) -> list[PeerPair]:
    """The superfluous peers in their order, each with one that covers it, in a policy of `namespace` (None: unknown).

    Lists of thousands of ranges or labels are no problem as long as few of them overlap.
    """
    known = [peer for peer in peers if not peer.is_unknown and not is_nobody(peer)]
    if len(known) < 2 or (len(known) <= _FEW and not _is_any_covered(known, namespace)):
        return []
    budget = Budget(_MOST_COMPARED, f"{len(known):,} peers are too many to compare each with each")
    alike: dict[Hashable, list[PeerSet]] = {}
    for peer in known:
        alike.setdefault((peer.pods, peer.namespaces, peer.addresses), []).append(peer)
    found: list[PeerPair] = []
    for peer, candidates in _candidates([group[0] for group in alike.values()], namespace, budget):
        other = _first_covering(peer, candidates, namespace, budget)
        if other is not None:
            found.append((peer, other))
        copies = alike[peer.pods, peer.namespaces, peer.addresses][1:]
        first = other if other is not None and other.index < peer.index else peer
        found += [(copy, first) for copy in copies]
    return sorted(found, key=lambda pair: pair[0].index)


def _is_any_covered(peers: Sequence[PeerSet], namespace: str | None) -> bool:
    """Whether one of a few peers means the same as another one, or no more than it."""
    for a, b in combinations(peers, 2):
        if peer_covers(a, b, namespace) or peer_covers(b, a, namespace):
            return True
        # What is known of partial selectors may be the same, though nothing is proven.
        if _is_partial(a) and (a.pods, a.namespaces) == (b.pods, b.namespaces):
            return True
    return False


def _is_partial(peer: PeerSet) -> bool:
    return (peer.pods is not None and peer.pods.is_partial) or (
        peer.namespaces is not None and peer.namespaces.is_partial
    )


def redundant_rules(rules: Sequence[RuleSemantics], namespace: str | None) -> list[tuple[RuleSemantics, RuleSemantics]]:
    """The superfluous rules of one direction, each with one that covers it."""
    if len(rules) < 2 or (len(rules) <= _FEW and not _is_any_rule_covered(rules, namespace)):
        return []
    found = []
    budget = Budget(_MOST_COMPARED, f"{len(rules):,} rules are too many to compare each with each")
    for rule, candidates in _rule_candidates(rules, budget):
        if rule.index < 0 or _is_nothing(rule):  # the first stands for rules that cannot be read
            continue
        budget.spend(len(candidates) * (1 + len(rule.peers or ())))
        covering = (
            other
            for other in candidates
            if other is not rule
            and rule_covers(other, rule, namespace)
            and (other.index < rule.index or not rule_covers(rule, other, namespace))
        )
        other = next(covering, None)
        if other is not None:
            found.append((rule, other))
    return found


def _is_any_rule_covered(rules: Sequence[RuleSemantics], namespace: str | None) -> bool:
    """Whether one of a few rules allows no more than another one."""
    return any(rule_covers(a, b, namespace) for a, b in permutations(rules, 2))


def _is_nothing(rule: RuleSemantics) -> bool:
    return rule.peers is not None and not rule.has_unknown_peers and all(map(is_nobody, rule.peers))


def _rule_candidates(
    rules: Sequence[RuleSemantics], budget: Budget
) -> Iterator[tuple[RuleSemantics, Sequence[RuleSemantics]]]:
    """Each rule with those that may cover its ports, in their order."""
    if len(rules) <= _FEW:
        yield from ((rule, rules) for rule in rules)
        return
    index = PortIndex([rule.ports for rule in rules], budget)
    for_all = [number for number, rule in enumerate(rules) if rule.ports.everything]
    for rule in rules:
        numbers = for_all if rule.has_unknown_ports else index.candidates(rule.ports)
        yield rule, [rules[number] for number in numbers]


def _first_covering(
    peer: PeerSet, candidates: Iterable[PeerSet], namespace: str | None, budget: Budget
) -> PeerSet | None:
    listed = list(candidates)
    budget.spend(len(listed))
    found = (
        other
        for other in listed
        if other is not peer
        and peer_covers(other, peer, namespace)
        and (other.index < peer.index or not peer_covers(peer, other, namespace))
    )
    return min(found, key=lambda other: other.index, default=None)


def _candidates(
    peers: Sequence[PeerSet], namespace: str | None, budget: Budget
) -> Iterator[tuple[PeerSet, Iterable[PeerSet]]]:
    """Each peer with those that may cover it."""
    if len(peers) <= _FEW:
        yield from ((peer, peers) for peer in peers)
        return
    yield from _pod_candidates(peers, namespace)
    yield from _address_candidates(peers, budget)


def _pod_candidates(peers: Iterable[PeerSet], namespace: str | None) -> Iterator[tuple[PeerSet, Iterable[PeerSet]]]:
    """Each peer that means pods, with those that may cover it."""
    pods = [(peer, _labels(peer, namespace)) for peer in peers if peer.addresses is None]
    index = SelectorIndex(pods, lambda pair: pair[1])
    for peer, labels in pods:
        yield peer, (other for other, _ in index.including(labels))


def _labels(peer: PeerSet, namespace: str | None) -> LabelSelector:
    """What a peer asks of namespaces and of pods as one selector."""
    spaces = peer.namespaces
    if spaces is None and namespace is not None:
        spaces = namespace_selector(namespace)
    parts = (("namespace ", spaces), ("pod ", peer.pods))
    return LabelSelector(
        tuple((prefix + key, values) for prefix, one in parts if one is not None for key, values in one.allowed)
    )


def _address_candidates(peers: Iterable[PeerSet], budget: Budget) -> Iterator[tuple[PeerSet, Iterable[PeerSet]]]:
    """Each peer that means addresses, with those that reach from before its first address to after its last."""
    blocks = sorted(((_reach(peer), peer) for peer in peers if peer.addresses is not None), key=lambda pair: pair[0])
    open_: list[tuple[tuple[int, int, int], PeerSet]] = []
    for (family, start, _), group in groupby(blocks, key=lambda pair: pair[0]):
        together = list(group)
        budget.spend(len(open_))
        open_ = [one for one in open_ if one[0][0] == family and -one[0][2] >= start] + together
        for _, peer in together:
            yield peer, [other for _, other in open_]


def _reach(peer: PeerSet) -> tuple[int, int, int]:
    """The family, the first address, and the last one negated, so that of equal starts the widest comes first."""
    assert peer.addresses is not None
    family, blocks = (4, peer.addresses.v4) if peer.addresses.v4 else (6, peer.addresses.v6)
    return family, blocks[0][0], -blocks[-1][1]

"""Proofs that one peer, rule or policy allows everything that another one allows.

True is a proof. False means that there is none, not that the opposite holds: one rule may be covered by
several others together, and what a template hides proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from netpol_lsp.kube.label_selector import EVERYTHING, LabelSelector, includes, is_satisfiable, match_labels
from netpol_lsp.kube.net.address_set import NO_ADDRESSES
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics


@lru_cache(maxsize=1024)
def namespace_selector(name: str) -> LabelSelector:
    """The selector of the one namespace with this name."""
    return match_labels({METADATA_NAME: name})


def peer_covers(a: PeerSet, b: PeerSet, namespace: str | None) -> bool:
    """Whether `a` means everyone that `b` means, both in a policy of `namespace` (None: no one knows which)."""
    if a.is_unknown or b.is_unknown:
        return False
    if b.addresses is not None:
        return b.addresses.is_empty or (a.addresses is not None and a.addresses.covers(b.addresses))
    if a.addresses is not None:
        return False
    if a.pods is not None and not includes(a.pods, b.pods or EVERYTHING):
        return False
    return _namespaces_cover(a.namespaces, b.namespaces, namespace)


def is_nobody(peer: PeerSet) -> bool:
    """Whether it is known that a peer means no one: a selector that matches nothing, a range without an address."""
    return (
        (peer.pods is not None and not is_satisfiable(peer.pods))
        or (peer.namespaces is not None and not is_satisfiable(peer.namespaces))
        or (peer.addresses is not None and peer.addresses.is_empty)
    )


def peers_cover(a: Sequence[PeerSet] | None, b: PeerSet, namespace: str | None) -> bool:
    """Whether the peers of a list (None: everyone) together mean everyone that `b` means."""
    if a is None or any(peer_covers(peer, b, namespace) for peer in a):
        return True
    if b.addresses is None or b.is_unknown:
        return False
    together = NO_ADDRESSES
    for peer in a:
        if peer.addresses is not None and not peer.is_unknown:
            together = together.union(peer.addresses)
    return together.covers(b.addresses)


def rule_covers(a: RuleSemantics, b: RuleSemantics, namespace: str | None) -> bool:
    """Whether rule `a` allows whatever rule `b` of the same direction allows, in policies of `namespace`."""
    if not a.ports.everything and (b.has_unknown_ports or not a.ports.covers(b.ports)):
        return False
    if a.peers is None:
        return True
    if b.peers is None or b.has_unknown_peers:
        return False
    return all(peers_cover(a.peers, peer, namespace) for peer in b.peers)


def _namespaces_cover(a: LabelSelector | None, b: LabelSelector | None, namespace: str | None) -> bool:
    """None is the policy's own namespace, which its name label alone picks out."""
    if a is b and (a is None or not a.is_partial):
        return True
    if namespace is None:
        return a is not None and includes(a, b or EVERYTHING)
    own = namespace_selector(namespace)
    return includes(a or own, b or own)

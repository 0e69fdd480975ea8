"""Peers that were probably meant as one: a lone namespaceSelector item next to a lone podSelector item.

Items of a list are ORed. Whether AND was meant cannot be proven; this module weighs what the manifest shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from netpol_lsp.kube.label_selector import LabelSelector, Operator, includes, match_labels
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.yaml.documents import Document

# Components that live in one namespace of most clusters: where pods with such a label are asked for next to
# their namespace, no one means pods of the policy's own namespace.
_HOMES = {
    "kube-dns": frozenset({"kube-system", "openshift-dns"}),
    "coredns": frozenset({"kube-system", "openshift-dns"}),
    "node-local-dns": frozenset({"kube-system"}),
    "kube-apiserver": frozenset({"kube-system", "openshift-kube-apiserver"}),
    "metrics-server": frozenset({"kube-system"}),
}
_WORD = re.compile(r"[a-z0-9]+")
# Words that many names share by chance.
_COMMON = set(
    _WORD.findall(
        "app apps application default dev development kube my name namespace ns pod prod production qa role service "
        "stage staging system team test testing uat v1 v2"
    )
)
_ALTERNATIVES = re.compile(
    r"\b(?:or|either|alternatively|additionally|also|as well|plus|(?:same|own|this|its|local) namespace)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PeerPair:
    """Two items that follow each other, in the order of the text."""

    first: Peer
    second: Peer

    @property
    def namespaces(self) -> LabelSelector:
        """The namespaceSelector of the one."""
        selector = self.first.namespace_selector or self.second.namespace_selector
        assert selector is not None
        return read_selector(selector)

    @property
    def pods(self) -> LabelSelector:
        """The podSelector of the other."""
        selector = self.first.pod_selector or self.second.pod_selector
        assert selector is not None
        return read_selector(selector)


def ambiguous_pairs(
    document: Document, policy: NetworkPolicy, rule: TrafficRule, namespace: str | None
) -> list[PeerPair]:
    """The pairs of a rule where one item was probably meant.

    A list of nothing but such pairs is doubtful, as is a pair whose pods live in the very namespaces next to
    them. A pair among other peers is taken for a list of alternatives, as in the sample of the Kubernetes
    documentation. `namespace` is the policy's own; None: no one knows it.
    """
    peers = rule.peers
    if len(peers) < 2 or not any(peer.pod_selector is None and peer.namespace_selector is not None for peer in peers):
        return []
    if rule.peers_field is None or len(peers) != len(rule.peers_field.value or ()):
        return []
    kinds = [_kind(peer) for peer in peers]
    is_all_pairs = len(kinds) % 2 == 0 and kinds == kinds[:2] * (len(kinds) // 2) and set(kinds) == {"N", "P"}
    found: list[PeerPair] = []
    is_taken = False
    for number, (first, second) in enumerate(pairwise(peers)):
        if is_taken or {kinds[number], kinds[number + 1]} != {"N", "P"}:
            is_taken = False
            continue
        pair = PeerPair(first, second)
        may_be = (is_all_pairs and number % 2 == 0) or _belong_together(pair, namespace)
        is_taken = may_be and not _is_deliberate(document, policy, pair)
        if is_taken:
            found.append(pair)
    return found


def _kind(peer: Peer) -> str:
    """`N` or `P` for an item with just this selector, else something else."""
    names = {entry.name for entry in peer.node.all_entries()}
    if peer.namespace_selector is not None and names == {"namespaceSelector"}:
        return "N"
    if peer.pod_selector is not None and names == {"podSelector"}:
        return "P"
    return "?"


def _is_deliberate(document: Document, policy: NetworkPolicy, pair: PeerPair) -> bool:
    """Whether something says that OR is meant, or too little is known."""
    pods, namespaces = pair.pods, pair.namespaces
    if pods.is_partial or namespaces.is_partial or pods.selects_everything:
        return True
    selector = policy.pod_selector
    own = read_selector(selector) if selector is not None else None
    if own is not None and own.allowed and includes(pods, own):
        return True  # the selected pods talk among themselves
    lines = document.source.lines
    first, last = lines.line_of(pair.first.node.start) - 1, lines.line_of(pair.second.node.end)
    if not _ALTERNATIVES.search(document.text, lines.line_start(max(first, 0)), lines.line_end(last)):
        return False
    return any(
        first <= lines.line_of(comment.span.start) <= last and _ALTERNATIVES.search(comment.text)
        for comment in document.comments
    )


def _belong_together(pair: PeerPair, namespace: str | None) -> bool:
    """Whether the pods surely live in the namespaces next to them, or the namespaces make the pods pointless."""
    pods, namespaces = pair.pods, pair.namespaces
    own = match_labels({METADATA_NAME: namespace}) if namespace else None
    if namespaces.selects_everything or (own is not None and includes(namespaces, own)):
        return True
    values = [value for one in pods.requirements if one.operator is Operator.IN for value in one.values]
    homes: frozenset[str] = frozenset().union(*(_HOMES.get(value, frozenset()) for value in values))
    if homes and namespace not in homes:
        return True
    named = [
        value for one in namespaces.requirements if _names_namespaces(one.key, one.operator) for value in one.values
    ]
    shared = _words(values) - _words([namespace or ""])
    return any(_words([value]) & shared for value in named if value != namespace)


def _names_namespaces(key: str, operator: Operator) -> bool:
    return operator is Operator.IN and (key == METADATA_NAME or key.rpartition("/")[2] in ("name", "namespace"))


def _words(texts: Sequence[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.lower()) if len(word) > 2} - _COMMON

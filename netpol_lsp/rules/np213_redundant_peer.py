"""NP213 redundant-peer."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity, Tag
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.inclusion import peer_covers
from netpol_lsp.model.policy import Peer, PolicyRule
from netpol_lsp.model.stored import PeerSet, StoredRule
from netpol_lsp.model.words import peer_words
from netpol_lsp.syntax.nodes import Mapping, Node
from netpol_lsp.syntax.plain import to_plain
from netpol_lsp.text.span import Span


@policy_rule("NP213", category="intent", severity=Severity.INFO)
def redundant_peer(ctx: PolicyContext) -> Diagnostics:
    """A peer is already covered by another peer of the same list.

    ## Why
    Items of `from` and `to` are ORed: where one of them takes in everyone that another one names, the other adds nothing.
    Perhaps the wider one is wider than it was meant to be. What is equal to the letter is NP215's.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - from:
            - podSelector: {}
            - podSelector:  # <- NP213
                matchLabels:
                  app: web
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: api
            - podSelector:
                matchLabels:
                  app: web
    ```
    """
    stored_rules = (*ctx.stored.ingress, *ctx.stored.egress)
    if len(stored_rules) != len(ctx.policy.all_rules):
        # Something else than a list stands where the rules belong: stored, that counts as one unknown rule.
        return
    for rule, stored in zip(ctx.policy.all_rules, stored_rules, strict=True):
        yield from _check(ctx, rule, stored)


def _check(ctx: PolicyContext, rule: PolicyRule, stored: StoredRule) -> Diagnostics:
    peers = stored.peers or ()
    items = rule.peers_field.value or [] if rule.peers_field else []
    for peer in peers:
        covering = next((other for other in peers if _makes_redundant(ctx, items, other, peer)), None)
        if covering is None:
            continue
        item = items[covering.index]
        words = peer_words(Peer(item), ctx.namespace) if isinstance(item, Mapping) else "it"
        message = f"this peer adds nothing: another one already takes in {words}"
        related = [ctx.related(_place(item), "the peer that covers it")]
        yield ctx.finding(_place(items[peer.index]), message, related=related, tags=[Tag.UNNECESSARY])


def _makes_redundant(ctx: PolicyContext, items: list[Node], other: PeerSet, peer: PeerSet) -> bool:
    """Whether `other` covers `peer`; of two that mean the same the later one is redundant, and NP215's when written alike."""
    namespace = ctx.stored.namespace
    if other is peer or not peer_covers(other, peer, namespace):
        return False
    if not peer_covers(peer, other, namespace):
        return True
    return other.index < peer.index and to_plain(items[peer.index]).value != to_plain(items[other.index]).value


def _place(item: Node) -> Span:
    """The first key of an item in block style, the whole of one in flow style."""
    if isinstance(item, Mapping) and not item.flow and item.entries:
        return item.entries[0].key.span
    return item.span

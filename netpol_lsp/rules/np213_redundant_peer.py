"""NP213 redundant-peer."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity, Tag
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.prose import peer_words
from netpol_lsp.policies.networkpolicy.redundancy import PeerPair, redundant_peers
from netpol_lsp.yaml.nodes import Mapping, Node, head_span
from netpol_lsp.yaml.to_python import content_key


@policy_rule("NP213", category="intent", severity=Severity.INFO, needs=Trigger.PEERS, has_facts=True)
def redundant_peer(ctx: PolicyContext) -> Diagnostics:
    """A peer is already covered by another peer of the same list.

    ## Why
    Items of `from` and `to` are ORed: where one of them takes in everyone that another one names, the other adds nothing.
    Either it can go, or the wider one is wider than it was meant to be.

    Only what is proven is reported: by labels, by namespaces (every namespace has the label `kubernetes.io/metadata.name`)
    and by address ranges with their exceptions. An ipBlock is never taken to cover pods, because whether it does is up to
    the network plugin. What is there twice to the letter is NP215's; an exclusion (`NotIn`, `except`) that a wider peer
    takes back is NP238's, and told here in the profile `strict` only.

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
    facts = ctx.semantics
    for direction in DIRECTIONS:
        for rule, stored in ctx.rules(direction):
            if stored.peers is None or len(stored.peers) < 2:
                continue
            pairs = redundant_peers(stored.peers, facts.namespace)
            if pairs and rule.peers_field is not None and rule.peers_field.value is not None:
                from netpol_lsp.policies.networkpolicy.exclusions import cancelled_exclusions  # noqa: PLC0415 - start-up is a feature, and few findings need it

                exclusions = () if ctx.wants_facts else cancelled_exclusions(ctx.policy, facts)
                cancelled = {one.peer for one in exclusions if one.rule_node is rule}
                kept = [pair for pair in pairs if pair[0].index not in cancelled]
                yield from _findings(ctx, rule.peers_field.value, kept)


def _findings(ctx: PolicyContext, items: list[Node], pairs: list[PeerPair]) -> Diagnostics:
    contents = [content_key(item) for item in items]
    for peer, covering in pairs:
        if contents.index(contents[peer.index]) < peer.index or items[peer.index].origin is not None:
            continue
        item = items[covering.index]
        words = peer_words(Peer(item), ctx.namespace) if isinstance(item, Mapping) else "it"
        message = f"this peer adds nothing: another one already takes in {words}"
        related = [ctx.related(head_span(item), "the peer that covers it")]
        yield ctx.finding(head_span(items[peer.index]), message, related=related, tags=[Tag.UNNECESSARY])

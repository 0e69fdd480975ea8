"""NP230 reply-traffic-rule."""

from __future__ import annotations

from dataclasses import replace

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import PeerSet
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics
from netpol_lsp.yaml.item_comments import comments_on


@policy_rule("NP230", category="intent", severity=Severity.INFO, needs=Trigger.PORTS)
def reply_traffic_rule(ctx: PolicyContext) -> Diagnostics:
    """A rule seems to let replies out, which are always allowed.

    ## Why
    Policies look at connections, not at packets: once a connection is allowed, its replies go through. An egress rule to
    the clients' ephemeral ports is not needed for them, and opens new connections that no one wanted.

    Told only where the rule is for the very peers that the policy lets in, and has no comment: servers that listen on
    such ports look the same otherwise.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress, Egress]
      ingress:
        - ports:
            - {protocol: TCP, port: 443}
      egress:
        - ports:
            - {protocol: TCP, port: 32768, endPort: 60999}  # <- NP230
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
        - ports:
            - {protocol: TCP, port: 443}
    ```
    """
    if Direction.EGRESS not in ctx.policy.effective_types or not ctx.policy.ingress:
        return
    rules = [rule for rule in ctx.policy.egress if any(map(_is_ephemeral, rule.ports))]
    clients = _everybody(ctx.policy.ingress) if rules else frozenset()
    for rule in rules:
        if comments_on(ctx.document, rule.node):
            continue
        peers = _peers(rule)
        if peers is None or not (peers == clients or (peers and clients and peers <= clients)):
            continue
        for port in rule.ports:
            if _is_ephemeral(port):
                message = f"ports {port.number} to {port.last} look like clients' ports: replies need no rule"
                yield ctx.finding(port, message)


_Peers = frozenset[PeerSet]
_EVERYONE = frozenset({PeerSet(0)})


def _everybody(rules: tuple[TrafficRule, ...]) -> _Peers:
    """Whom some rules name, together."""
    found = [peers for rule in rules if (peers := _peers(rule)) is not None]
    return _EVERYONE if _EVERYONE in found else frozenset().union(*found)


def _peers(rule: TrafficRule) -> _Peers | None:
    """Whom a rule names, without places in the list; None when that is not known."""
    facts = rule_semantics(rule)
    if facts.has_unknown_peers or any(peer.is_unknown for peer in facts.peers or ()):
        return None
    return _EVERYONE if facts.peers is None else frozenset(replace(peer, index=0) for peer in facts.peers)


def _is_ephemeral(port: Port) -> bool:
    """Whether a range starts where clients' ports start, and ends where they end, on Linux, by IANA, or from 1024 on."""
    return port.number in (1024, 32768, 49152) and port.last is not None and port.last >= 60999

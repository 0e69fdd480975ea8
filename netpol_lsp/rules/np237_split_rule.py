"""NP237 split-rule."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import includes
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import peers_words, ports_words, rule_words
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.dns import is_dns_peer
from netpol_lsp.yaml.edit.items import join_items
from netpol_lsp.yaml.item_comments import comments_above
from netpol_lsp.yaml.nodes import Mapping, Sequence

_DNS_PORTS = frozenset({53, 5353, 8053})


@policy_rule("NP237", category="intent", severity=Severity.WARNING, needs=Trigger.RULES)
def split_rule(ctx: PolicyContext) -> Diagnostics:
    """A rule with only peers is next to a rule with only ports.

    ## Why
    Each dash in `ingress` or `egress` begins a rule, and rules are alternatives. So `- from:` and `- ports:` as two
    items allow these peers on every port, and everyone on these ports; written as one item they allow these peers on
    these ports.

    A rule with nothing but DNS ports is often meant for everyone, and left alone, unless the rule next to it names the
    DNS pods. Silent where each of the two rules has a comment of its own, and where the policy's own pods are among the
    peers, which talk freely among themselves: then they are meant apart. So are web ports for egress (80, 443) before a rule
    with peers: the internet first, then pods.

    ## Fix safety
    Unsafe: one rule allows less than two.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
        - ports:  # <- NP237
            - port: 80
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
          ports:
            - port: 80
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - podSelector:
                matchLabels:
                  app: db
        - ports:
            - port: 53
              protocol: UDP
    ```
    """
    policy = ctx.policy
    if policy.has_unknown_types:
        return
    for direction in DIRECTIONS:
        if direction not in policy.effective_types:
            continue
        rules, field = policy.rules(direction), policy.rules_field(direction)
        if all(rule.ports_field is not None for rule in rules):
            continue
        if field is None or len(rules) != len(field.value or ()):
            continue  # an item that is not understood may be between two
        for first, second in _split_rules(rules):
            if _are_meant_apart(ctx, first, second) or _has_invalid_port(first) or _has_invalid_port(second):
                continue
            assert isinstance(second.node, Mapping)
            yield ctx.finding(
                second.node.entries[0].key if second.node.entries else second.node,
                _message(first, second, ctx.namespace),
                label="a rule of its own",
                related=[ctx.related(first.node.span, "the rule that it may have been meant to join")],
                fixes=partial(_join, ctx, policy, first, second),
            )


def _split_rules(rules: tuple[TrafficRule, ...]) -> Iterator[tuple[TrafficRule, TrafficRule]]:
    """Neighbours of which one has only peers and the other only ports; no rule is in two pairs."""
    is_taken = False
    for first, second in pairwise(rules):
        kinds = {_only(first), _only(second)}
        is_pair = not is_taken and (
            kinds == {"peers", "ports"} or (kinds == {"peers", "dns"} and _is_dns(first, second))
        )
        if is_pair:
            yield first, second
        is_taken = is_pair


def _only(rule: TrafficRule) -> str:
    """What the one key of a rule is about: `peers`, `ports`, `dns` for ports of DNS alone, or something else ("")."""
    names = [entry.name for entry in rule.node.all_entries()] if isinstance(rule.node, Mapping) else []
    if names == [rule.direction.peers_key] and not rule.allows_every_peer:
        return "peers"
    if names != ["ports"] or rule.allows_every_port:
        return ""
    return "dns" if all(port.number in _DNS_PORTS for port in rule.ports) else "ports"


def _is_dns(first: TrafficRule, second: TrafficRule) -> bool:
    """Whether the peers of the rule that has some are the cluster's DNS, so that ports of DNS belong to them."""
    peers = rule_semantics(first if _only(first) == "peers" else second).peers or ()
    return bool(peers) and all(map(is_dns_peer, peers))


_WEB_PORTS = (80, 443)


def _are_meant_apart(ctx: PolicyContext, first: TrafficRule, second: TrafficRule) -> bool:
    if comments_above(ctx.document, first.node) and comments_above(ctx.document, second.node):
        return True
    if first.direction is Direction.EGRESS and any(port.number in _WEB_PORTS for port in first.ports):
        return True  # HTTPS towards anywhere, and then somebody else
    own = ctx.semantics.pod_selector
    if own.selects_everything:
        return False
    return any(
        peer.namespaces is None and peer.pods is not None and peer.pods.allowed and includes(peer.pods, own)
        for rule in (first, second)
        for peer in rule_semantics(rule).peers or ()
    )


def _has_invalid_port(rule: TrafficRule) -> bool:
    numbers = [number for port in rule.ports for number in (port.number, port.last) if number is not None]
    return rule_semantics(rule).has_unknown_ports or not all(1 <= number <= 65535 for number in numbers)


def _message(first: TrafficRule, second: TrafficRule, namespace: str | None) -> str:
    either = f"{rule_words(first, namespace)}, OR {rule_words(second, namespace)}"
    peers, ports = (first, second) if _only(first) == "peers" else (second, first)
    preposition = "from" if first.direction is Direction.INGRESS else "to"
    both = f"{preposition} {peers_words(peers, namespace)}, on {ports_words(rule_semantics(ports).ports)}"
    return f"two rules, so either is enough: {either}; written as one rule it would be: {both}"


def _join(ctx: PolicyContext, policy: NetworkPolicy, first: TrafficRule, second: TrafficRule) -> Fix | None:
    rules = policy.rules_field(first.direction)
    if rules is None or not isinstance(rules.node, Sequence):
        return None
    edits = join_items(ctx.document, rules.node, first.node, second.node)
    return ctx.fix("Join the two into one rule (both must match)", edits, Applicability.UNSAFE)

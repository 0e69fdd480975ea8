"""NP238 exclusion-cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import Operator
from netpol_lsp.kube.selector_syntax import Requirement
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import peer_words
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Mapping, Node, head_span

if TYPE_CHECKING:
    from netpol_lsp.policies.networkpolicy.exclusions import CancelledExclusion

_EXCLUDING = (Operator.NOT_IN, Operator.DOES_NOT_EXIST)


@policy_rule("NP238", category="intent", severity=Severity.WARNING, needs=Trigger.PEERS)
def exclusion_cancelled(ctx: PolicyContext) -> Diagnostics:
    """A peer excludes something that a wider peer takes in again.

    ## Why
    `NotIn`, `DoesNotExist` and `except` exclude for their own item only. Items of a list and rules of a direction are
    ORed, so that another one which takes in everything, on the same ports, lets in what was excluded: the exclusion
    excludes nothing. There is no deny rule in NetworkPolicies; leave the wider peer out, or narrow it as well.

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
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchExpressions:
                  - key: kubernetes.io/metadata.name
                    operator: NotIn  # <- NP238
                    values: [testing]
            - namespaceSelector: {}
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
        - from:
            - namespaceSelector:
                matchExpressions:
                  - key: kubernetes.io/metadata.name
                    operator: NotIn
                    values: [testing]
    ```
    """
    policy = ctx.policy
    if policy.has_unknown_types or not (any(map(_excludes, policy.requirements)) or _has_exceptions(policy)):
        return
    from netpol_lsp.policies.networkpolicy.exclusions import cancelled_exclusions  # noqa: PLC0415 - start-up is a feature

    for one in cancelled_exclusions(policy, ctx.semantics):
        if one.direction not in policy.effective_types or one.node.node.origin is not None:
            continue
        place, written = _exclusion(one.node)
        wider, words = _wider(policy, one, ctx.namespace)
        message = f"{written} excludes nothing: another {'rule' if one.by_peer is None else 'item'} takes in {words}"
        related = [ctx.related(wider, "this takes in what was excluded")] if wider is not None else []
        yield ctx.finding(place, message, label="excludes nothing", related=related)


def _excludes(requirement: Requirement) -> bool:
    operator = requirement.operator
    return operator is not None and operator.value in _EXCLUDING


def _has_exceptions(policy: NetworkPolicy) -> bool:
    return any(block.excepts for block in policy.ip_blocks)


def _exclusion(peer: Peer) -> tuple[Span, str]:
    """Where a peer excludes something, and in which words."""
    if peer.ip_block is not None and peer.ip_block.except_entry is not None:
        return peer.ip_block.except_entry.key.span, "`except`"
    selectors = (selector for selector in (peer.pod_selector, peer.namespace_selector) if selector is not None)
    for requirement in (one for selector in selectors for one in selector.requirements):
        operator = requirement.operator
        if operator is not None and _excludes(requirement):
            return operator.span, f"`{operator.value}`"
    return head_span(peer.node), "the exclusion"


def _wider(policy: NetworkPolicy, one: CancelledExclusion, namespace: str | None) -> tuple[Span | None, str]:
    """The place of what takes in the excluded, and whom it means."""
    everyone = "everyone"
    items = _items(policy.rules_field(one.direction))
    rule = items[one.by_rule] if one.by_rule < len(items) else None
    if rule is None:
        return None, everyone
    found = next((other for other in policy.rules(one.direction) if other.node is rule), None)
    peers = _items(found.peers_field) if found is not None else []
    if one.by_peer is None or one.by_peer >= len(peers):
        return head_span(rule), everyone
    item = peers[one.by_peer]
    return head_span(item), peer_words(Peer(item), namespace) if isinstance(item, Mapping) else everyone


def _items(field: object) -> list[Node]:
    return getattr(field, "value", None) or []

"""NP115 empty-peer."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.mappings import remove_item
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence, is_null
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule(
    "NP115",
    category="api",
    severity=Severity.ERROR,
    judges_structure=True,
    on_partial=True,
    needs=Trigger.RULES,
    never_traded=True,
)
def empty_peer(ctx: PolicyContext) -> Diagnostics:
    """An item of `from` or `to` names no peer.

    ## Why
    Every item needs a podSelector, a namespaceSelector or an ipBlock. The API server refuses `- {}`, a bare dash and
    selectors without a value here, although an empty *rule* (`ingress: [{}]`) is fine and allows everyone. To allow
    everyone, leave `from` or `to` out.

    ## Fix safety
    Unsafe: the item is removed where others stay; whether it was meant to say more is not known.

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
            - {}  # <- NP115
    ```

    ```yaml fixed
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
        - {}
    ```
    """
    for rule in ctx.policy.all_rules:
        items = (rule.peers_field.value or ()) if rule.peers_field is not None else ()
        if len(items) == len(rule.peers) and not any(peer.is_empty for peer in rule.peers):
            continue
        for item in items:
            if not (is_null(item) or _is_empty(item)) or is_unknown(item):
                continue
            yield ctx.finding(
                _place(item),
                _message(rule, item),
                label="no peer",
                fixes=partial(_fix, ctx, rule, item),
            )


_FIELDS = frozenset({"podSelector", "namespaceSelector", "ipBlock"})


def _is_empty(item: Node) -> bool:
    """Whether nothing is left of a peer once nulls are dropped; unknown fields are NP101's."""
    return (
        isinstance(item, Mapping)
        and not item.is_open
        and all(
            entry.name in _FIELDS and is_null(entry.value) and not is_unknown(entry.value)
            for entry in item.all_entries()
        )
    )


def _place(item: Node) -> Span:
    if isinstance(item, Mapping) and item.entries:
        return item.entries[0].key.span
    return item.span if item.end > item.start else Span(max(item.start - 1, 0), item.start)


def _message(rule: TrafficRule, item: Node) -> str:
    key = rule.direction.peers_key
    who = "anyone" if rule.direction is Direction.INGRESS else "anywhere"
    if isinstance(item, Mapping) and item.entries:
        name = item.entries[0].name
        if name == "ipBlock":
            return "`ipBlock` without a value names no peer: an ipBlock needs a `cidr`"
        return f"`{name}` without a value names no peer: `{name}: {{}}` would select all of them"
    return f"an empty item of `{key}` names no peer: leave `{key}` out to allow {who}"


def _fix(ctx: PolicyContext, rule: TrafficRule, item: Node) -> Fix | None:
    peers = rule.peers_field.node if rule.peers_field else None
    if not isinstance(peers, Sequence) or len(peers.items) < 2:
        return None
    edits = remove_item(ctx.document, peers, item)
    return ctx.fix("Remove the empty item", edits, Applicability.UNSAFE)

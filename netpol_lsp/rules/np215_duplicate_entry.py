"""NP215 duplicate-entry."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity, Tag
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.policy import IPBlock
from netpol_lsp.syntax.nodes import Mapping, Node, Sequence, walk
from netpol_lsp.syntax.plain import to_plain
from netpol_lsp.syntax.rewrite import remove_item
from netpol_lsp.syntax.templates import is_unknown
from netpol_lsp.text.edits import Fix
from netpol_lsp.text.span import Span


@policy_rule("NP215", category="intent", severity=Severity.INFO)
def duplicate_entry(ctx: PolicyContext) -> Diagnostics:
    """An entry of a list stands there twice.

    ## Why
    Rules, peers, ports, values and policy types that stand twice do nothing more than once. Often one of the copies was
    meant to be edited.

    ## Fix safety
    Safe: the later copy is removed, which changes nothing.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - protocol: TCP
              port: 80
            - protocol: TCP  # <- NP215
              port: 80
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
        - ports:
            - protocol: TCP
              port: 80
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
        - ports:
            - protocol: TCP
              port: 80
            - protocol: UDP
              port: 80
    ```
    """
    lists = [ctx.policy.policy_types_field, ctx.policy.ingress_field, ctx.policy.egress_field]
    for rule in ctx.policy.all_rules:
        lists += [rule.peers_field, rule.ports_field]
    nodes = [field.node for field in lists if field is not None]
    nodes += [block.except_entry.value for block in _blocks(ctx) if block.except_entry is not None]
    for selector in ctx.policy.selectors:
        nodes += [one.values_entry.value for one in selector.requirements if one.values_entry is not None]
    for node in nodes:
        if isinstance(node, Sequence) and len(node.items) > 1:
            yield from _check(ctx, node)


def _blocks(ctx: PolicyContext) -> list[IPBlock]:
    peers = (peer for rule in ctx.policy.all_rules for peer in rule.peers)
    return [peer.ip_block for peer in peers if peer.ip_block is not None]


def _check(ctx: PolicyContext, node: Sequence) -> Diagnostics:
    seen: list[tuple[object, Node]] = []
    for item in node.items:
        value = to_plain(item).value
        # An empty rule or peer has findings of its own; what a template decides may differ.
        first = next((earlier for known, earlier in seen if known == value), None)
        if first is None:
            seen.append((value, item))
            continue
        if not value or any(is_unknown(part) for part in walk(item)):
            continue
        edits = remove_item(ctx.document, node, item)
        fix = Fix("Remove the copy", edits) if edits else None
        related = [ctx.related(_place(first), "the first one")]
        message = "this entry stands in the list already"
        yield ctx.finding(_place(item), message, related=related, fixes=[fix], tags=[Tag.UNNECESSARY])


def _place(item: Node) -> Span:
    """The first key of a mapping in block style, else the whole item."""
    if isinstance(item, Mapping) and not item.flow and item.entries:
        return item.entries[0].span
    return item.span

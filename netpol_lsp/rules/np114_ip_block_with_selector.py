"""NP114 ip-block-with-selector."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Entry, is_null
from netpol_lsp.yaml.style import column_of


@policy_rule(
    "NP114", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.IP_BLOCKS, never_traded=True
)
def ip_block_with_selector(ctx: PolicyContext) -> Diagnostics:
    """An ipBlock shares its item with a selector.

    ## Why
    An item of `from` or `to` is an ipBlock *or* selectors; together they are refused. Addresses and pods cannot be
    ANDed.

    ## Fix safety
    Unsafe: the ipBlock becomes an item of its own, so that the two are ORed: traffic that matches either is allowed.

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
            - podSelector:
                matchLabels:
                  app: web
              ipBlock:  # <- NP114
                cidr: 10.0.0.0/8
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
            - podSelector:
                matchLabels:
                  app: web
            - ipBlock:
                cidr: 10.0.0.0/8
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
            - podSelector: {}
            - ipBlock:
                cidr: 10.0.0.0/8
    ```
    """
    for rule in ctx.policy.all_rules:
        for peer in rule.peers:
            if peer.ip_block is None:
                continue
            other = peer.pod_selector or peer.namespace_selector
            if other is not None:
                name = other.entry.name
                message = f"`ipBlock` and `{name}` cannot be in one item: a peer is either addresses or pods"
                at = peer.ip_block.entry.key
                related = [ctx.related(other.entry.key, "the selector in the same item")]
                yield ctx.finding(
                    at, message, label="an item of its own", related=related, fixes=partial(_split, ctx, peer)
                )


def _split(ctx: PolicyContext, peer: Peer) -> Fix | None:
    """A dash before the last of the keys, where one is before the other in block style."""
    node = peer.node
    if node.flow or node.origin is not None or len(node.entries) != 2 or any(is_null(e.value) for e in node.entries):
        return None
    source = ctx.document.source
    second: Entry = node.entries[1]
    line = source.lines.line_start(source.lines.line_of(second.key.start))
    if ctx.document.text[line : second.key.start].strip():
        return None
    dash = _dash_column(ctx.document, node.start)
    if dash is None:
        return None
    edit = TextEdit(Span(line, second.key.start), " " * dash + "-" + " " * (column_of(source, node.start) - dash - 1))
    return Fix("Make the two separate items (either may match)", (edit,), Applicability.UNSAFE)


def _dash_column(document: Document, start: int) -> int | None:
    source = document.source
    line = source.lines.line_start(source.lines.line_of(start))
    before = document.text[line:start]
    return len(before.rstrip()) - 1 if before.rstrip().endswith("-") else None

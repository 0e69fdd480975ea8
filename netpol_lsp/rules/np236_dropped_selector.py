"""NP236 dropped-selector."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.prose import peer_words
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.items import has_comment
from netpol_lsp.yaml.edit.mappings import remove_entry, set_value
from netpol_lsp.yaml.nodes import Entry, is_null
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule("NP236", category="intent", severity=Severity.WARNING, needs=Trigger.PEERS, is_local=True)
def dropped_selector(ctx: PolicyContext) -> Diagnostics:
    """A part of a peer has no value, and the API server drops it.

    ## Why
    `namespaceSelector:` without a value is null and is dropped, as if it were not there. Beside a podSelector it leaves
    pods of the policy's own namespace only, while `namespaceSelector: {}` would mean every namespace. A `podSelector:`
    without a value leaves every pod of the namespaces, and an `ipBlock:` without a value leaves nothing.

    ## Fix safety
    Unsafe for a namespaceSelector: `{}` allows every namespace. Safe for the others, where the written form means the
    same.

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
                  app: prometheus
              namespaceSelector:  # <- NP236
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
                  app: prometheus
              namespaceSelector: {}
    ```

    ```yaml good
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
                  app: prometheus
    ```
    """
    for peer in ctx.policy.peers:
        kept = (peer.pod_selector is not None) + (peer.namespace_selector is not None) + (peer.ip_block is not None)
        # If nothing is left, NP115 tells.
        if not kept or kept == len(peer.node.all_entries()):
            continue
        for entry in peer.node.all_entries():
            if entry.name in _FIELDS and is_null(entry.value) and not is_unknown(entry.value):
                message = f"`{entry.name}` without a value is dropped: this means {peer_words(peer, ctx.namespace)}"
                yield ctx.finding(entry.key, message, label="dropped", fixes=partial(_fix, ctx, peer, entry))


_FIELDS = frozenset({"podSelector", "namespaceSelector", "ipBlock"})


def _fix(ctx: PolicyContext, peer: Peer, entry: Entry) -> Fix | None:
    if entry.name == "ipBlock" or peer.ip_block is not None:
        return _remove(ctx, peer, entry)
    edits = set_value(ctx.document, entry, {})
    if edits is None:
        return None
    if entry.name == "podSelector":
        return Fix("Write `podSelector: {}`, which means the same", edits)
    return Fix("Write `namespaceSelector: {}`, for every namespace", edits, Applicability.UNSAFE)


def _remove(ctx: PolicyContext, peer: Peer, entry: Entry) -> Fix | None:
    lines = ctx.source.lines
    line = lines.line_of(entry.key.start)
    if has_comment(ctx.document, Span(lines.line_start(line), lines.line_end(line))):
        return None
    edits = remove_entry(ctx.document, peer.node, entry)
    return ctx.fix(f"Remove `{entry.name}`", edits)

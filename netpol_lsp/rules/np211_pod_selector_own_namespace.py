"""NP211 pod-selector-own-namespace."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.ambiguous_peers import ambiguous_pairs
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.prose import peer_words
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import insert_entry_first


@policy_rule("NP211", category="intent", severity=Severity.INFO, needs=Trigger.PEERS, opt_in=True)
def pod_selector_own_namespace(ctx: PolicyContext) -> Diagnostics:
    """A podSelector alone selects pods of the policy's own namespace only.

    ## Why
    In `from` and `to` a podSelector without a namespaceSelector beside it looks at the pods of the policy's own
    namespace, and at no others: labels that match in another namespace do not count. To mean pods of other namespaces,
    name these in the same item: `kubernetes.io/metadata.name` is a label that every namespace has.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: default
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:  # <- NP211
                matchLabels:
                  access: "true"
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: default
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: team-a
              podSelector:
                matchLabels:
                  access: "true"
    ```
    """
    policy = ctx.policy
    for rule in policy.all_rules:
        if not policy.has_unknown_types and rule.direction not in policy.effective_types:
            continue
        pairs = ambiguous_pairs(ctx.document, policy, rule, ctx.namespace)
        told = {id(peer.node) for pair in pairs for peer in (pair.first, pair.second)}
        for peer in rule.peers:
            selector = peer.pod_selector
            if selector is None or selector.is_empty or peer.ip_block is not None or id(peer.node) in told:
                continue
            if "namespaceSelector" in {entry.name for entry in peer.node.all_entries()}:
                continue  # a null one is NP236's
            yield ctx.finding(
                selector.entry.key,
                f"without a `namespaceSelector` this means {peer_words(peer, ctx.namespace)} only",
                label="own namespace only",
                fixes=partial(_fix, ctx, peer),
            )


def _fix(ctx: PolicyContext, peer: Peer) -> Fix | None:
    """Only shown: which namespace is meant is not known, and all of them would be far too many."""
    wanted = {"matchLabels": {"kubernetes.io/metadata.name": ctx.namespace or "default"}}
    edits = insert_entry_first(ctx.document, peer.node, "namespaceSelector", wanted)
    title = "Add a `namespaceSelector` beside it, to name another namespace"
    return ctx.fix(title, edits, Applicability.DISPLAY)

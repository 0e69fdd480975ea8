"""NP210 peers-or-not-and."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.ambiguous_peers import PeerPair, ambiguous_pairs
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.prose import peer_words, pods_in_words
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.pods import find_pods, place, place_of, selected_namespaces
from netpol_lsp.yaml.edit.items import join_items
from netpol_lsp.yaml.nodes import Sequence


@policy_rule(
    "NP210", category="intent", severity=Severity.WARNING, uses_resources=True, needs=Trigger.PEERS, is_local=True
)
def peers_or_not_and(ctx: PolicyContext) -> Diagnostics:
    """A namespaceSelector and a podSelector are two items, so either is enough.

    ## Why
    Each dash in `from` or `to` begins a peer of its own, and a connection may match any of them (OR). Only the
    selectors inside one item must both match (AND). One dash too many makes "the frontend of team a" mean "everything
    of team a, and the frontend of our own namespace, too".

    Reported where a list is nothing but such a pair, or where the pods plainly live in the namespaces next to them
    (`k8s-app: kube-dns` beside `kube-system`). Lists that read as alternatives stay quiet: pairs among other peers as
    in the Kubernetes documentation's sample, `podSelector: {}`, the policy's own pods, pods that a manifest makes in
    the policy's own namespace, or pods that another policy of the
    namespace is for, namespaces by OpenShift's `policy-group`, or a comment nearby that says
    "or" or "own namespace".

    If OR is meant, say so in such a comment: the second quick fix writes one.

    ## Fix safety
    Unsafe: one item allows fewer peers than two.

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
                matchLabels:
                  team: a
            - podSelector:  # <- NP210
                matchLabels:
                  app: frontend
    ```

    ```yaml fixed
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
                matchLabels:
                  team: a
              podSelector:
                matchLabels:
                  app: frontend
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
            - ipBlock:
                cidr: 172.17.0.0/16
            - namespaceSelector:
                matchLabels:
                  project: myproject
            - podSelector:
                matchLabels:
                  role: frontend
        - from:
            # everything of team a, or our own frontend
            - namespaceSelector:
                matchLabels:
                  team: a
            - podSelector:
                matchLabels:
                  app: frontend
    ```
    """
    for rule in ctx.policy.all_rules:
        if not ctx.policy.surely_isolates(rule.direction):
            continue
        for pair in ambiguous_pairs(ctx.document, ctx.policy, rule, ctx.namespace):
            if not ctx.in_one_branch(pair.first.node, pair.second.node):
                continue  # an item that a template may leave out is meant as an item
            if _is_alternative(ctx, pair):
                continue
            yield ctx.finding(
                pair.second.node.entries[0].key if pair.second.node.entries else pair.second.node,
                _message(pair, ctx.namespace),
                label="OR, not AND",
                related=[ctx.related(pair.first.node.span, "the item that it may have been meant to join")],
                fixes=partial(_fixes, ctx, rule, pair),
            )


def _is_alternative(ctx: PolicyContext, pair: PeerPair) -> bool:
    """Whether the manifests show that OR is meant: such pods are in the policy's own namespace, and not in the ones beside them."""
    view = ctx.workspace
    if any(key == _POLICY_GROUP for key, _ in pair.namespaces.allowed) or _is_subject_here(ctx, pair.pods):
        return True
    if ResourceTrigger.WORKLOADS not in view.known or not find_pods(view, place_of(view, ctx.located), pair.pods).sure:
        return False
    names, _ = selected_namespaces(view, pair.namespaces)
    return not any(find_pods(view, place(view, name, ""), pair.pods).sure for name in names)


_POLICY_GROUP = "network.openshift.io/policy-group"
"""The label by which OpenShift groups namespaces for policies: of its routers, its monitoring, its host network."""


def _is_subject_here(ctx: PolicyContext, pods: LabelSelector) -> bool:
    """Whether another policy of the same namespace is for just these pods: they are there, then."""
    others = ctx.workspace.policies_with_pods_of(ctx.located.policy.namespace, pods)
    return any(other.policy.pod_selector.allowed == pods.allowed for other in others)


def _message(pair: PeerPair, namespace: str | None) -> str:
    either = f"{peer_words(pair.first, namespace)}, OR {peer_words(pair.second, namespace)}"
    both = pods_in_words(pair.pods, pair.namespaces, namespace)
    return f"two items, so either is enough: {either}; written as one item it would be: {both}"


def _fixes(ctx: PolicyContext, rule: TrafficRule, pair: PeerPair) -> list[Fix | None]:
    return [_join(ctx, rule, pair), _keep(ctx, pair)]


def _join(ctx: PolicyContext, rule: TrafficRule, pair: PeerPair) -> Fix | None:
    peers = rule.peers_field.node if rule.peers_field else None
    if not isinstance(peers, Sequence):
        return None
    edits = join_items(ctx.document, peers, pair.first.node, pair.second.node)
    return ctx.fix("Join the two into one item (both must match)", edits, Applicability.UNSAFE)


def _keep(ctx: PolicyContext, pair: PeerPair) -> Fix | None:
    """A comment that says that OR is meant, on a line of its own above the first item."""
    source = ctx.source
    start = source.lines.line_start(source.lines.line_of(pair.first.node.start))
    before = ctx.document.text[start : pair.first.node.start]
    if pair.first.node.origin is not None or before.strip() != "-":
        return None
    comment = before[: before.index("-")] + "# either of these is enough" + source.newline
    edits = (TextEdit(Span(start, start), comment),)
    return Fix("Keep two items and say so in a comment", edits, Applicability.UNSAFE)

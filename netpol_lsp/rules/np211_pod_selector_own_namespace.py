"""NP211 pod-selector-own-namespace."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.ambiguous_peers import ambiguous_pairs
from netpol_lsp.policies.networkpolicy.peer import Peer
from netpol_lsp.policies.networkpolicy.prose import join_words, peer_words
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.pods import (
    elsewhere,
    find_pods,
    has_policy_for,
    is_anything_here,
    is_selected_by_service,
    place_of,
)
from netpol_lsp.yaml.edit.mappings import insert_entry_first

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import WorkloadFacts


@policy_rule(
    "NP211", category="intent", severity=Severity.INFO, uses_resources=True, needs=Trigger.PEERS, has_facts=True
)
def pod_selector_own_namespace(ctx: PolicyContext) -> Diagnostics:
    """A podSelector alone selects pods of the policy's own namespace only.

    ## Why
    In `from` and `to` a podSelector without a namespaceSelector beside it looks at the pods of the policy's own
    namespace, and at no others: labels that match in another namespace do not count. To mean pods of other namespaces,
    name these in the same item: `kubernetes.io/metadata.name` is a label that every namespace has.

    A warning where the manifests show that only other namespaces have such pods. Otherwise it is what the peer means, a fact
    for the profile `strict`.

    ## Fix safety
    Unsafe: the peer then allows the pods of the namespaces that have some.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: default
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:  # <- NP211
                matchLabels:
                  access: "true"
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: default, labels: {app: web}}
    spec:
      containers: [{name: web, image: nginx}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: client, namespace: cs1, labels: {access: "true"}}
    spec:
      containers: [{name: client, image: busybox}]
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: default
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: cs1
              podSelector:
                matchLabels:
                  access: "true"
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: default, labels: {app: web}}
    spec:
      containers: [{name: web, image: nginx}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: client, namespace: cs1, labels: {access: "true"}}
    spec:
      containers: [{name: client, image: busybox}]
    ```

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
    if not ctx.wants_facts and ResourceTrigger.WORKLOADS not in ctx.workspace.known:
        return  # only pods that are known show that others were meant
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
            others = _only_elsewhere(ctx, selector)
            if others:
                yield _warning(ctx, peer, others)
            elif ctx.wants_facts:
                yield ctx.finding(
                    selector.entry.key,
                    f"without a `namespaceSelector` this means {peer_words(peer, ctx.namespace)} only",
                    label="own namespace only",
                    fixes=partial(_fix, ctx, peer),
                )


def _only_elsewhere(ctx: PolicyContext, selector: Selector) -> dict[str, tuple[WorkloadFacts, ...]]:
    """The pods that a selector means in other namespaces, where it surely means none in the policy's own."""
    view, pods, where = ctx.workspace, read_selector(selector), place_of(ctx.workspace, ctx.located)
    if not is_anything_here(view, where) and not ctx.is_known_whole(where.namespace):
        return {}
    if not find_pods(view, where, pods).is_none or is_selected_by_service(view, where, pods):
        return {}
    if has_policy_for(view, where.namespace, pods):
        return {}  # they are made by something that is not known
    return elsewhere(view, where, pods)


def _warning(ctx: PolicyContext, peer: Peer, others: dict[str, tuple[WorkloadFacts, ...]]) -> Diagnostic:
    assert peer.pod_selector is not None
    names = sorted(others)
    listed = join_words([f"`{name}`" for name in names[:3]] + ([f"{len(names) - 3} more"] if len(names) > 3 else []))
    pod = others[names[0]][0]
    return ctx.finding(
        peer.pod_selector.entry.key,
        f"without a `namespaceSelector` this means {peer_words(peer, ctx.namespace)} only, which has none: such pods are "
        f"in namespace{'s' if len(names) > 1 else ''} {listed}",
        severity=Severity.WARNING,
        label="own namespace only",
        related=[ctx.related_fact(pod.origin, f"{pod.kind} `{pod.name}` in namespace `{names[0]}`")],
        fixes=partial(_name_them, ctx, peer, names),
    )


def _name_them(ctx: PolicyContext, peer: Peer, names: list[str]) -> Fix | None:
    """Name the namespaces where such pods are; of many, no one means all."""
    if len(names) > _MOST_NAMES:
        return _fix(ctx, peer)
    wanted: dict[str, object] = {"matchLabels": {METADATA_NAME: names[0]}}
    if len(names) > 1:
        wanted = {"matchExpressions": [{"key": METADATA_NAME, "operator": "In", "values": names}]}
    edits = insert_entry_first(ctx.document, peer.node, "namespaceSelector", wanted)
    listed = join_words(f"`{name}`" for name in names)
    return ctx.fix(f"Add a `namespaceSelector` for {listed}", edits, Applicability.UNSAFE)


_MOST_NAMES = 3


def _fix(ctx: PolicyContext, peer: Peer) -> Fix | None:
    """Only shown: which namespace is meant is not known, and all of them would be far too many."""
    wanted = {"matchLabels": {METADATA_NAME: ctx.namespace or "default"}}
    edits = insert_entry_first(ctx.document, peer.node, "namespaceSelector", wanted)
    title = "Add a `namespaceSelector` beside it, to name another namespace"
    return ctx.fix(title, edits, Applicability.DISPLAY)

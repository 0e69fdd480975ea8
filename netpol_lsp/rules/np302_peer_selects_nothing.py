"""NP302 peer-selects-nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.lint.selector_parts import near_miss_fix, span_of
from netpol_lsp.policies.networkpolicy.ambiguous_peers import ambiguous_pairs
from netpol_lsp.policies.networkpolicy.prose import join_words, pods_words
from netpol_lsp.workspace.pods import Place, elsewhere, has_policy_for, here, is_selected_by_service, place_of
from netpol_lsp.workspace.samples import may_be_held_against

if TYPE_CHECKING:
    from netpol_lsp.lint.peer_targets import PeerTarget
    from netpol_lsp.workspace.near_miss import NearMiss
    from netpol_lsp.workspace.resources import WorkloadFacts


@policy_rule(
    "NP302",
    category="workspace",
    severity=Severity.WARNING,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
    needs=Trigger.PEERS,
)
def peer_selects_nothing(ctx: PolicyContext) -> Diagnostics:
    """A peer selects no pod that any manifest makes.

    ## Why
    A peer that matches no pod allows nothing: the connections that it was written for are refused, and no one is told. A
    podSelector without a namespaceSelector looks at the policy's own namespace only, so pods with that very label in
    another namespace do not count.

    A warning where a manifest shows what was meant: a label that differs by a slip, the same value under another key, the
    label of the Deployment's own metadata, pods of another namespace. An information where nothing does, but all pods of the
    namespaces are known from a snapshot of the cluster (`--context`), or where `whole-namespaces` names them. Otherwise nothing is said: the pods may come
    from a chart or an operator. `netpol-lint inventory` shows what is known.

    ## Fix safety
    Unsafe: the peer then allows pods that it did not allow before.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: api
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: Frontend  # <- NP302
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: frontend
      namespace: shop
      labels:
        app: frontend
    spec:
      containers:
        - name: nginx
          image: nginx
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: api
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: frontend
      namespace: shop
      labels:
        app: frontend
    spec:
      containers:
        - name: nginx
          image: nginx
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: api
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: gateway
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: frontend
      namespace: shop
      labels:
        app: frontend
    spec:
      containers:
        - name: nginx
          image: nginx
    ```
    """
    from netpol_lsp.lint.peer_targets import peer_targets, pods_of  # noqa: PLC0415 - only beside workloads

    for target in peer_targets(ctx):
        selector = target.peer.pod_selector
        if selector is None or selector.is_empty or not target.places or not pods_of(ctx, target).is_none:
            continue
        if any(is_selected_by_service(ctx.workspace, where, target.pods) for where in target.places):
            continue
        is_whole = all(ctx.is_known_whole(where.namespace) for where in target.places)
        found = _near_miss(ctx, target, is_whole=is_whole)
        if found is not None and found.is_elsewhere and _is_half_of_a_pair(ctx, target):
            continue  # that is NP210's
        if found is not None and not may_be_held_against(ctx.workspace.index, ctx.source.uri, found.origin.uri):
            continue  # the pods of another example
        if found is None and not is_whole:
            continue
        message = f"no {_pods(pods_words(target.pods))} in {_places(target.places)}"
        if found is None:
            yield ctx.finding(selector.span, message, severity=Severity.INFO, label="matches nothing")
            continue
        yield ctx.finding(
            span_of(selector, found.requirement),
            f"{message}: {found.hint}",
            label="matches nothing",
            related=[ctx.related_fact(found.origin, found.note)] if found.origin.end else [],
            fixes=partial(near_miss_fix, ctx, selector, found),
        )


def _near_miss(ctx: PolicyContext, target: PeerTarget, *, is_whole: bool) -> NearMiss | None:
    view = ctx.workspace
    pool: list[WorkloadFacts] = [one for where in target.places for one in here(view, where)]
    if not pool and not is_whole:
        return None
    own = place_of(view, ctx.located)
    place = target.places[0] if target.namespaces is not None else own
    others = {} if has_policy_for(view, place.namespace, target.pods) else elsewhere(view, place, target.pods)
    from netpol_lsp.workspace.near_miss import near_miss  # noqa: PLC0415 - most peers select pods

    return near_miss(target.pods, pool, others)


def _is_half_of_a_pair(ctx: PolicyContext, target: PeerTarget) -> bool:
    """Whether the peer was probably meant as one with its neighbour, which names the namespaces."""
    pairs = ambiguous_pairs(ctx.document, ctx.policy, target.rule, ctx.namespace)
    return any(target.peer.node in (pair.first.node, pair.second.node) for pair in pairs)


def _pods(words: str) -> str:
    return words.removeprefix("pods").strip() and f"pod {words.removeprefix('pods').strip()}"


def _places(places: tuple[Place, ...]) -> str:
    names = [f"`{where.namespace}`" for where in places if where.namespace]
    if not names:
        return "the policy's own namespace"
    return f"namespace{'s' if len(names) > 1 else ''} {join_words(names)}"

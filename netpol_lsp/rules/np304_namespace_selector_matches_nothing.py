"""NP304 namespace-selector-matches-nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import LabelSelector, Operator
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.lint.selector_parts import near_miss_fix, span_of
from netpol_lsp.policies.networkpolicy.prose import selector_words
from netpol_lsp.workspace.pods import exact_names
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.workspace.near_miss import NearMiss


@policy_rule(
    "NP304",
    category="workspace",
    severity=Severity.WARNING,
    uses_resources=True,
    needs_known=ResourceTrigger.NAMESPACES,
    needs=Trigger.PEERS,
)
def namespace_selector_matches_nothing(ctx: PolicyContext) -> Diagnostics:
    """A namespaceSelector matches no namespace that is known.

    ## Why
    A namespaceSelector looks at the labels of namespaces. Where none carries the label, the peer matches nothing, and
    no one is told.

    A warning where the manifest of a Namespace has the label with a value that differs by a slip, and where a snapshot of
    the cluster (`--context`) shows all namespaces with their labels. Otherwise nothing is said.

    ## Fix safety
    Unsafe: the peer then allows other pods.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  team: payment  # <- NP304
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: billing
      labels:
        team: payments
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  team: payments
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: billing
      labels:
        team: payments
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  team: search
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: billing
      labels:
        team: payments
    ```
    """
    from netpol_lsp.lint.peer_targets import peer_targets  # noqa: PLC0415 - only beside workloads

    for target in peer_targets(ctx):
        selector, written = target.namespaces, target.peer.namespace_selector
        if selector is None or written is None or written.is_empty or selector.is_partial or target.places:
            continue
        if exact_names(selector) is not None:
            continue  # a namespace by its name is NP303's
        found = _near_miss(ctx.workspace, selector)
        if found is None and target.has_more:
            continue
        message = f"no namespace {selector_words(selector)} is known, so the peer matches nothing"
        if found is None:
            yield ctx.finding(written.span, message)
            continue
        yield ctx.finding(
            span_of(written, found.requirement),
            f"{message}: {found.hint}",
            related=[ctx.related_fact(found.origin, found.note)] if found.origin.end else [],
            fixes=partial(near_miss_fix, ctx, written, found),
        )


def _near_miss(view: WorkspaceSnapshot, selector: LabelSelector) -> NearMiss | None:
    """The one condition that fails by a slip, for some Namespace whose labels are known."""
    for wanted in selector.requirements:
        if wanted.operator is not Operator.IN or len(wanted.values) != 1 or wanted.key == METADATA_NAME:
            continue
        by_value = {}
        for facts in view.namespaces.values():
            others = all(
                values.contains(facts.labels.get(key)) for key, values in selector.allowed if key != wanted.key
            )
            if others and wanted.key in facts.labels:
                by_value[facts.labels[wanted.key]] = facts
        from netpol_lsp.workspace.near_miss import NearMiss, nearest  # noqa: PLC0415 - start-up is a feature, and few findings need it

        value = nearest(wanted.values[0], by_value)
        if value is not None:
            facts = by_value[value]
            origin = facts.label_origins.get(wanted.key, facts.origin)
            note = f"namespace `{facts.name}` has `{wanted.key}: {value}`"
            return NearMiss(wanted, f"did you mean `{value}`?", value=value, origin=origin, note=note)
    return None

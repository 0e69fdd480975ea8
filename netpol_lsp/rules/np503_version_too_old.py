"""NP503 version-too-old."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.span import Span


@policy_rule("NP503", category="platform", severity=Severity.WARNING, on_partial=True)
def version_too_old(ctx: PolicyContext) -> Diagnostics:
    """The policy uses something that the cluster's Kubernetes version does not have yet.

    ## Why
    An older API server silently drops fields that it does not know: a range of ports becomes its first port. And
    before 1.21 no namespace has the label `kubernetes.io/metadata.name`, so that a selector for it matches nothing.

    Speaks only when the configuration has a `kubernetes-version`.

    ```yaml bad {"kubernetes-version": [1, 20]}
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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: ingress  # <- NP503
          ports:
            - protocol: TCP
              port: 8000
              endPort: 8010  # <- NP503
    ```

    ```yaml good {"kubernetes-version": [1, 22]}
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
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: ingress
          ports:
            - protocol: TCP
              port: 8000
              endPort: 8010
    ```
    """
    if not ctx.settings.is_kubernetes_version_known:
        return
    from netpol_lsp.capabilities.kubernetes import lacks  # noqa: PLC0415 - start-up is a feature
    from netpol_lsp.policies.networkpolicy.feature_uses import feature_uses  # noqa: PLC0415 - start-up is a feature

    version = ctx.settings.kubernetes_version
    for use in feature_uses(ctx.policy):
        feature = lacks(version, _FEATURES[use.capability]) if use.capability in _FEATURES else None
        if feature is not None:
            yield ctx.finding(use.span, f"{use.subject} does not work on Kubernetes {_dotted(version)}: {feature.text}")
    feature = lacks(version, "metadata-name")
    if feature is not None:
        for span in _metadata_names(ctx):
            message = f"no namespace has the label `{METADATA_NAME}` on Kubernetes {_dotted(version)}: {feature.text}"
            yield ctx.finding(span, message, label="matches nothing unless someone sets it")


_FEATURES = {
    Capability.EGRESS: "egress",
    Capability.INGRESS_IP_BLOCK: "ip-block",
    Capability.EGRESS_IP_BLOCK: "ip-block",
    Capability.COMBINED_SELECTORS: "combined-selectors",
    Capability.END_PORT: "end-port",
    Capability.SCTP: "sctp",
}
"""The features of capabilities/kubernetes.json by what a policy uses."""


def _metadata_names(ctx: PolicyContext) -> Iterator[Span]:
    """The conditions on the label that newer API servers set."""
    for peer in ctx.policy.peers:
        selector = peer.namespace_selector
        if selector is None:
            continue
        yield from (label.key.span for label in selector.labels if label.key.value == METADATA_NAME)
        for one in selector.requirements:
            if one.key is not None and one.key.value == METADATA_NAME:
                yield one.key.span


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))

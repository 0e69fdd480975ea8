"""NP502 feature-not-enforced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.capabilities.fact import Capability, Effect, Fact, Support
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.platform import uses_with
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule

if TYPE_CHECKING:
    from netpol_lsp.capabilities.capabilities import Capabilities


@policy_rule("NP502", category="platform", severity=Severity.WARNING, on_partial=True)
def feature_not_enforced(ctx: PolicyContext) -> Diagnostics:
    """The policy uses something that the cluster's network plugin does not enforce.

    ## Why
    Network plugins enforce NetworkPolicies to different extents, and none of them tells: Cilium before 1.16 opens only the
    first port of a range, OVN-Kubernetes opens every port where one is given by name, Weave Net's controller crashes
    over a named port, Romana knows no egress, Azure's Windows nodes no `except`. The message says what happens
    instead, as far as that is known.

    Speaks only when the configuration names the network plugin, and its version where the version matters:
    `cni: cilium@1.15`. What no source says is unknown, and nothing follows from it. `netpol-lint cni cilium@1.15` shows
    every fact with its sources.

    ```yaml bad {"cni": "cilium@1.15"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - ports:
            - protocol: TCP
              port: 8000
              endPort: 8010  # <- NP502
    ```

    ```yaml bad {"cni": "ovn-kubernetes"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - ports:
            - protocol: TCP
              port: http  # <- NP502
    ```

    ```yaml good {"cni": "cilium@1.16"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - ports:
            - protocol: TCP
              port: 8000
              endPort: 8010
    ```
    """
    if ctx.settings.cni is None:
        return
    capabilities = ctx.settings.capabilities
    if not capabilities.is_known or capabilities.enforces_nothing:
        return
    for use, fact in uses_with(ctx, capabilities, Support.NO):
        # NP202 and NP203 speak of policyTypes, NP503 of what the Kubernetes version lacks.
        if use.capability is Capability.POLICY_TYPES or _is_said_of_kubernetes(ctx, fact):
            continue
        yield ctx.finding(use.span, _message(use.subject, capabilities, fact), label=_LABELS.get(fact.effect, _LABEL))


_LABEL = "not enforced"
_LABELS: dict[Effect | None, str] = {
    Effect.NOT_ENFORCED: "everything stays open",
    Effect.FIRST_PORT_ONLY: "only `port` is open",
    Effect.WHOLE_PROTOCOL: "every port is open",
    Effect.DENIES_ALL: "nothing is allowed",
    Effect.CRASHES: "the controller stops",
    Effect.MATCHES_NOTHING: "matches nothing",
    Effect.IGNORED: "ignored",
    Effect.REFUSED: "the policy is not put into force",
}


def _message(subject: str, capabilities: Capabilities, fact: Fact) -> str:
    return f"{subject} does not work on {capabilities.label}: {fact.text}"


def _is_said_of_kubernetes(ctx: PolicyContext, fact: Fact) -> bool:
    """Whether the fact is that the Kubernetes version has no such thing."""
    if not ctx.settings.is_kubernetes_version_known:
        return False
    version = ctx.settings.kubernetes_version
    names = ("end-port", "egress", "ip-block", "combined-selectors", "sctp")
    from netpol_lsp.capabilities.kubernetes import lacks  # noqa: PLC0415 - start-up is a feature, and few findings need it

    return any((feature := lacks(version, name)) is not None and feature.text == fact.text for name in names)

"""A policy as it reaches the cluster: what kustomizations and deployments add to it on the way."""

from __future__ import annotations

from dataclasses import replace

from netpol_lsp.kube.label_selector import LabelSelector, intersection, match_labels
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.workspace.delivery import DeliveryScope


def delivered_policy(policy: NetworkPolicySemantics, scope: DeliveryScope) -> NetworkPolicySemantics:
    """The policy with the namespace and the labels that its delivery gives it.

    A namespace of a kustomization wins over one that is written, any other does not. Where it gets one of several, or
    perhaps none, its namespace is unknown. Labels are added to the selectors of pods that have some (kustomize, `commonLabels` and
    `labels` with `includeSelectors`: spec.podSelector and the podSelectors of peers).
    """
    if policy.namespace is not None and not scope.is_forced:
        pass
    elif scope.namespace is not None:
        policy = replace(policy, namespace=scope.namespace, is_namespace_unknown=False)
    elif scope.namespaces - {None}:
        policy = replace(policy, namespace=None, is_namespace_unknown=True)
    if not scope.selector_labels:
        return policy
    labels = match_labels(dict(scope.selector_labels))
    return replace(
        policy,
        pod_selector=_narrowed(policy.pod_selector, labels),
        ingress=tuple(_narrowed_rule(rule, labels) for rule in policy.ingress),
        egress=tuple(_narrowed_rule(rule, labels) for rule in policy.egress),
    )


def _narrowed_rule(rule: RuleSemantics, labels: LabelSelector) -> RuleSemantics:
    if not rule.peers or all(peer.pods is None for peer in rule.peers):
        return rule
    peers = (replace(peer, pods=_narrowed(peer.pods, labels)) if peer.pods is not None else peer for peer in rule.peers)
    return replace(rule, peers=tuple(peers))


def _narrowed(selector: LabelSelector, labels: LabelSelector) -> LabelSelector:
    """A selector that asks for the labels, too; a key that it names itself gets the new value, and `{}` stays."""
    if not selector.allowed:
        return selector
    added = {key for key, _ in labels.allowed}
    kept = LabelSelector(
        tuple(pair for pair in selector.allowed if pair[0] not in added),
        selector.is_partial,
        tuple(one for one in selector.requirements if one.key not in added),
    )
    return intersection(kept, labels)

"""NP240 dns-peer-too-narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import LabelSelector, Operator
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.dns import dns_setup
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.prose import namespace_names, peers_words
from netpol_lsp.policies.networkpolicy.semantics import PeerSet, RuleSemantics
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.dns import KUBE_SYSTEM, OPENSHIFT_DNS, DnsSetup, is_dns_peer, names_dns_ports, rule_allows_dns
from netpol_lsp.workspace.dns_coverage import has_dns_gap
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.edit.mappings import remove_entry
from netpol_lsp.yaml.item_comments import comment_text, comments_on
from netpol_lsp.yaml.nodes import Entry, Mapping

_SERVICE_LABELS = frozenset({"kubernetes.io/cluster-service", "kubernetes.io/name"})
# Words of those who run a DNS server of their own.
_OWN_SERVER = re.compile(
    r"dns|bind|unbound|pi-?hole|adguard|blocky|consul|resolver|named|knot|technitium|route53|stub|kubernetes\.default",
    re.IGNORECASE,
)


@policy_rule("NP240", category="intent", severity=Severity.WARNING, uses_resources=True, needs=Trigger.PORTS)
def dns_peer_too_narrow(ctx: PolicyContext) -> Diagnostics:
    """A rule for DNS names peers where no DNS is known to run.

    ## Why
    `kubernetes.io/cluster-service` and `kubernetes.io/name` are labels of the Service `kube-dns`, not of its pods, so a
    peer that asks for them reaches no DNS pod. And a rule that opens port 53 only towards pods of its own namespace, or of
    a namespace that has nothing to do with DNS, lets no one look up names: the cluster's DNS is in `kube-system`
    (in `openshift-dns` on OpenShift).

    Silent where addresses are named, or anything in the rule sounds like a DNS server of your own.

    ## Fix safety
    Unsafe: the label is removed, which opens the rule to more pods.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
              podSelector:
                matchLabels:
                  k8s-app: kube-dns
                  kubernetes.io/cluster-service: "true"  # <- NP240
          ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
              podSelector:
                matchLabels:
                  k8s-app: kube-dns
          ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:  # <- NP240
            - podSelector: {}
          ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
        - to:
            - namespaceSelector: {}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - namespaceSelector: {}
              podSelector:
                matchLabels:
                  k8s-app: kube-dns
          ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
    ```
    """
    policy, setup = ctx.policy, dns_setup(ctx.settings)
    if not policy.surely_isolates(Direction.EGRESS):
        return
    for rule, stored in ctx.rules(Direction.EGRESS):
        if not any(names_dns_ports(stored, setup, protocol) for protocol in ("UDP", "TCP")):
            continue
        labels = list(_service_labels(rule))
        for selector, key, entry in labels:
            message = f"`{key.value}` is a label of the Service, not of the DNS pods: this peer reaches none of them"
            yield ctx.finding(key, message, label="not on the pods", fixes=partial(_fix, ctx, selector, entry))
        if not labels and _is_nowhere(ctx, rule, stored, setup) and not has_dns_gap(ctx.workspace, ctx.located, setup):
            at = rule.peers_field.key_span if rule.peers_field is not None else rule.node.span
            who = peers_words(rule, ctx.namespace)
            yield ctx.finding(at, f"port 53 is opened only towards {who}, where no DNS is known to run", label="no DNS")


def _service_labels(rule: TrafficRule) -> Iterator[tuple[Selector, Field[str], Entry | None]]:
    """The labels of the Service in the podSelectors of a rule, with the entry that holds them where it can go."""
    for selector in (peer.pod_selector for peer in rule.peers if peer.pod_selector is not None):
        for label in selector.labels:
            if label.key.value in _SERVICE_LABELS:
                yield selector, label.key, label.entry
        for requirement in selector.requirements:
            if requirement.key is not None and requirement.key.value in _SERVICE_LABELS:
                yield selector, requirement.key, None


def _is_nowhere(ctx: PolicyContext, rule: TrafficRule, stored: RuleSemantics, setup: DnsSetup) -> bool:
    """Whether a rule for DNS surely misses the cluster's DNS, and nothing hints at another server."""
    if not stored.peers or stored.has_unknown_peers or ctx.namespace in (None, KUBE_SYSTEM, OPENSHIFT_DNS):
        return False
    if not all(_is_elsewhere(peer) for peer in stored.peers):
        return False
    protocols = [protocol for protocol in ("UDP", "TCP") if names_dns_ports(stored, setup, protocol)]
    if any(rule_allows_dns(stored, ctx.semantics, setup, protocol) is Ternary.YES for protocol in protocols):
        return False
    words = f"{ctx.policy.object.name or ''} {ctx.namespace} {comment_text(comments_on(ctx.document, rule.node))}"
    said = _OWN_SERVER.search(re.sub(r"\b(?:kube-?)?dns\b", "", words, flags=re.IGNORECASE))
    if said is not None:
        return False
    # Pods with the labels of the DNS pods, looked for in a namespace where they are not: a namespaceSelector is missing.
    others = [peer for peer in stored.peers if not is_dns_peer(peer)]
    return not any(_OWN_SERVER.search(word) for peer in others for word in _words(peer))


def _is_elsewhere(peer: PeerSet) -> bool:
    """Whether a peer is pods of the policy's own namespace, or of namespaces by name that are not those of DNS."""
    if peer.is_unknown or peer.addresses is not None or (peer.pods is not None and peer.pods.is_partial):
        return False
    if peer.namespaces is None:
        return True
    names = namespace_names(peer.namespaces)
    return bool(names) and not any(name.startswith(("kube-", "openshift")) for name in names)


def _words(peer: PeerSet) -> Iterator[str]:
    for selector in (peer.pods, peer.namespaces):
        yield from _words_of(selector)


def _words_of(selector: LabelSelector | None) -> Iterator[str]:
    for one in selector.requirements if selector is not None else ():
        if one.operator in (Operator.IN, Operator.EXISTS):
            yield one.key.rpartition("/")[2]
            yield from one.values


def _fix(ctx: PolicyContext, selector: Selector, entry: Entry | None) -> Fix | None:
    labels = selector.label_map.mapping if selector.label_map else None
    if entry is None or not isinstance(labels, Mapping) or len(labels.entries) < 2:
        return None
    edits = remove_entry(ctx.document, labels, entry)
    return ctx.fix("Remove the label from the selector", edits, Applicability.UNSAFE)

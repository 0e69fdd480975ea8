"""How the policies of a workspace let pods ask DNS: what a rule that is missing should look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.dns import DnsSetup, names_dns_ports, rule_allows_dns
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.workspace.ternary import Ternary

_PROTOCOLS = ("UDP", "TCP")


def usual_dns_rule(view: WorkspaceSnapshot, setup: DnsSetup) -> RuleSemantics | None:
    """The egress rule for DNS that most policies of the workspace have; None when there is none that can be copied.

    It holds over both protocols, and means the same in a policy of any namespace.
    """

    def find() -> RuleSemantics | None:
        counts = Counter(rule for located in view for rule in _rules(located.policy, setup))
        return counts.most_common(1)[0][0] if counts else None

    return remember(_USUAL.of(view), setup, find)


_USUAL: Memo[WorkspaceSnapshot, DnsSetup, tuple[RuleSemantics | None, frozenset[Read]]] = Memo()


def uses_openshift(policies: Iterable[NetworkPolicySemantics]) -> bool:
    """Whether some policy names a namespace of OpenShift: its DNS is there, then."""
    return any(
        value.startswith("openshift-")
        for policy in policies
        for rule in (*policy.ingress, *policy.egress)
        for peer in rule.peers or ()
        if peer.namespaces is not None
        for one in peer.namespaces.requirements
        for value in one.values
    )


def _rules(policy: NetworkPolicySemantics, setup: DnsSetup) -> Iterable[RuleSemantics]:
    for rule in policy.egress:
        if rule.peers is None or rule.has_unknown_peers or rule.has_unknown_ports or not rule.peers:
            continue
        if rule.ports.names or not all(names_dns_ports(rule, setup, protocol) for protocol in _PROTOCOLS):
            continue
        if not all(map(_can_be_copied, rule.peers)):
            continue
        if any(rule_allows_dns(rule, policy, setup, protocol) is Ternary.NO for protocol in _PROTOCOLS):
            continue
        yield replace(rule, index=0, peers=tuple(replace(peer, index=0) for peer in rule.peers))


def _can_be_copied(peer: PeerSet) -> bool:
    """Whether a peer is pods of namespaces that it names itself, without anything that is not known."""
    selectors = (peer.pods, peer.namespaces)
    return (
        peer.namespaces is not None
        and peer.addresses is None
        and not peer.is_unknown
        and not any(selector is not None and selector.is_partial for selector in selectors)
    )

"""Whether pods may still ask the cluster's DNS.

Where DNS runs is known for the usual clusters only: CoreDNS in kube-system (the Kubernetes documentation,
"Customizing DNS Service"), OpenShift's in openshift-dns, NodeLocal DNSCache on a link-local address. The
answer is NO only for rules that reach none of these; whatever may be meant for DNS makes it UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from netpol_lsp.kube.label_selector import includes, match_labels
from netpol_lsp.kube.net.address import parse_address
from netpol_lsp.kube.net.address_set import NO_ADDRESSES, address_set, addresses_of
from netpol_lsp.kube.net.port_set import PortSet, port_range, union_of
from netpol_lsp.kube.well_known import METADATA_NAME, PRIVATE_RANGES
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, PeerSet, RuleSemantics
from netpol_lsp.policies.networkpolicy.subsumption import namespace_selector
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.endpoint import AddressEndpoint, Endpoint, PodEndpoint, peer_allows, peers_allow, rule_allows
from netpol_lsp.workspace.ternary import Ternary, any_of

KUBE_SYSTEM = "kube-system"
KUBE_DNS_LABELS = {"k8s-app": "kube-dns"}
OPENSHIFT_DNS = "openshift-dns"
OPENSHIFT_DNS_LABELS = {"dns.operator.openshift.io/daemonset-dns": "default"}
OPENSHIFT_DNS_PORT = 5353
DNS_PORT = 53
DNS_PORT_NAMES = {"UDP": "dns", "TCP": "dns-tcp"}
"""What the pods of CoreDNS call their ports, by protocol."""

# Other pods in kube-system that answer DNS: CoreDNS under its own name, NodeLocal DNSCache.
_OTHER_DNS_LABELS = ({"k8s-app": "coredns"}, {"k8s-app": "node-local-dns"})
# Where pods and services get their addresses from when no one says otherwise.
_PORTS_MEANT_FOR_DNS = (DNS_PORT, OPENSHIFT_DNS_PORT)
_ELSEWHERE = "\0"


@dataclass(frozen=True, slots=True)
class DnsSetup:
    """What the configuration says of the cluster's DNS.

    `ports`: what its pods listen on. `node_local`: the address of NodeLocal DNSCache, which pods ask then instead of
    the DNS pods; it runs in the node's network, where pod selectors do not reach it. `cluster_cidrs`: the
    ranges of pods and services; the private ranges when empty. `namespace` and `labels` (`key=value`): those of the
    DNS pods, the usual ones when not said. `is_on_node`: DNS is a service of each node and has no pods; pods ask one of
    `addresses` then, any private address when empty. `is_matched_by_address`: whether an ipBlock means pods.
    `is_guessed`: no one wrote down which pods answer DNS, so that those of the usual clusters may, too.
    """

    ports: tuple[int, ...] = (DNS_PORT,)
    node_local: str | None = None
    cluster_cidrs: tuple[str, ...] = ()
    namespace: str | None = None
    labels: tuple[str, ...] = ()
    is_on_node: bool = False
    addresses: tuple[str, ...] = ()
    is_matched_by_address: Ternary = Ternary.UNKNOWN
    is_guessed: bool = False

    @property
    def pod_labels(self) -> dict[str, str]:
        """The labels of the DNS pods by key; empty when no one says."""
        return {key: value for key, _, value in (label.partition("=") for label in self.labels)}


def policy_allows_dns(policy: NetworkPolicySemantics, setup: DnsSetup, protocol: str = "UDP") -> Ternary:
    """Whether the egress rules of a policy allow DNS over a protocol; whether it isolates egress is not asked."""
    if policy.is_partial or not policy.egress:
        return Ternary.UNKNOWN if policy.is_partial else Ternary.NO
    results, key = _POLICIES.of(policy), (setup, protocol)
    found = results.get(key)
    if found is None:
        found = any_of(rule_allows_dns(rule, policy, setup, protocol) for rule in policy.egress)
        results[key] = found
    return found


_POLICIES: Memo[NetworkPolicySemantics, tuple[DnsSetup, str], Ternary] = Memo()


def rule_allows_dns(
    rule: RuleSemantics, policy: NetworkPolicySemantics, setup: DnsSetup, protocol: str = "UDP"
) -> Ternary:
    """Whether one egress rule of `policy` allows DNS over a protocol to one of the places where it may run.

    A policy whose namespace no one knows is taken to be elsewhere than the DNS pods.
    """
    if not _may_be_open(rule, setup, protocol):
        return Ternary.NO
    if policy.namespace is None:
        policy = replace(policy, namespace=_ELSEWHERE)
    found = any_of(
        rule_allows(rule, policy, target, port_range(protocol, port, port))
        for target, ports in _targets(setup)
        for port in ports
    )
    if found is Ternary.NO and _is_meant_for_dns(rule, policy, setup, protocol):
        return Ternary.UNKNOWN
    return found


def names_dns_ports(rule: RuleSemantics, setup: DnsSetup, protocol: str = "UDP") -> bool:
    """Whether a rule lists a DNS port of the protocol, and only ports of DNS: its author thought of DNS."""
    ports = rule.ports
    if ports.everything:
        return False
    if ports.names and not all("dns" in name or "domain" in name for _, name in ports.names):
        return False
    if not _both_protocols(setup.ports + _PORTS_MEANT_FOR_DNS).covers(ports.without_names()):
        return False
    return bool(ports.numbers(protocol)) or any(name[0] == protocol for name in ports.names)


@lru_cache(maxsize=64)
def _both_protocols(ports: tuple[int, ...]) -> PortSet:
    """These ports over TCP and UDP."""
    return union_of(port_range(protocol, port, port) for protocol in ("TCP", "UDP") for port in ports)


def names_service_port_of_openshift(rule: RuleSemantics, policy: NetworkPolicySemantics, setup: DnsSetup) -> bool:
    """Whether a rule lets pods ask OpenShift's DNS pods, and only on 53: the port of their Service, where they do not listen."""
    if rule.has_unknown_ports or rule.ports.names or rule.ports.everything:
        return False
    if rule.ports.is_empty or not _both_protocols((DNS_PORT,)).covers(rule.ports):
        return False
    if setup.is_on_node or setup.node_local is not None:
        return False
    *others, (openshift, _) = _usual_pods(setup)
    if peers_allow(rule, policy, openshift) is not Ternary.YES:
        return False
    return all(peers_allow(rule, policy, target) is Ternary.NO for target, _ in others)


def is_dns_peer(peer: PeerSet) -> bool:
    """Whether a peer names the cluster's usual DNS: its pods by their labels, or the namespace of OpenShift's."""
    if peer.is_unknown or peer.addresses is not None:
        return False
    if peer.pods is not None and not peer.pods.selects_everything:
        return any(includes(one, peer.pods) for one in _DNS_PODS)
    return peer.namespaces is not None and includes(namespace_selector(OPENSHIFT_DNS), peer.namespaces)


def selects_dns_pods(policy: NetworkPolicySemantics, setup: DnsSetup | None = None) -> bool:
    """Whether a policy selects pods of the cluster's DNS only: these ask servers outside, not themselves."""
    setup = setup or DnsSetup()
    is_near = bool(setup.labels) and policy.namespace in (None, setup.namespace or KUBE_SYSTEM)
    if is_near and includes(match_labels(setup.pod_labels), policy.pod_selector):
        return True
    if policy.namespace not in (None, KUBE_SYSTEM, OPENSHIFT_DNS):
        return False
    return any(includes(one, policy.pod_selector) for one in _DNS_PODS)


_DNS_PODS = tuple(match_labels(one) for one in (KUBE_DNS_LABELS, *_OTHER_DNS_LABELS, OPENSHIFT_DNS_LABELS))


def node_local_cidr(setup: DnsSetup) -> str | None:
    """The address of NodeLocal DNSCache as a CIDR block; None when there is none, or it cannot be read."""
    parsed = parse_address(setup.node_local) if setup.node_local else None
    return f"{setup.node_local}/{32 if parsed[0] == 4 else 128}" if parsed is not None else None


def _may_be_open(rule: RuleSemantics, setup: DnsSetup, protocol: str) -> bool:
    """A quick look: whether the ports of a rule leave room for DNS at all."""
    ports = rule.ports
    if ports.everything or rule.has_unknown_ports or any(name[0] == protocol for name in ports.names):
        return True
    wanted = (*setup.ports, *_PORTS_MEANT_FOR_DNS)
    return any(first <= port <= last for first, last in ports.numbers(protocol) for port in wanted)


def _is_meant_for_dns(rule: RuleSemantics, policy: NetworkPolicySemantics, setup: DnsSetup, protocol: str) -> bool:
    """Whether a rule for DNS ports alone may reach a DNS server that is not one of the usual ones."""
    if not names_dns_ports(rule, setup, protocol):
        return False
    if names_service_port_of_openshift(rule, policy, setup):
        return False
    if any(peers_allow(rule, policy, target) is not Ternary.NO for target, _ in _targets(setup)):
        return True  # the usual place, on an unusual port
    return any(_may_be_own_server(peer, policy, setup) for peer in rule.peers or ())


def _may_be_own_server(peer: PeerSet, policy: NetworkPolicySemantics, setup: DnsSetup) -> bool:
    """Whether a peer can be a resolver of the author's own: an address, another namespace, pods with other labels.

    Pods labelled `k8s-app: kube-dns`, or any pod, of the policy's own namespace are no such resolver: that is
    how a forgotten namespaceSelector looks. Nor are the usual DNS pods where NodeLocal DNSCache is asked instead.
    """
    if peer.addresses is not None:
        return True
    if peer.namespaces is not None:
        return not any(peer_allows(peer, policy, target) is Ternary.YES for target, _ in _usual_pods(setup))
    usual = (KUBE_DNS_LABELS, *_OTHER_DNS_LABELS)
    return peer.pods is not None and not any(includes(peer.pods, match_labels(labels)) for labels in usual)


@lru_cache(maxsize=16)
def _targets(setup: DnsSetup) -> tuple[tuple[Endpoint, tuple[int, ...]], ...]:
    local = address_set(node_local_cidr(setup) or "")
    if local is not None:
        return ((AddressEndpoint(local), (DNS_PORT,)),)
    if setup.is_on_node:
        places = [address_set(address) or NO_ADDRESSES for address in setup.addresses]
        return tuple((AddressEndpoint(place), setup.ports) for place in places or [addresses_of(())])
    return _pods(setup)


@lru_cache(maxsize=16)
def _pods(setup: DnsSetup) -> tuple[tuple[Endpoint, tuple[int, ...]], ...]:
    """The pods that answer DNS: the configured ones where these are elsewhere than usual, else all that may."""
    own = _own_pods(setup)
    if own is not None and setup.namespace not in (None, KUBE_SYSTEM) and not setup.is_guessed:
        return (own,)
    return (*((own,) if own is not None else ()), *_usual_pods(setup))


def _own_pods(setup: DnsSetup) -> tuple[Endpoint, tuple[int, ...]] | None:
    """The DNS pods that the configuration names."""
    if not setup.labels:
        return None
    namespace = setup.namespace or KUBE_SYSTEM
    return (_pod(namespace, setup.pod_labels, setup, setup.ports[0]), setup.ports)


@lru_cache(maxsize=16)
def _usual_pods(setup: DnsSetup) -> tuple[tuple[Endpoint, tuple[int, ...]], ...]:
    """The pods that answer DNS on the usual clusters."""
    everywhere = (KUBE_DNS_LABELS, *_OTHER_DNS_LABELS)
    targets = [(_pod(KUBE_SYSTEM, labels, setup, DNS_PORT), setup.ports) for labels in everywhere]
    openshift = _pod(OPENSHIFT_DNS, OPENSHIFT_DNS_LABELS, setup, OPENSHIFT_DNS_PORT)
    return (*targets, (openshift, (OPENSHIFT_DNS_PORT,)))


def _pod(namespace: str, labels: Mapping[str, str], setup: DnsSetup, port: int) -> PodEndpoint:
    """DNS pods that call `port` by the names of CoreDNS."""
    return PodEndpoint(
        namespace,
        labels,
        {METADATA_NAME: namespace},
        addresses_of(setup.cluster_cidrs or PRIVATE_RANGES),
        dict.fromkeys(DNS_PORT_NAMES.items(), port),
        is_matched_by_address=setup.is_matched_by_address,
    )

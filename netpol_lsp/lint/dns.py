"""What the settings say of the cluster's DNS, and the rule that lets pods ask it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.config.settings import Settings
from netpol_lsp.kube.net.address import address_bits, format_address
from netpol_lsp.kube.net.cidr import Cidr, parse_cidr
from netpol_lsp.kube.selector_data import selector_data
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.text.edits import TextEdit
from netpol_lsp.workspace.dns import (
    DNS_PORT,
    KUBE_DNS_LABELS,
    KUBE_SYSTEM,
    OPENSHIFT_DNS,
    OPENSHIFT_DNS_LABELS,
    OPENSHIFT_DNS_PORT,
    DnsSetup,
    node_local_cidr,
)
from netpol_lsp.workspace.dns_habit import uses_openshift, usual_dns_rule
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.entries import replace_entry
from netpol_lsp.yaml.edit.mappings import insert_entry, insert_item
from netpol_lsp.yaml.nodes import Sequence, is_null


@lru_cache(maxsize=64)
def dns_setup(settings: Settings) -> DnsSetup:
    """What is known of the cluster's DNS."""
    matches_pods = settings.capabilities.has(Capability.IP_BLOCK_MATCHES_PODS)
    # What a platform usually has is no proof that a block is outside the cluster.
    is_known = "pod-cidrs" not in settings.assumed and "service-cidrs" not in settings.assumed
    # Nor is it where the platform is only guessed from manifests: the usual places count, too.
    ports = settings.dns_ports
    if settings.is_platform_detected and "dns.ports" in settings.assumed:
        ports = tuple(dict.fromkeys((*ports, DNS_PORT)))
    is_guessed = settings.is_platform_detected and "dns.labels" in settings.assumed
    return DnsSetup(
        ports,
        settings.node_local_dns,
        (*settings.pod_cidrs, *settings.service_cidrs) if is_known else (),
        namespace=settings.dns_namespace,
        labels=settings.dns_labels,
        is_guessed=is_guessed,
        is_on_node=settings.is_dns_on_node
        and not (settings.is_platform_detected and "dns.on-node" in settings.assumed),
        addresses=_dns_addresses(settings.service_cidrs) if settings.is_dns_on_node else (),
        is_matched_by_address=Ternary.UNKNOWN if matches_pods is None else Ternary.of(matches_pods),
    )


def _dns_addresses(service_cidrs: tuple[str, ...]) -> tuple[str, ...]:
    """The address of the cluster's DNS in each range of Services, by custom the tenth, as CIDR blocks."""
    found = []
    for text in service_cidrs:
        block = parse_cidr(text)
        if isinstance(block, Cidr) and block.first + 10 <= block.last:
            bits = address_bits(block.family)
            found.append(f"{format_address(block.family, block.first + 10)}/{bits}")
    return tuple(found)


def dns_rule(setup: DnsSetup) -> dict[str, list[dict[str, Any]]]:
    """The egress rule that lets pods ask the cluster's DNS, as plain data.

    Where DNS is a service of the node and its address is not known, the rule is for every address on DNS' ports.
    """
    local = node_local_cidr(setup)
    numbers = dict.fromkeys((*setup.ports, DNS_PORT) if local is not None else setup.ports)
    ports = [{"protocol": protocol, "port": number} for number in numbers for protocol in ("UDP", "TCP")]
    if setup.is_on_node:
        blocks = [local] if local is not None else list(setup.addresses)
        peers: list[dict[str, Any]] = [{"ipBlock": {"cidr": cidr}} for cidr in blocks]
        return {"to": peers, "ports": ports} if len(peers) == 1 else {"ports": ports}
    places = [_dns_pods(setup)]
    if setup.is_guessed and places != [_USUAL]:
        places.append(_USUAL)  # right on either cluster
    peers = [
        {
            "namespaceSelector": {"matchLabels": {METADATA_NAME: namespace}},
            "podSelector": {"matchLabels": dict(labels)},
        }
        for namespace, labels in places
    ]
    if local is not None:
        peers.append({"ipBlock": {"cidr": local}})
    return {"to": peers, "ports": ports}


_USUAL = (KUBE_SYSTEM, KUBE_DNS_LABELS)


def _dns_pods(setup: DnsSetup) -> tuple[str, dict[str, str]]:
    """The namespace and labels of the DNS pods."""
    if setup.labels:
        return setup.namespace or KUBE_SYSTEM, setup.pod_labels
    is_openshift = setup.ports == (OPENSHIFT_DNS_PORT,)
    namespace, labels = (OPENSHIFT_DNS, OPENSHIFT_DNS_LABELS) if is_openshift else (KUBE_SYSTEM, KUBE_DNS_LABELS)
    return setup.namespace or namespace, labels


def copied_rule(rule: RuleSemantics) -> dict[str, list[dict[str, Any]]]:
    """A rule for DNS that another policy has, as plain data."""
    peers: list[dict[str, Any]] = []
    for peer in rule.peers or ():
        selectors = (("namespaceSelector", peer.namespaces), ("podSelector", peer.pods))
        peers.append({name: selector_data(selector) for name, selector in selectors if selector is not None})
    ports = [
        {"protocol": protocol, "port": first} | ({"endPort": last} if last != first else {})
        for protocol in ("UDP", "TCP")
        for first, last in rule.ports.numbers(protocol)
    ]
    return {"to": peers, "ports": ports}


def usual_dns(
    view: WorkspaceSnapshot, setup: DnsSetup, near: Iterable[NetworkPolicySemantics]
) -> tuple[DnsSetup, RuleSemantics | None]:
    """How a missing rule for DNS should look: as the configuration says, else as other policies have it.

    `near`: policies that tell whether the cluster is OpenShift. Gives what `insert_dns_rule` takes.
    """
    said = setup.labels or setup.namespace or setup.node_local or setup.is_on_node
    if said or setup.ports != (DNS_PORT,):
        return setup, None
    known = usual_dns_rule(view, setup)
    if known is None and uses_openshift(near):
        setup = replace(setup, ports=(OPENSHIFT_DNS_PORT,))
    return setup, known


def dns_rule_data(setup: DnsSetup, known: RuleSemantics | None) -> dict[str, list[dict[str, Any]]]:
    """The egress rule for DNS as plain data: `known`, or to where `setup` says that it is."""
    return copied_rule(known) if known is not None else dns_rule(setup)


DNS_RULE = dns_rule(DnsSetup())
"""The rule where nothing else is known: the labels are those that kubeadm and most clouds set."""


def insert_dns_rule(
    document: Document, policy: NetworkPolicy, setup: DnsSetup | None = None, known: RuleSemantics | None = None
) -> tuple[TextEdit, ...] | None:
    """Add an egress rule that lets the pods ask the cluster's DNS: `known`, or to where `setup` says that it is."""
    rule = dns_rule_data(setup or DnsSetup(), known)
    field = policy.egress_field
    if policy.spec is None:
        return None
    if field is None:
        return insert_entry(document, policy.spec, "egress", [rule])
    if isinstance(field.node, Sequence) and field.node.items:
        return insert_item(document, field.node, rule)
    if field.entry is not None and (is_null(field.node) or isinstance(field.node, Sequence)):
        return replace_entry(document, policy.spec, field.entry, "egress", [rule])
    return None

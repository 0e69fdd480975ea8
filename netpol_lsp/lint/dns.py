"""What the settings say of the cluster's DNS, and the rule that lets pods ask it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from netpol_lsp.config.settings import Settings
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.subsumption import METADATA_NAME
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
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.entries import replace_entry
from netpol_lsp.yaml.edit.mappings import insert_entry, insert_item
from netpol_lsp.yaml.nodes import Sequence, is_null


@lru_cache(maxsize=64)
def dns_setup(settings: Settings) -> DnsSetup:
    """What is known of the cluster's DNS."""
    return DnsSetup(settings.dns_ports, settings.node_local_dns, (*settings.pod_cidrs, *settings.service_cidrs))


def dns_rule(setup: DnsSetup) -> dict[str, list[dict[str, Any]]]:
    """The egress rule that lets pods ask the cluster's DNS, as plain data."""
    is_openshift = setup.ports == (OPENSHIFT_DNS_PORT,)
    namespace, labels = (OPENSHIFT_DNS, OPENSHIFT_DNS_LABELS) if is_openshift else (KUBE_SYSTEM, KUBE_DNS_LABELS)
    peers: list[dict[str, Any]] = [
        {
            "namespaceSelector": {"matchLabels": {METADATA_NAME: namespace}},
            "podSelector": {"matchLabels": dict(labels)},
        }
    ]
    local = node_local_cidr(setup)
    if local is not None:
        peers.append({"ipBlock": {"cidr": local}})
    numbers = dict.fromkeys((*setup.ports, DNS_PORT) if local is not None else setup.ports)
    ports = [{"protocol": protocol, "port": number} for number in numbers for protocol in ("UDP", "TCP")]
    return {"to": peers, "ports": ports}


DNS_RULE = dns_rule(DnsSetup())
"""The rule where nothing else is known: the labels are those that kubeadm and most clouds set."""


def insert_dns_rule(
    document: Document, policy: NetworkPolicy, setup: DnsSetup | None = None
) -> tuple[TextEdit, ...] | None:
    """Add an egress rule that lets the pods ask the cluster's DNS, wherever `setup` says that it is."""
    rule = dns_rule(setup or DnsSetup())
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

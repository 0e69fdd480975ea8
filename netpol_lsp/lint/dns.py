"""What the settings say of the cluster's DNS, and the rule that lets pods ask it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from netpol_lsp.config.settings import Settings
from netpol_lsp.policies.networkpolicy.subsumption import METADATA_NAME
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

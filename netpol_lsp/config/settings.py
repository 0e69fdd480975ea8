"""What the reader's cluster is like, as far as the configuration says."""

from __future__ import annotations

from dataclasses import dataclass

LATEST_KUBERNETES = (1, 37)


@dataclass(frozen=True, slots=True)
class Settings:
    """Facts of the cluster that rules ask for; what nobody told is None or empty, and rules stay silent then.

    `kubernetes_version` is (major, minor). `default_namespace` is what a manifest without a namespace means.
    `cni` is a name of the CNI data with an optional version, as in `cilium@1.15`.
    `dns_ports` are the ports that the cluster's DNS pods listen on; `node_local_dns` is the address of NodeLocal DNSCache.
    """

    kubernetes_version: tuple[int, int] = LATEST_KUBERNETES
    default_namespace: str | None = None
    cni: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    dns_ports: tuple[int, ...] = (53,)
    node_local_dns: str | None = None

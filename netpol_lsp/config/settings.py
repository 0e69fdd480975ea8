"""What the reader's cluster is like, as far as the configuration says."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from netpol_lsp.text.lazy import lazy

if TYPE_CHECKING:
    from netpol_lsp.capabilities.capabilities import Capabilities

OLDEST_KUBERNETES = (1, 7)
LATEST_KUBERNETES = (1, 37)
SWITCHED_ON = "switched-on"
"""The key, of no config file, under which network plugins stand that manifests switch on."""


@dataclass(frozen=True)
class Settings:
    """Facts of the cluster that rules ask for; what no one told is None or empty, and rules stay silent then.

    `kubernetes_version` is (major, minor). `default_namespace` is what a manifest without a namespace means.
    `whole_namespaces`: those all of whose pods the manifests show, `*` in a name for any characters.
    `cni` is a name of the CNI data with an optional version, as in `cilium@1.15`.
    `cni_origin` says where it was found, when no one wrote it down.
    `platform` is a name of the platform data. `cloud` is whose instance metadata pods could reach (`none`, `unknown`, or
    a cloud), `metadata_addresses` where it is. `assumed` are the keys whose value is only what the platform usually has.
    `switched_on`: names of network plugins that enforce only when someone says so, and are told to.
    `is_platform_detected`: the platform was found in manifests, and no one wrote it down.
    `dns_ports` are the ports that the cluster's DNS pods listen on; `node_local_dns` is the address of NodeLocal DNSCache.
    `dns_namespace` and `dns_labels` (`key=value`) say which pods these are; with `is_dns_on_node` there are none.
    """

    kubernetes_version: tuple[int, int] = LATEST_KUBERNETES
    is_kubernetes_version_known: bool = False
    default_namespace: str | None = None
    cni: str | None = None
    whole_namespaces: tuple[str, ...] = ()
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    dns_ports: tuple[int, ...] = (53,)
    node_local_dns: str | None = None
    platform: str | None = None
    cni_origin: str = ""
    cloud: str = "unknown"
    metadata_addresses: tuple[str, ...] = ()
    dns_namespace: str | None = None
    dns_labels: tuple[str, ...] = ()
    is_dns_on_node: bool = False
    assumed: frozenset[str] = frozenset()
    switched_on: tuple[str, ...] = ()
    is_platform_detected: bool = False

    @lazy
    def capabilities(self) -> Capabilities:
        """What the network plugin and the Kubernetes version enforce; unknown where no one says which they are."""
        if self.cni is None and not self.is_kubernetes_version_known:
            from netpol_lsp.capabilities.capabilities import UNKNOWN_CNI  # noqa: PLC0415 - start-up is a feature

            return UNKNOWN_CNI
        from netpol_lsp.capabilities.profiles import capabilities_of  # noqa: PLC0415 - start-up is a feature

        found = capabilities_of(self.cni, self.kubernetes_version if self.is_kubernetes_version_known else None)
        return found.switched_on() if found.name in self.switched_on else found

    def says_whole(self, namespace: str | None) -> bool:
        """Whether the configuration says that the manifests show all pods of a namespace."""
        return namespace is not None and any(fnmatchcase(namespace, one) for one in self.whole_namespaces)

    @property
    def workspace_cni(self) -> str | None:
        """The network plugin, where there is something to say about it once a workspace; see Capabilities.concerns_all."""
        return self.cni if self.cni is not None and self.capabilities.concerns_all else None

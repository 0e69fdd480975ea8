"""What `platform: eks` in the configuration stands for: values of other keys, weaker than any that is written out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netpol_lsp.capabilities.platforms import Platform

PLATFORM = "platform"


@lru_cache(maxsize=32)
def preset(platform: str) -> Mapping[str, Any]:
    """The values of a platform by dotted key of the config file; empty for one that is not known."""
    from netpol_lsp.capabilities.platforms import find_platform  # noqa: PLC0415 - most clusters name none

    found = find_platform(platform)
    return {} if found is None else {key: value for key, value in _values(found).items() if value not in (None, ())}


def _values(platform: Platform) -> dict[str, Any]:
    return {
        "cni": platform.cni,
        "pod-cidrs": platform.pod_cidrs,
        "service-cidrs": platform.service_cidrs,
        "dns.ports": platform.dns_ports,
        "dns.namespace": platform.dns_namespace,
        "dns.labels": tuple(f"{key}={value}" for key, value in platform.dns_labels.items()),
        "dns.on-node": platform.is_dns_on_node or None,
        "dns.node-local-address": platform.node_local_dns,
        "cloud": platform.cloud,
        "metadata-addresses": platform.metadata_addresses,
    }

"""Platforms: what a cluster of EKS, OpenShift, k3s and so on usually has; the file capabilities/platforms.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from netpol_lsp.resources import json_resource

FILE = "capabilities/platforms.json"


@dataclass(frozen=True)
class Platform:
    """What a platform usually has; schemas/platforms.schema.json says what each field means."""

    name: str
    title: str
    aliases: tuple[str, ...]
    cni: str | None
    cni_text: str
    pod_cidrs: tuple[str, ...]
    service_cidrs: tuple[str, ...]
    dns_ports: tuple[int, ...]
    dns_namespace: str | None
    dns_labels: Mapping[str, str] = field(hash=False)
    is_dns_on_node: bool
    node_local_dns: str | None
    cloud: str
    metadata_addresses: tuple[str, ...]
    control_plane_port: int
    control_plane_text: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]


@cache
def all_platforms() -> tuple[Platform, ...]:
    """Every platform, in the order of the file."""
    found = []
    for written in json_resource(FILE)["platforms"]:
        dns, control = written["dns"], written["control-plane"]
        found.append(
            Platform(
                name=written["name"],
                title=written["title"],
                aliases=tuple(written.get("aliases", ())),
                cni=written.get("cni"),
                cni_text=written["cni-text"],
                pod_cidrs=tuple(written.get("pod-cidrs", ())),
                service_cidrs=tuple(written.get("service-cidrs", ())),
                dns_ports=tuple(dns["ports"]),
                dns_namespace=dns.get("namespace"),
                dns_labels=dns.get("labels", {}),
                is_dns_on_node=dns.get("on-node", False),
                node_local_dns=written.get("node-local-dns"),
                cloud=written["cloud"],
                metadata_addresses=tuple(written.get("metadata-addresses", ())),
                control_plane_port=control["port"],
                control_plane_text=control["text"],
                notes=tuple(written.get("notes", ())),
                sources=tuple(written["sources"]),
            )
        )
    return tuple(found)


def find_platform(name: str) -> Platform | None:
    """The platform with this name or alias, in any case; None when there is none."""
    word = name.strip().lower()
    return next((platform for platform in all_platforms() if word == platform.name or word in platform.aliases), None)

"""Peers, ports and rules as plain data, as a manifest says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netpol_lsp.ide.new_policy import namespace_peer
from netpol_lsp.kube.net.port_set import PROTOCOLS, PortSet


def labels_data(labels: Mapping[str, str]) -> dict[str, Any]:
    """The selector of some labels."""
    return {"matchLabels": dict(labels)} if labels else {}


def ports_data(ports: PortSet) -> list[dict[str, Any]] | None:
    """The items of `ports`; None for every port."""
    if ports.everything:
        return None
    found: list[dict[str, Any]] = [
        {"protocol": protocol, "port": first} | ({"endPort": last} if last != first else {})
        for protocol in PROTOCOLS
        for first, last in ports.numbers(protocol)
    ]
    return found + [{"protocol": protocol, "port": name} for protocol, name in sorted(ports.names)]


def pods_peer(selector: dict[str, Any], namespace: str | None, seen_from: str | None) -> dict[str, Any]:
    """A peer for pods of a namespace, in a policy of another one or the same."""
    spaces = namespace_peer(namespace) if namespace is not None and namespace != seen_from else {}
    return {**spaces, "podSelector": selector}


def rule_data(direction: str, peers: list[dict[str, Any]], ports: list[dict[str, Any]] | None) -> dict[str, Any]:
    """A rule; `direction`: "from" or "to". No peers: everyone."""
    return ({direction: peers} if peers else {}) | ({"ports": ports} if ports else {})

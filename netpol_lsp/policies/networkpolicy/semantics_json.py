"""NetworkPolicySemantics as plain JSON data and back, for caches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from netpol_lsp.kube.label_selector import LabelSelector, selector_from_json, selector_to_json
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.kube.net.intervals import Intervals
from netpol_lsp.kube.net.port_set import ALL_PORTS, PortSet
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.semantics import (
    NetworkPolicySemantics,
    PeerSet,
    PortItem,
    RuleSemantics,
)

FORMAT = 2
"""Grows when the data changes its shape: other data is to be thrown away."""


def policy_to_json(policy: NetworkPolicySemantics) -> dict[str, Any]:
    """Plain data, the same for equal policies."""
    return {
        "format": FORMAT,
        "namespace": policy.namespace,
        "name": policy.name,
        "podSelector": selector_to_json(policy.pod_selector),
        "types": sorted(direction.value for direction in policy.types),
        "ingress": [_rule_to_json(rule) for rule in policy.ingress],
        "egress": [_rule_to_json(rule) for rule in policy.egress],
        "unknown": [policy.is_namespace_unknown, policy.has_unknown_types, policy.is_partial],
        "span": [policy.start, policy.end],
    }


def policy_from_json(data: Mapping[str, Any]) -> NetworkPolicySemantics:
    """The policy that `policy_to_json` wrote. Raises KeyError, TypeError or ValueError for other data."""
    if data["format"] != FORMAT:
        raise ValueError(data["format"])
    is_namespace_unknown, has_unknown_types, is_partial = data["unknown"]
    start, end = data["span"]
    return NetworkPolicySemantics(
        namespace=data["namespace"],
        name=data["name"],
        pod_selector=selector_from_json(data["podSelector"]),
        types=frozenset(map(Direction, data["types"])),
        ingress=tuple(map(_rule_from_json, data["ingress"])),
        egress=tuple(map(_rule_from_json, data["egress"])),
        is_namespace_unknown=is_namespace_unknown,
        has_unknown_types=has_unknown_types,
        is_partial=is_partial,
        start=start,
        end=end,
    )


def _rule_to_json(rule: RuleSemantics) -> dict[str, Any]:
    return {
        "index": rule.index,
        "peers": None if rule.peers is None else [_peer_to_json(peer) for peer in rule.peers],
        "ports": None if rule.ports.everything else _ports_to_json(rule.ports),
        "unknown": [rule.has_unknown_peers, rule.has_unknown_ports],
        "items": [[item.index, _ports_to_json(item.ports), item.start, item.end] for item in rule.port_items],
        "span": [rule.start, rule.end],
    }


def _rule_from_json(data: Mapping[str, Any]) -> RuleSemantics:
    peers, ports = data["peers"], data["ports"]
    has_unknown_peers, has_unknown_ports = data["unknown"]
    start, end = data["span"]
    return RuleSemantics(
        data["index"],
        None if peers is None else tuple(map(_peer_from_json, peers)),
        ALL_PORTS if ports is None else _ports_from_json(ports),
        has_unknown_peers,
        has_unknown_ports,
        tuple(PortItem(index, _ports_from_json(item), *span) for index, item, *span in data["items"]),
        start,
        end,
    )


def _peer_to_json(peer: PeerSet) -> dict[str, Any]:
    return {
        "index": peer.index,
        "pods": _optional_selector(peer.pods),
        "namespaces": _optional_selector(peer.namespaces),
        "addresses": None if peer.addresses is None else {"v4": peer.addresses.v4, "v6": peer.addresses.v6},
        "unknown": peer.is_unknown,
        "span": [peer.start, peer.end],
    }


def _peer_from_json(data: Mapping[str, Any]) -> PeerSet:
    pods, namespaces, addresses = data["pods"], data["namespaces"], data["addresses"]
    return PeerSet(
        data["index"],
        None if pods is None else selector_from_json(pods),
        None if namespaces is None else selector_from_json(namespaces),
        None if addresses is None else CidrSet(_intervals(addresses["v4"]), _intervals(addresses["v6"])),
        data["unknown"],
        *data["span"],
    )


def _optional_selector(selector: LabelSelector | None) -> dict[str, Any] | None:
    return None if selector is None else selector_to_json(selector)


def _ports_to_json(ports: PortSet) -> dict[str, Any]:
    return {"tcp": ports.tcp, "udp": ports.udp, "sctp": ports.sctp, "names": sorted(ports.names)}


def _ports_from_json(data: Mapping[str, Any]) -> PortSet:
    return PortSet(
        tcp=_intervals(data["tcp"]),
        udp=_intervals(data["udp"]),
        sctp=_intervals(data["sctp"]),
        names=frozenset((protocol, name) for protocol, name in data["names"]),
    )


def _intervals(data: Iterable[Iterable[int]]) -> Intervals:
    return tuple((first, last) for first, last in data)

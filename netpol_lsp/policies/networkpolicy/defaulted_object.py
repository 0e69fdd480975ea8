"""A NetworkPolicy as the API server stores it: defaults filled in, nulls and empty parts gone.

Follows the JSON of the Go types (k8s.io/api/networking/v1, k8s.io/apimachinery/pkg/apis/meta/v1) and
SetDefaults_NetworkPolicy of pkg/apis/networking/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from netpol_lsp.kube.selector_syntax import Requirement, Selector
from netpol_lsp.kube.typed_field import Field, items_of
from netpol_lsp.policies.direction import DIRECTIONS
from netpol_lsp.policies.networkpolicy.peer import IPBlock, Peer, Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.yaml.nodes import is_null
from netpol_lsp.yaml.paths import entry_name
from netpol_lsp.yaml.to_python import to_python

DEFAULT_NAMESPACE = "default"

# metadata in the order of the server's JSON; what it sets itself (uid, creationTimestamp, generation) is not there.
_METADATA_REST = ("labels", "annotations", "ownerReferences", "finalizers", "managedFields")


def defaulted_object(policy: NetworkPolicy, default_namespace: str | None = None) -> dict[str, Any]:
    """The object that a create would store, keys in the server's order, without what the server makes up itself.

    `default_namespace` is the namespace of a manifest that names none; None means `default`. A policy
    with only a generateName has no name yet. Made for policies that the server accepts; of others, parts
    that cannot be read are left out.
    """
    return {
        "kind": "NetworkPolicy",
        "apiVersion": policy.object.api_version or "",
        "metadata": _metadata(policy, default_namespace or DEFAULT_NAMESPACE),
        "spec": _spec(policy),
    }


def _metadata(policy: NetworkPolicy, default_namespace: str) -> dict[str, Any]:
    plain = to_python(policy.object.metadata).value if policy.object.metadata else {}
    result: dict[str, Any] = {}
    for key in ("name", "generateName"):
        if plain.get(key):
            result[key] = plain[key]
    result["namespace"] = plain.get("namespace") or default_namespace
    for key in _METADATA_REST:
        value = plain.get(key)
        if isinstance(value, dict) and value:
            result[key] = {name: "" if text is None else text for name, text in value.items()}
        elif isinstance(value, list) and value:
            result[key] = [_without_nulls(item) for item in value]
    return result


def _without_nulls(item: Any) -> Any:
    return {key: value for key, value in item.items() if value is not None} if isinstance(item, dict) else item


def _spec(policy: NetworkPolicy) -> dict[str, Any]:
    result: dict[str, Any] = {"podSelector": _selector(policy.pod_selector) if policy.pod_selector else {}}
    for direction in DIRECTIONS:
        rules = [_rule(rule) for rule in policy.rules(direction)]
        if rules:
            result[direction.rules_key] = rules
    result["policyTypes"] = _policy_types(policy)
    return result


def _policy_types(policy: NetworkPolicy) -> list[str]:
    if policy.declares_types:
        return [field.value or "" for field in policy.policy_types]
    return [direction.value for direction in DIRECTIONS if direction in policy.effective_types]


def _rule(rule: TrafficRule) -> dict[str, Any]:
    result: dict[str, Any] = {}
    ports = [_port(port) for port in rule.ports]
    if ports:
        result["ports"] = ports
    peers = [_peer(peer) for peer in rule.peers]
    if peers:
        result[rule.direction.peers_key] = peers
    return result


def _port(port: Port) -> dict[str, Any]:
    result: dict[str, Any] = {"protocol": port.effective_protocol}
    for key, field in (("port", port.port), ("endPort", port.end_port)):
        if field is not None and field.value is not None:
            result[key] = field.value
    return result


def _peer(peer: Peer) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if peer.pod_selector is not None:
        result["podSelector"] = _selector(peer.pod_selector)
    if peer.namespace_selector is not None:
        result["namespaceSelector"] = _selector(peer.namespace_selector)
    if peer.ip_block is not None:
        result["ipBlock"] = _ip_block(peer.ip_block)
    return result


def _ip_block(block: IPBlock) -> dict[str, Any]:
    result: dict[str, Any] = {"cidr": block.cidr.value or "" if block.cidr else ""}
    if block.excepts:
        result["except"] = [_text(field) for field in block.excepts]
    return result


def _selector(selector: Selector) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if selector.labels:
        result["matchLabels"] = {entry_name(label.entry): _text(label.value) for label in selector.labels}
    if selector.requirements:
        result["matchExpressions"] = [_requirement(requirement) for requirement in selector.requirements]
    return result


def _requirement(requirement: Requirement) -> dict[str, Any]:
    result: dict[str, Any] = {
        "key": _text(requirement.key) if requirement.key else "",
        "operator": _text(requirement.operator) if requirement.operator else "",
    }
    if requirement.values_entry is not None and items_of(requirement.values_entry.value):
        result["values"] = [_text(field) for field in requirement.values]
    return result


def _text(field: Field[str]) -> str:
    """A string as Go reads it: null is the empty one. Placeholders keep their text."""
    if field.value is None and field.is_unknown and not is_null(field.node):
        return getattr(field.node, "value", "")
    return field.value or ""

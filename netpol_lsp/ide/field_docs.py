"""What each field of a NetworkPolicy does: from the schemas, with the traps that users fall into.

Facts follow https://kubernetes.io/docs/concepts/services-networking/network-policies/ and the API reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from netpol_lsp.resources import NETWORK_POLICY_SCHEMA, schema
from netpol_lsp.yaml.paths import Path


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """A field: `type` in words, `default` when it is left out, `since` which Kubernetes version, `traps` as sentences."""

    name: str
    description: str
    type: str
    values: tuple[str, ...] = ()
    default: str = ""
    since: str = ""
    traps: tuple[str, ...] = ()


_DEFAULTS = {
    "spec.podSelector": "every pod of the namespace",
    "spec.policyTypes": "`[Ingress]`, and `[Ingress, Egress]` when there is an egress rule",
    "spec.ingress": "no rule: nothing may come in, when Ingress is isolated",
    "spec.egress": "no rule: nothing may go out, when Egress is isolated",
    "spec.ingress[].from": "everyone",
    "spec.egress[].to": "everywhere",
    "spec.*.ports": "every port of every protocol",
    "spec.*.ports[].protocol": "TCP",
    "spec.*.ports[].port": "every port of the protocol",
    "metadata.namespace": "the current namespace when it is applied",
}

_SINCE = {
    "spec.egress": "Kubernetes 1.8",
    "spec.policyTypes": "Kubernetes 1.8",
    "ipBlock": "Kubernetes 1.8",
    "endPort": "Kubernetes 1.25 (beta and on by default since 1.22)",
}

_TRAPS: dict[str, tuple[str, ...]] = {
    "spec.podSelector": (
        "It selects by the labels of pods: those in a Deployment's `spec.template.metadata.labels`, not the Deployment's own.",
        "Pods with `hostNetwork: true` are usually not affected.",
    ),
    "spec.policyTypes": (
        "`egress: []` without `Egress` here does not isolate egress.",
        "Rules for a direction that is not listed have no effect.",
        "To isolate egress also cuts off DNS, unless a rule allows it.",
    ),
    "spec.ingress": (
        "`ingress: []` allows nothing, `ingress: [{}]` allows everything.",
        "Policies add up: another policy for the same pods may allow more, and none can take it away.",
        "Connections from the pod's own node (kubelet probes) are allowed in any case.",
    ),
    "spec.egress": (
        "`egress: []` allows nothing, `egress: [{}]` allows everything.",
        "DNS needs a rule of its own: UDP and TCP 53 to the cluster's DNS pods.",
        "Replies to connections that came in need no rule.",
    ),
    "spec.ingress[].from": (
        "Two items are ORed: `- namespaceSelector: ...` and `- podSelector: ...` as two items let in far more than as one.",
        "`from: []` means everyone, unlike `ingress: []`.",
    ),
    "spec.egress[].to": (
        "Two items are ORed: `- namespaceSelector: ...` and `- podSelector: ...` as two items allow far more than as one.",
        "`to: []` means everywhere, unlike `egress: []`.",
    ),
    "peer.podSelector": ("Alone it means pods of the policy's own namespace only.",),
    "peer.namespaceSelector": (
        "It selects by the labels of namespaces, not by their names: use `kubernetes.io/metadata.name`. A label `name` exists only where someone has set it.",
        "It does not include pods on the host's network, such as some ingress controllers.",
    ),
    "ipBlock": (
        "It is meant for addresses outside the cluster: pods have no lasting addresses.",
        "A Service's address is translated before policies are applied, so its cluster IP never matches.",
        "After a NodePort or load balancer the client's address may have been replaced by a node's.",
        "`0.0.0.0/0` is IPv4 only; `::/0` is all of IPv6.",
    ),
    "except": ("Each range must lie inside `cidr` and be smaller.",),
    "ports": (
        "With `ports` set, ICMP (ping) is not allowed by the rule.",
        "They are the pods' ports: the Service's `port` may be another number.",
    ),
    "port": ("A name is looked up in each destination pod: other pods may mean another number by it.",),
    "protocol": ("DNS needs UDP and TCP: without `protocol` a port is TCP.",),
    "endPort": ("`port` must be a number and not greater.", "Some network plugins ignore it and allow `port` alone."),
    "matchLabels": ("All of them must match.", 'Values are strings: quote `"true"`, `"1.10"`, `"yes"`.'),
    "operator": (
        "`NotIn` and `DoesNotExist` also match where the label is missing.",
        "`In` and `NotIn` need values, `Exists` and `DoesNotExist` must not have any.",
    ),
}

_VALUES: dict[tuple[str, str], str] = {
    (
        "policyTypes",
        "Ingress",
    ): "Isolates the pods for incoming connections: only what a policy's `ingress` allows comes in.",
    (
        "policyTypes",
        "Egress",
    ): "Isolates the pods for outgoing connections: only what a policy's `egress` allows goes out, DNS included.",
    ("protocol", "TCP"): "The default.",
    ("protocol", "UDP"): "Name it for DNS (53), which needs UDP and TCP.",
    ("protocol", "SCTP"): "Not every network plugin supports it.",
    ("operator", "In"): "The label is there and has one of the values.",
    ("operator", "NotIn"): "The label has none of the values, or is missing.",
    ("operator", "Exists"): "The label is there, whatever its value.",
    ("operator", "DoesNotExist"): "The label is missing.",
}


def field_doc(path: Path) -> FieldDoc | None:
    """The documentation of the field at a path below a NetworkPolicy; None for one that is not known."""
    return _field_doc(tuple("[]" if isinstance(step, int) else step for step in path))


def value_doc(field: str, value: str) -> str:
    """What a value of an enumerated field means; empty when there is nothing to say."""
    return _VALUES.get((field, value), "")


def schema_at(path: Path) -> dict[str, Any] | None:
    """The schema of the value at a path, references followed; None where the format has nothing there."""
    return _schema_at(tuple("[]" if isinstance(step, int) else step for step in path))


def fields_at(path: Path) -> dict[str, dict[str, Any]]:
    """The fields that the mapping at a path may have, with their schemas."""
    found = schema_at(path) or {}
    properties: dict[str, dict[str, Any]] = found.get("properties", {})
    return {name: _resolved(value) for name, value in properties.items()}


@lru_cache(maxsize=512)
def _schema_at(steps: tuple[str, ...]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = schema(NETWORK_POLICY_SCHEMA)
    for step in steps:
        if found is None:
            return None
        if step == "[]":
            inner = found.get("items")
        else:
            inner = found.get("properties", {}).get(step) or found.get("additionalProperties")
        found = _resolved(inner) if isinstance(inner, dict) else None
    return found


def _resolved(found: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed; what is beside the reference wins."""
    while "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        rest = {key: value for key, value in found.items() if key != "$ref"}
        found = {**schema(NETWORK_POLICY_SCHEMA)["$defs"][name], **rest}
    return found


@lru_cache(maxsize=512)
def _field_doc(steps: tuple[str, ...]) -> FieldDoc | None:
    found = _schema_at(steps)
    if found is None or not steps:
        return None
    names = _names(steps)
    values = tuple(
        str(value) for value in found.get("enum", found.get("items", {}).get("enum", ())) if value is not None
    )
    return FieldDoc(
        name=steps[-1] if steps[-1] != "[]" else f"{steps[-2]}[]",
        description=found.get("description", ""),
        type=_type_in_words(found),
        values=values,
        default=next((_DEFAULTS[name] for name in names if name in _DEFAULTS), ""),
        since=next((_SINCE[name] for name in names if name in _SINCE), ""),
        traps=next((_TRAPS[name] for name in names if name in _TRAPS), ()),
    )


def _names(steps: tuple[str, ...]) -> list[str]:
    """What the tables above may call a field, the most exact name first."""
    dotted = ".".join(steps).replace(".[]", "[]")
    names = [dotted, dotted.replace("spec.ingress[]", "spec.*").replace("spec.egress[]", "spec.*")]
    if steps[-1] in ("podSelector", "namespaceSelector") and len(steps) > 2:
        names.append(f"peer.{steps[-1]}")
    if steps[0] == "spec":
        names.append(steps[-1])
    return names


def _type_in_words(found: dict[str, Any]) -> str:
    kinds = found.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    words = {
        "object": "mapping",
        "array": "list",
        "integer": "integer",
        "string": "text",
        "boolean": "true or false",
    }
    text = " or ".join(words.get(kind, kind) for kind in kinds)
    if kinds == ["array"]:
        items = _resolved(found.get("items", {}))
        return f"list of {'mappings' if 'properties' in items else 'texts'}"
    return text

"""The meaning of NetworkPolicies, written down once more and as plainly as possible: an oracle for the engine.

It works on manifests as plain data and shares no code with the package. Source: the Kubernetes documentation ("Network
Policies") and the API reference of networking.k8s.io/v1. `Cluster.allowed` answers for one port of one protocol
between two pods, or a pod and an address, in a world in which everything is known.
"""

import ipaddress
from typing import Any

Object = dict[str, Any]


class Cluster:
    """A cluster as a list of manifests: Namespaces, Pods and NetworkPolicies. `blocks_match_pods`: what the CNI does."""

    def __init__(self, objects: list[Object], *, blocks_match_pods: bool = False) -> None:
        self.policies = [item for item in objects if item["kind"] == "NetworkPolicy"]
        self.namespaces = {item["metadata"]["name"]: item for item in objects if item["kind"] == "Namespace"}
        self.blocks_match_pods = blocks_match_pods

    def allowed(self, source: Object | str, destination: Object | str, protocol: str, port: int) -> bool:
        """Whether a connection goes through; an end is a Pod or an address outside the cluster."""
        if isinstance(source, dict) and source is destination:
            return True
        if isinstance(source, dict) and not self.side(source, "Egress", destination, destination, protocol, port):
            return False
        return not isinstance(destination, dict) or self.side(
            destination, "Ingress", source, destination, protocol, port
        )

    def side(
        self,
        pod: Object,
        direction: str,
        other: Object | str,
        destination: Object | str,
        protocol: str,
        port: int,
    ) -> bool:
        """Whether the policies of one pod permit it."""
        isolated = False
        for policy in self.policies:
            spec = policy.get("spec") or {}
            if namespace_of(policy) != namespace_of(pod) or not selected(spec.get("podSelector"), labels_of(pod)):
                continue
            if direction not in types_of(spec):
                continue
            isolated = True
            for item in spec.get("ingress" if direction == "Ingress" else "egress") or []:
                rule = item or {}
                peers = rule.get("from" if direction == "Ingress" else "to")
                if peers and not any(self.peer(peer, policy, other) for peer in peers):
                    continue
                if not rule.get("ports") or any(
                    port_matches(one, destination, protocol, port) for one in rule["ports"]
                ):
                    return True
        return not isolated

    def peer(self, item: Object, policy: Object, other: Object | str) -> bool:
        """Whether one item of `from` or `to` means the other end."""
        block = item.get("ipBlock")
        if block is not None:
            if isinstance(other, str):
                return in_block(block, other)
            return self.blocks_match_pods and all(in_block(block, address) for address in addresses_of(other))
        if isinstance(other, str):
            return False
        if item.get("namespaceSelector") is None:
            if namespace_of(other) != namespace_of(policy):
                return False
        else:
            name = namespace_of(other)
            labels = dict((self.namespaces.get(name) or {"metadata": {}})["metadata"].get("labels") or {})
            labels["kubernetes.io/metadata.name"] = name
            if not selected(item["namespaceSelector"], labels):
                return False
        return item.get("podSelector") is None or selected(item["podSelector"], labels_of(other))


def namespace_of(item: Object) -> str:
    return item["metadata"].get("namespace") or "default"


def labels_of(pod: Object) -> dict[str, str]:
    return pod["metadata"].get("labels") or {}


def addresses_of(pod: Object) -> list[str]:
    return [entry["ip"] for entry in (pod.get("status") or {}).get("podIPs") or []]


def types_of(spec: Object) -> list[str]:
    written = spec.get("policyTypes")
    if written:
        return list(written)
    return ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def selected(selector: Object | None, labels: dict[str, str]) -> bool:
    selector = selector or {}
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for term in selector.get("matchExpressions") or []:
        key, values = term["key"], term.get("values") or []
        if term["operator"] == "In":
            fits = key in labels and labels[key] in values
        elif term["operator"] == "NotIn":
            fits = key not in labels or labels[key] not in values
        elif term["operator"] == "Exists":
            fits = key in labels
        else:
            fits = key not in labels
        if not fits:
            return False
    return True


def in_block(block: Object, address: str) -> bool:
    parsed = ipaddress.ip_address(address)

    def inside(text: str) -> bool:
        network = ipaddress.ip_network(text)
        return network.version == parsed.version and parsed in network

    return inside(block["cidr"]) and not any(inside(text) for text in block.get("except") or [])


def port_matches(item: Object | None, destination: Object | str, protocol: str, port: int) -> bool:
    item = item or {}
    if (item.get("protocol") or "TCP") != protocol:
        return False
    wanted = item.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return wanted <= port <= (item.get("endPort") or wanted)
    if isinstance(destination, str):
        return False
    for container in destination["spec"]["containers"]:
        for declared in container.get("ports") or []:
            if declared.get("name") == wanted and (declared.get("protocol") or "TCP") == protocol:
                return declared["containerPort"] == port
    return False
